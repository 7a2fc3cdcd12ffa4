import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
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

const AXIS = { fill: 'var(--text-3)', fontSize: 11 };
const STACK = [
  { key: 'success', name: 'success', fill: 'var(--ok)' },
  { key: 'clientError', name: '4xx', fill: 'var(--warn)' },
  { key: 'denied', name: 'denied', fill: 'var(--deny)' },
  { key: 'failed', name: 'failed', fill: 'var(--bad)' },
] as const;

/** Totals as stacked bars. Drawn once a second at most, without animation. */
export function TotalsChart({ rows }: { readonly rows: readonly TotalsRow[] }) {
  const data = chartRows(rows);
  return (
    <figure className="totals-chart" aria-label="Requests by edge, version and outcome" data-testid="totals-chart">
      <ResponsiveContainer width="100%" height={Math.max(140, data.length * 24 + 56)}>
        <BarChart data={[...data]} layout="vertical" margin={{ top: 4, right: 16, bottom: 0, left: 0 }} barSize={12}>
          <CartesianGrid horizontal={false} stroke="var(--line)" />
          <XAxis type="number" allowDecimals={false} tick={AXIS} stroke="var(--line-strong)" />
          <YAxis type="category" dataKey="name" width={190} tick={AXIS} stroke="var(--line-strong)" interval={0} />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: 'var(--surface-3)' }}
            contentStyle={{ background: 'var(--surface-2)', border: '1px solid var(--line-strong)', borderRadius: 6 }}
            labelStyle={{ color: 'var(--text)' }}
            itemStyle={{ color: 'var(--text)' }}
          />
          <Legend itemSorter={null} iconSize={8} wrapperStyle={{ fontSize: 11, color: 'var(--text-2)' }} />
          {STACK.filter(({ key }) => data.some((row) => row[key] > 0)).map(({ key, name, fill }) => (
            <Bar key={key} dataKey={key} name={name} stackId="all" fill={fill} isAnimationActive={false} />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}
