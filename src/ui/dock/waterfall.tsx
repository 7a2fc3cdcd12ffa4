import { formatLatency } from '../format/numbers';
import { type Trace, type TraceRow, timeTicks } from './trace-model';

interface WaterfallProps {
  readonly trace: Trace;
  /** Small: no axis, nothing to choose. */
  readonly compact: boolean;
  readonly selected?: number | undefined;
  onSelect?(spanId: number): void;
}

function barClass({ kind, outcome, critical }: TraceRow): string {
  const tone = outcome === 'failed' ? 'bad' : outcome === 'denied' ? 'deny' : kind === 'attempt' ? 'ok' : 'proxy';
  return `trace-bar trace-bar-${kind === 'backOff' ? 'back-off' : tone}${critical ? ' is-critical' : ''}`;
}

/** The application's part stands out of a call that went well. */
function innerClass({ kind, outcome }: TraceRow): string | undefined {
  if (outcome !== 'ok') return undefined;
  return kind === 'attempt' ? 'trace-bar trace-bar-ok' : 'trace-bar trace-bar-application';
}

function noteOf(row: TraceRow): string {
  const tookNs = row.endNs - row.startNs;
  return row.outcome === 'ok' || row.note === '' ? formatLatency(tookNs) : row.note;
}

function describe(row: TraceRow, trace: Trace): string {
  const at = formatLatency(row.startNs - trace.startNs);
  const took = formatLatency(row.endNs - row.startNs);
  return `${row.label}${row.note === '' ? '' : `, ${row.note}`}, starts after ${at}, takes ${took}`;
}

interface RowProps {
  readonly row: TraceRow;
  readonly trace: Trace;
  readonly selected: boolean;
  onSelect: ((spanId: number) => void) | undefined;
}

function Row({ row, trace, selected, onSelect }: RowProps) {
  const total = Math.max(1, trace.endNs - trace.startNs);
  const place = (part: { readonly startNs: number; readonly endNs: number }) => ({
    left: `${((part.startNs - trace.startNs) / total) * 100}%`,
    width: `max(2px, ${((part.endNs - part.startNs) / total) * 100}%)`,
  });
  const inner = innerClass(row);
  const content = (
    <>
      <span className="trace-label" style={{ paddingLeft: row.depth * 10 }}>
        {row.label}
      </span>
      <span className="trace-track">
        <i className={barClass(row)} style={place(row)} />
        {row.application !== undefined && inner !== undefined && <i className={inner} style={place(row.application)} />}
      </span>
      <span
        className={`trace-note${row.outcome === 'failed' ? ' tone-bad' : row.outcome === 'denied' ? ' tone-deny' : ''}`}
      >
        {noteOf(row)}
      </span>
    </>
  );
  const { span } = row;
  if (onSelect === undefined || span === undefined) {
    return (
      <li className="trace-row">
        <span className="visually-hidden">{describe(row, trace)}</span>
        <span className="trace-cells" aria-hidden="true">
          {content}
        </span>
      </li>
    );
  }
  return (
    <li className="trace-row">
      <button
        type="button"
        className={`trace-cells${selected ? ' is-selected' : ''}`}
        aria-label={describe(row, trace)}
        aria-pressed={selected}
        onClick={() => onSelect(span.spanId)}
      >
        {content}
      </button>
    </li>
  );
}

function Axis({ trace }: { readonly trace: Trace }) {
  const total = trace.endNs - trace.startNs;
  return (
    <div className="trace-axis trace-cells" aria-hidden="true">
      <span />
      <span className="trace-ticks">
        {timeTicks(total).map((at) => (
          <span key={at} style={{ left: `${(at / Math.max(1, total)) * 100}%` }}>
            {at === 0 ? '0' : formatLatency(at)}
          </span>
        ))}
      </span>
      <span />
    </div>
  );
}

/** The spans of a trace over time, tries and pauses included. */
export function Waterfall({ trace, compact, selected, onSelect }: WaterfallProps) {
  return (
    <div className={`trace-waterfall${compact ? ' is-compact' : ''}`}>
      {!compact && <Axis trace={trace} />}
      <ul aria-label="Spans">
        {trace.rows.map((row) => (
          <Row
            key={row.key}
            row={row}
            trace={trace}
            selected={row.span !== undefined && row.span.spanId === selected}
            onSelect={onSelect}
          />
        ))}
      </ul>
    </div>
  );
}
