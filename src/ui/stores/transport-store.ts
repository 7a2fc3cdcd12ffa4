import { create } from 'zustand';
import type { TransportStatus } from '../../worker';
import { simulationClock } from './simulation-clock';

interface TransportState {
  /** false until the first scenario runs. */
  readonly ready: boolean;
  readonly playing: boolean;
  /** What the user asked for, simulated seconds per second. */
  readonly speed: number;
  /** What the machine reaches when that is clearly less than asked for, two digits; undefined when it keeps up. */
  readonly reachedSpeed: number | undefined;
  readonly seed: number;
}

export const useTransportStore = create<TransportState>()(() => ({
  ready: false,
  playing: false,
  speed: 1,
  reachedSpeed: undefined,
  seed: 0,
}));

/** Below this share of the wanted speed the machine does not keep up. */
const KEEPS_UP_SHARE = 0.9;
/** Consecutive reports before a warning appears or goes, so that one slow second does not flicker. */
const REPORTS_TO_WARN = 8;

let slowReports = 0;

function judgeSpeed(status: TransportStatus): number | undefined {
  const slow = status.playing && status.effectiveSpeed > 0 && status.effectiveSpeed < status.speed * KEEPS_UP_SHARE;
  slowReports = slow ? slowReports + 1 : 0;
  return slowReports >= REPORTS_TO_WARN ? Number(status.effectiveSpeed.toPrecision(2)) : undefined;
}

/** Takes a report of the worker. The time itself goes to the clock, which is read by frame, not by React. */
export function setStatus(status: TransportStatus): void {
  simulationClock.update(status, performance.now());
  useTransportStore.setState({
    ready: true,
    playing: status.playing,
    speed: status.speed,
    reachedSpeed: judgeSpeed(status),
    seed: status.seed,
  });
}
