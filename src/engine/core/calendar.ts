import { NS_PER_MS, NS_PER_S, type Ns } from '../../base';

/** Midnight of 1 January 2024 UTC in milliseconds since the Unix epoch: what every run's clock shows at time zero. */
export const CALENDAR_START_MS = 1_704_067_200_000;

/** Seconds since the Unix epoch, whole, at a moment of simulated time. */
export function epochSeconds(nowNs: Ns): number {
  return CALENDAR_START_MS / 1000 + Math.floor(nowNs / NS_PER_S);
}

/** Milliseconds since the Unix epoch at a moment of simulated time. */
export function epochMs(nowNs: Ns): number {
  return CALENDAR_START_MS + Math.floor(nowNs / NS_PER_MS);
}
