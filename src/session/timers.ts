import { FIRST_SESSION_TIMER } from '../cluster';

/** Control events of the session itself. */
export const SESSION_TIMER = {
  /** A second is over. */
  tick: FIRST_SESSION_TIMER,
  /** a = index of the fault among the scheduled ones, b = number of the schedule. */
  faultBegins: FIRST_SESSION_TIMER + 1,
  faultEnds: FIRST_SESSION_TIMER + 2,
} as const;
