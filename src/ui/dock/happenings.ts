import type { ClusterEventView, MarkView } from '../../worker';

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
