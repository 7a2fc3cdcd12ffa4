import './dock.css';
import type { ClusterEventView, MarkView } from '../../worker';
import { useApp } from '../app-context';
import { formatClock } from '../format/numbers';
import { useActivityStore } from '../stores/activity-store';
import { usePoll } from './use-poll';

const EVENTS = 300;

/** A line of the list, whoever it comes from. */
export interface HappeningRow {
  readonly key: string;
  readonly atNs: number;
  readonly tone: 'normal' | 'warning' | 'edit' | 'fault' | 'mend';
  readonly type: string;
  readonly reason: string;
  readonly object: string;
  readonly message: string;
}

const MARK_ROWS: Readonly<Record<MarkView['kind'], Pick<HappeningRow, 'tone' | 'reason'>>> = {
  apply: { tone: 'edit', reason: 'Apply' },
  undo: { tone: 'edit', reason: 'Undo' },
  fault: { tone: 'fault', reason: 'Fault' },
  mend: { tone: 'mend', reason: 'Mend' },
  cluster: { tone: 'edit', reason: 'Order' },
  error: { tone: 'fault', reason: 'Error' },
};

/** What the cluster and the user did, newest first; at one moment the order of arrival is kept. */
export function mergeHappenings(
  events: readonly ClusterEventView[],
  marks: readonly MarkView[],
): readonly HappeningRow[] {
  const ofCluster = events.map(
    (event, index): HappeningRow => ({
      ...event,
      key: `event ${event.atNs} ${index}`,
      tone: event.type === 'Warning' ? 'warning' : 'normal',
    }),
  );
  const ofUser = marks.map(
    (mark, index): HappeningRow => ({
      key: `mark ${mark.atNs} ${index}`,
      atNs: mark.atNs,
      type: 'You',
      object: '',
      message: mark.label,
      ...MARK_ROWS[mark.kind],
    }),
  );
  return [...ofUser, ...ofCluster].reverse().sort((a, b) => b.atNs - a.atNs);
}

const BADGES: Readonly<Record<HappeningRow['tone'], string>> = {
  normal: 'badge badge-idle',
  warning: 'badge',
  edit: 'badge badge-accent',
  fault: 'badge badge-bad',
  mend: 'badge badge-ok',
};

/** What happened in the cluster, and what was done to it. */
export function EventsTab() {
  const { client } = useApp();
  const marks = useActivityStore((state) => state.marks);
  const events = usePoll(() => client.clusterEvents(EVENTS), 'events');
  if (events === undefined) return null;
  const rows = mergeHappenings(events, marks);
  if (rows.length === 0) {
    return (
      <div className="dock-empty">
        <b>Nothing happened yet</b>
        <p>Pods that start or crash, edits and faults are listed here.</p>
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="dock-scroll" tabIndex={0} aria-label="Events">
      <table className="dock-table" data-testid="events">
        <thead>
          <tr>
            <th scope="col">time, mm:ss.ms</th>
            <th scope="col">type</th>
            <th scope="col">reason</th>
            <th scope="col">object</th>
            <th scope="col">message</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, atNs, tone, type, reason, object, message }) => {
            const { whole, fraction } = formatClock(atNs);
            return (
              <tr key={key}>
                <td className="mono">
                  {whole}.{fraction}
                </td>
                <td>
                  <span className={BADGES[tone]}>{type}</span>
                </td>
                <td>{reason}</td>
                <td className="mono">{object}</td>
                <td className="dock-wide">{message}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
