import './dock.css';
import { useApp } from '../app-context';
import { formatClock } from '../format/numbers';
import { useActivityStore } from '../stores/activity-store';
import { type HappeningRow, mergeHappenings } from './happenings';
import { usePoll } from './use-poll';

const EVENTS = 300;

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
