export { type EventHandle, EventQueue, type EventQueueState, NO_EVENT, type TimerLane } from './event-queue';
export { type AdvanceResult, type EventHandler, Kernel, type KernelState } from './kernel';
