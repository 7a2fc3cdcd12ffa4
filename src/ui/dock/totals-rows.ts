import type { TotalsRow } from '../../worker';
import { shortName } from '../model/describe';

/** More bars than this cannot be told apart in a dock. */
const MAX_BARS = 16;

interface ChartRow {
  readonly name: string;
  readonly success: number;
  readonly clientError: number;
  readonly failed: number;
  readonly denied: number;
}

/** Requests of each edge and version by what became of them; the rows with most requests. */
export function chartRows(rows: readonly TotalsRow[]): readonly ChartRow[] {
  return [...rows]
    .sort((a, b) => b.requests - a.requests)
    .slice(0, MAX_BARS)
    .map(({ source, destination, version, statuses, denied }) => {
      const sum = (fits: (status: number) => boolean): number =>
        statuses.reduce((total, [status, number]) => (fits(Number(status)) ? total + number : total), 0);
      const clientErrors = sum((status) => status >= 400 && status < 500);
      return {
        name: `${shortName(source)} → ${shortName(destination)}${version === '' ? '' : ` ${version}`}`,
        success: sum((status) => status >= 100 && status < 400),
        clientError: Math.max(0, clientErrors - denied),
        failed: sum((status) => status === 0 || status >= 500),
        denied,
      };
    });
}
