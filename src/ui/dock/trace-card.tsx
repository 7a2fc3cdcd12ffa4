import type { Span, TraceSummary } from '../../worker';
import { useApp } from '../app-context';
import { formatLatency } from '../format/numbers';
import { showDockTab } from '../stores/layout-store';
import { useScope } from './scope';
import { buildTrace, shortTraceId, type Trace } from './trace-model';
import { openTrace } from './trace-store';
import { keyOfSelection, usePoll } from './use-poll';
import { Waterfall } from './waterfall';

/** Traces among which the most telling is looked for. */
const LOOKED_AT = 40;
const FIRST_SERVER_ERROR = 500;

/** One that was retried, else one that failed, else the newest. */
export function mostTelling(summaries: readonly TraceSummary[]): TraceSummary | undefined {
  return (
    summaries.find((summary) => summary.tries > 1) ??
    summaries.find((summary) => summary.status >= FIRST_SERVER_ERROR) ??
    summaries[0]
  );
}

function titleOf({ tries }: Trace, { traceId, status }: TraceSummary): string {
  const ended = status >= FIRST_SERVER_ERROR ? `failed with ${status}` : tries > 1 ? 'recovered' : 'no retry';
  return `Trace ${shortTraceId(traceId)} · ${tries === 1 ? '1 try' : `${tries} tries`}, ${ended}`;
}

/** One trace worth a look: the newest that was retried or failed. */
export function TraceCard() {
  const { client } = useApp();
  const { selection } = useScope();
  const found = usePoll(async (): Promise<{ summary: TraceSummary; spans: readonly Span[] } | undefined> => {
    const summary = mostTelling(await client.traceSummaries(selection, LOOKED_AT));
    return summary === undefined ? undefined : { summary, spans: await client.spans(summary.traceId) };
  }, keyOfSelection(selection));
  if (found === undefined || found.spans.length === 0) return null;
  const { summary, spans } = found;
  const trace = buildTrace(spans);
  const title = titleOf(trace, summary);
  return (
    <section className="dock-card metrics-trace" aria-label={title}>
      <h3 className="dock-card-head">
        <button
          type="button"
          className="dock-card-title dock-card-link"
          onClick={() => {
            openTrace(summary.traceId);
            showDockTab('traces');
          }}
        >
          {title}
        </button>
        <b>{formatLatency(trace.endNs - trace.startNs)}</b>
      </h3>
      <Waterfall trace={trace} compact />
    </section>
  );
}
