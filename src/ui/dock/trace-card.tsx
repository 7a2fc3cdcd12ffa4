import { useRef } from 'react';
import type { Span, TraceSummary } from '../../worker';
import { useApp } from '../app-context';
import { formatLatency } from '../format/numbers';
import { showDockTab } from '../stores/layout-store';
import { useScope } from './scope';
import { buildTrace, shortTraceId, statusText, type Trace } from './trace-model';
import { mostTelling, openTrace, weightOf } from './trace-store';
import { keyOfSelection, usePoll } from './use-poll';
import { Waterfall } from './waterfall';

/** Traces among which the most telling is looked for. */
const LOOKED_AT = 40;
const FIRST_SERVER_ERROR = 500;

/** Simulated time for which a trace is shown, unless one with more to tell comes. */
const SHOWN_NS = 8_000_000_000;

function titleOf({ tries, spans }: Trace, { traceId, status, flags }: TraceSummary): string {
  const how = tries > 1 ? `${tries} tries` : `${spans} spans`;
  const failed = status === 0 || status >= FIRST_SERVER_ERROR;
  const end = failed ? `, ${statusText(status, flags) || 'no answer'}` : tries > 1 ? ', recovered' : '';
  return `Trace ${shortTraceId(traceId)} · ${how}${end}`;
}

interface Shown {
  readonly key: string;
  readonly summary: TraceSummary;
  readonly spans: readonly Span[];
}

/** Whether what is shown stays although another one came. */
function holds(shown: Shown | undefined, key: string, next: TraceSummary): boolean {
  if (shown === undefined || shown.key !== key) return false;
  const agesNs = next.startNs - shown.summary.startNs;
  const weight = weightOf(next) - weightOf(shown.summary);
  return agesNs >= 0 && (weight < 0 || (weight === 0 && agesNs < SHOWN_NS));
}

/** One trace worth a look: the newest that was retried or failed. */
export function TraceCard() {
  const { client } = useApp();
  const { selection } = useScope();
  const key = keyOfSelection(selection);
  const kept = useRef<Shown>(undefined);
  const found = usePoll(async (): Promise<Shown | undefined> => {
    const summary = mostTelling(await client.traceSummaries(selection, LOOKED_AT));
    if (summary === undefined || holds(kept.current, key, summary)) return kept.current;
    const spans = await client.spans(summary.traceId);
    kept.current = { key, summary, spans };
    return kept.current;
  }, key);
  if (found === undefined || found.key !== key || found.spans.length === 0) return null;
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
