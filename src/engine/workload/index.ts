export type { RequestOwner } from './application-contract';
export { Applications, type ApplicationsState } from './applications';
export { type CallOwner, Calls } from './calls';
export { ClientPools, type ClientPoolsState } from './client-pools';
export { type CompiledCall, WorkloadRegistry, type WorkloadRegistryState } from './compiled-application';
export { FRAME_LOAD, FRAME_PROBE, FRAME_TASK, Frames } from './frames';
export { Loads, type LoadsState } from './loads';
