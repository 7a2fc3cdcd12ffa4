import { type AccessLogEntry, OUTCOMES, type Span } from '../../worker';
import { useApp } from '../app-context';
import { cutMiddle, formatClock, formatLatency, formatRequestId } from '../format/numbers';
import { shortName } from '../model/describe';
import type { FlightSelection } from '../stores/selection-store';
import { useTopologyStore } from '../stores/topology-store';
import { ParticleShape } from '../topology/shapes';
import { Flags, KeyValues, statusTone } from './parts';
import { usePolled } from './use-polled';
import { buildWaterfall, type WaterfallRow } from './waterfall';

const POLL_MS = 400;
const MAX_LINES = 40;

const OUTCOME_BADGES: Readonly<Record<string, string>> = {
  success: 'badge badge-ok',
  retry: 'badge badge-retry',
  failure: 'badge badge-bad',
  denied: 'badge badge-deny',
  tcp: 'badge badge-accent',
  mirrored: 'badge badge-idle',
};

interface FlightProps {
  readonly flight: FlightSelection;
}

export function FlightTitle({ flight }: FlightProps) {
  const outcome = OUTCOMES[flight.outcome] ?? 'success';
  return (
    <>
      <ParticleShape kind={outcome} size={14} />
      <h2>
        Request <span className="mono">{formatRequestId(flight.requestId)}</span>
      </h2>
      <span className={OUTCOME_BADGES[outcome]}>{outcome}</span>
    </>
  );
}

interface RequestRecord {
  readonly entries: readonly AccessLogEntry[];
  readonly spans: readonly Span[];
}

/** What the proxies wrote about one request: their log lines and its trace. */
function useRequestRecord(requestId: number): RequestRecord | undefined {
  const { client } = useApp();
  return usePolled(
    async () => {
      const entries = await client.accessLog({
        selection: { kind: 'mesh' },
        limit: MAX_LINES,
        onlyFailures: false,
        requestId,
      });
      const traceId = entries[0]?.traceId;
      const spans = traceId === undefined || traceId === '' ? [] : await client.spans(traceId);
      return { entries, spans };
    },
    String(requestId),
    POLL_MS,
  );
}

export function FlightInspector({ flight }: FlightProps) {
  const record = useRequestRecord(flight.requestId);
  const edge = useTopologyStore((state) => state.edges.get(flight.edgeId));
  const entry = lineOf(record?.entries ?? [], flight);
  return (
    <>
      <KeyValues
        rows={[
          ['from', edge === undefined ? '–' : shortName(edge.source)],
          ['to', edge === undefined ? '–' : shortName(edge.destination)],
          ['picked up', placeOf(flight)],
          ...entryRows(entry),
        ]}
      />
      {record !== undefined && entry === undefined && (
        <p className="hint">No proxy has written a line about it yet: it is still open, or it never met a proxy.</p>
      )}
      {record !== undefined && record.spans.length > 0 && <WaterfallView spans={record.spans} />}
      {entry !== undefined && <LogLine entry={entry} />}
    </>
  );
}

function placeOf({ ended, direction }: FlightSelection): string {
  if (ended === true) return 'after it ended';
  return direction === 1 ? 'response, on its way back' : 'request, on its way there';
}

/** The line of the caller's proxy says most; else any. */
function lineOf(entries: readonly AccessLogEntry[], flight: FlightSelection): AccessLogEntry | undefined {
  const own = entries.filter((entry) => entry.requestId === flight.requestId);
  return own.find((entry) => entry.reporter.side === 'source') ?? own[0] ?? entries[0];
}

function entryRows(entry: AccessLogEntry | undefined) {
  if (entry === undefined) return [];
  return [
    [
      'request',
      <span key="request" className="mono">
        {entry.method} {entry.path}
      </span>,
    ],
    [
      'answer',
      <span key="answer" className={statusTone(String(entry.status))}>
        {[entry.status === 0 ? 'no answer' : entry.status, ...entry.flags].join(' ')}
      </span>,
    ],
    ['took', formatLatency(entry.durationNs)],
    ['tries', String(entry.attempts)],
  ] as const;
}

function LogLine({ entry }: { readonly entry: AccessLogEntry }) {
  return (
    <section aria-label="Access log">
      <h3>Access log of {entry.reporter.pod}</h3>
      <code className="log-line">{entry.text}</code>
      <Flags flags={entry.flags.map((name) => ({ name }))} />
    </section>
  );
}

const BAR_WORDS: Readonly<Record<WaterfallRow['bar']['kind'], string>> = {
  proxy: 'proxy',
  application: 'application',
  ok: 'answered',
  failed: 'failed',
  retried: 'answered after a retry',
  backoff: 'waiting before the next try',
};

function WaterfallView({ spans }: { readonly spans: readonly Span[] }) {
  const { startNs, endNs, rows } = buildWaterfall(spans);
  const span = Math.max(1, endNs - startNs);
  const percent = (atNs: number): number => (100 * (atNs - startNs)) / span;
  const { whole, fraction } = formatClock(startNs);
  return (
    <section aria-label="Trace">
      <h3>
        Trace, from {whole}.{fraction}, {formatLatency(endNs - startNs)}
      </h3>
      <ol className="waterfall">
        {rows.map((row) => (
          <li key={row.key}>
            <span style={{ paddingLeft: `${row.depth * 8}px` }}>{cutMiddle(row.label, 22 - row.depth)}</span>
            <span className="waterfall-track" title={BAR_WORDS[row.bar.kind]}>
              <i
                className={`bar-${row.bar.kind}`}
                style={{
                  left: `${percent(row.bar.startNs)}%`,
                  width: `${Math.max(0.6, percent(row.bar.endNs) - percent(row.bar.startNs))}%`,
                }}
              />
            </span>
            <em className={row.failed ? 'tone-bad' : ''}>{endOf(row)}</em>
          </li>
        ))}
      </ol>
    </section>
  );
}

function endOf({ failed, status, flags, bar }: WaterfallRow): string {
  if (!failed) return formatLatency(bar.endNs - bar.startNs);
  return [status === 0 ? 'reset' : String(status), ...flags].join(' ');
}
