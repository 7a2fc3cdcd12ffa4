export {
  assignmentOf,
  type CompiledCluster,
  type CompiledEndpoint,
  type CompiledThresholds,
  compileCluster,
  PRIORITY_DEFAULT,
  PRIORITY_HIGH,
  ROUTING_PRIORITIES,
} from './compiled-cluster';
export type { CompiledConfig, ConfigRejection } from './compiled-config';
export {
  type CompiledHttpFilter,
  corsOf,
  effectiveFault,
  effectiveLimit,
  effectiveRbac,
  overrideOf,
} from './compiled-filters';
export type { CompiledHealthCheck } from './compiled-health-check';
export type { AlpnOverride, CompiledChain, CompiledHcm, CompiledListener } from './compiled-listener';
export { ConfigRegistry, type ConfigRegistryState } from './config-registry';
export { contentKey, sameContent } from './content-key';
