import type { Span } from '../engine';
import type { Selection, Session } from '../session';
import { podsOfSelection } from './pods-of-selection';
import type { TraceSummary } from './protocol';

/** Traces looked through for one answer. */
const SEARCHED_TRACES = 200;

/** The span that started the trace. It is written when it ends: a trace without one is still open, or too old. */
function rootOf(spans: readonly Span[]): Span | undefined {
  return spans.find((span) => span.parentId === 0);
}

/** Most attempts that share one parent. */
function mostTries(spans: readonly Span[]): number {
  const tries = new Map<number, number>();
  for (const { kind, parentId } of spans) if (kind === 'attempt') tries.set(parentId, (tries.get(parentId) ?? 0) + 1);
  return Math.max(1, ...tries.values());
}

function summarize(traceId: string, spans: readonly Span[]): TraceSummary | undefined {
  const root = rootOf(spans);
  if (root === undefined) return undefined;
  const endNs = spans.reduce((last, span) => Math.max(last, span.endNs), root.endNs);
  return {
    traceId,
    name: root.name,
    service: root.service,
    startNs: root.startNs,
    durationNs: endNs - root.startNs,
    status: root.status,
    flags: root.flags,
    spans: spans.length,
    tries: mostTries(spans),
  };
}

/** The newest traces that touch a selection, newest first. */
export function traceSummariesOf(session: Session, selection: Selection, limit: number): readonly TraceSummary[] {
  const pods = podsOfSelection(session, selection);
  const found: TraceSummary[] = [];
  for (const traceId of session.engine.recentTraces(SEARCHED_TRACES)) {
    const spans = session.engine.spans(traceId);
    if (pods !== undefined && !spans.some((span) => pods.has(span.pod))) continue;
    const summary = summarize(traceId, spans);
    if (summary !== undefined) found.push(summary);
  }
  return found.sort((a, b) => b.startNs - a.startNs).slice(0, limit);
}
