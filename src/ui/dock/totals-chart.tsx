import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { TotalsRow } from '../../worker';
import { chartRows } from './totals-rows';

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
