import type { AccessLogEntry } from '../engine';
import type { Session } from '../session';
import { podsOfSelection } from './pods-of-selection';
import type { AccessLogFilter } from './protocol';

/** Lines looked through for one answer; the engine's ring holds no more anyway. */
const SEARCHED_LINES = 5_000;
const FIRST_ERROR_STATUS = 400;

/** A TCP connection has no status; it failed when its proxy says why. */
function isFailure({ status, protocol, flags }: AccessLogEntry): boolean {
  const noAnswer = status === 0 && protocol !== 'TCP';
  return status >= FIRST_ERROR_STATUS || noAnswer || flags.some((flag) => flag !== 'DI');
}

/** The newest lines that fit, newest first. */
export function accessLogOf(session: Session, filter: AccessLogFilter): readonly AccessLogEntry[] {
  const pods = podsOfSelection(session, filter.selection);
  const result: AccessLogEntry[] = [];
  for (const entry of session.engine.accessLog(SEARCHED_LINES)) {
    if (result.length >= filter.limit) break;
    if (pods !== undefined && !pods.has(entry.reporter.pod)) continue;
    if (filter.onlyFailures && !isFailure(entry)) continue;
    if (filter.requestId !== undefined && entry.requestId !== filter.requestId) continue;
    result.push(entry);
  }
  return result;
}
