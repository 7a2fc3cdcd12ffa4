import './dock.css';
import { lazy, Suspense, useState } from 'react';
import type { TotalsRow, TotalsView } from '../../worker';
import { useApp } from '../app-context';
import { formatMs, formatTime, groupThousands } from '../format/numbers';
import { shortName } from '../model/describe';
import { Segments } from '../parts/segments';
import { useScope } from './scope';
import { keyOfSelection, usePoll } from './use-poll';

const TotalsChart = lazy(() => import('./totals-chart').then((module) => ({ default: module.TotalsChart })));

type Since = 'apply' | 'start';

const SINCE: readonly { readonly value: Since; readonly label: string }[] = [
  { value: 'apply', label: 'Since the last apply' },
  { value: 'start', label: 'Since the start' },
];

export function count(value: number): string {
  return groupThousands(String(value));
}

/** One decimal, so that shares of one table add up to what they say. */
export function sharePercent(share: number): string {
  return (share * 100).toFixed(1);
}

function counts(entries: readonly (readonly [string, number])[], none: string): string {
  if (entries.length === 0) return none;
  return entries.map(([name, number]) => `${name === '0' ? 'no answer' : name} × ${count(number)}`).join(', ');
}

/** A cell whose exact value can be read by whoever does not read it as a person. */
function NumberCell({
  name,
  value,
  text,
}: {
  readonly name: string;
  readonly value: number | string;
  readonly text: string;
}) {
  return (
    <td className="dock-number" data-testid={`totals-${name}`} data-value={value}>
      {text}
    </td>
  );
}

function Row({ row }: { readonly row: TotalsRow }) {
  const { source, destination, version, requests, share, attempts, denied, statuses, flags } = row;
  const raw = (entries: TotalsRow['statuses']): string => entries.map(([name, value]) => `${name}:${value}`).join(' ');
  return (
    <tr data-testid="totals-row" data-source={source} data-destination={destination} data-version={version}>
      <th scope="row" title={source}>
        {shortName(source)}
      </th>
      <td title={destination}>{shortName(destination)}</td>
      <td className="mono">{version === '' ? 'none answered' : version}</td>
      <NumberCell name="requests" value={requests} text={count(requests)} />
      <NumberCell name="share" value={share} text={sharePercent(share)} />
      <td className="mono" data-testid="totals-statuses" data-value={raw(statuses)}>
        {counts(statuses, '–')}
      </td>
      <td className="mono" data-testid="totals-flags" data-value={raw(flags)}>
        {counts(flags, '–')}
      </td>
      <NumberCell name="attempts" value={attempts} text={count(attempts)} />
      <NumberCell name="denied" value={denied} text={count(denied)} />
      <NumberCell name="p50" value={row.p50Ns ?? ''} text={formatMs(row.p50Ns)} />
      <NumberCell name="p95" value={row.p95Ns ?? ''} text={formatMs(row.p95Ns)} />
      <NumberCell name="p99" value={row.p99Ns ?? ''} text={formatMs(row.p99Ns)} />
    </tr>
  );
}

function Table({ totals }: { readonly totals: TotalsView }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="dock-scroll" tabIndex={0} aria-label="Totals by edge and version">
      <table className="dock-table" data-testid="totals-table">
        <thead>
          <tr>
            <th scope="col">from</th>
            <th scope="col">to</th>
            <th scope="col">version</th>
            <th scope="col" className="dock-number">
              requests
            </th>
            <th scope="col" className="dock-number">
              share, %
            </th>
            <th scope="col">responses, code × count</th>
            <th scope="col">flags × count</th>
            <th scope="col" className="dock-number">
              tries
            </th>
            <th scope="col" className="dock-number">
              denied
            </th>
            <th scope="col" className="dock-number">
              p50, ms
            </th>
            <th scope="col" className="dock-number">
              p95, ms
            </th>
            <th scope="col" className="dock-number">
              p99, ms
            </th>
          </tr>
        </thead>
        <tbody>
          {totals.rows.map((row) => (
            <Row key={`${row.source} ${row.destination} ${row.version}`} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Exact counts of the selection since the last apply, as a table and as a chart. */
export function TotalsTab() {
  const { client } = useApp();
  const { selection, name } = useScope();
  const [since, setSince] = useState<Since>('apply');
  const [chart, setChart] = useState(false);
  const totals = usePoll(() => client.totals(selection, since), `${keyOfSelection(selection)} ${since}`);
  return (
    <div className="totals-tab">
      <div className="dock-tools">
        <span className="dock-scope">{name}</span>
        <Segments name="Counted from" options={SINCE} value={since} onChange={(value) => setSince(value)} />
        <label className="dock-check">
          <input type="checkbox" checked={chart} onChange={(event) => setChart(event.target.checked)} />
          Chart
        </label>
        {totals !== undefined && (
          <span className="dock-count">
            <b data-testid="totals-all" data-value={totals.requests}>
              {count(totals.requests)}
            </b>{' '}
            requests, {formatTime(totals.sinceNs)} to {formatTime(totals.nowNs)}
          </span>
        )}
      </div>
      {totals !== undefined && totals.rows.length === 0 && (
        <div className="dock-empty">
          <b>No requests of {name} counted</b>
          <p>Counting starts anew with every apply.</p>
        </div>
      )}
      {totals !== undefined && totals.rows.length > 0 && (
        <div className="totals-body">
          <Table totals={totals} />
          {chart && (
            <Suspense fallback={<div className="totals-chart" />}>
              <TotalsChart rows={totals.rows} />
            </Suspense>
          )}
        </div>
      )}
    </div>
  );
}
