import type { Span } from '../../worker';

/** A bar of the waterfall. */
export interface TraceRow {
  readonly key: string;
  readonly kind: 'proxy' | 'application' | 'attempt' | 'backOff';
  readonly label: string;
  readonly depth: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly outcome: 'ok' | 'failed' | 'denied' | 'none';
  /** Right of the bar: a status, a flag, or how long it took. */
  readonly note: string;
  readonly span: Span | undefined;
  /** Part of the chain that the root waited for. */
  readonly critical: boolean;
}

export interface Trace {
  readonly rows: readonly TraceRow[];
  readonly startNs: number;
  readonly endNs: number;
  readonly services: number;
  readonly spans: number;
  /** Most tries that one call needed. */
  readonly tries: number;
  readonly root: Span | undefined;
}

const FIRST_SERVER_ERROR = 500;
const FORBIDDEN: ReadonlySet<number> = new Set([401, 403]);

function outcomeOf({ status, flags }: Span): TraceRow['outcome'] {
  if (FORBIDDEN.has(status)) return 'denied';
  if (status >= FIRST_SERVER_ERROR || (status === 0 && flags.length > 0)) return 'failed';
  return 'ok';
}

/** "503 UF", "200", or nothing for a span without an answer. */
export function statusText(status: number, flags: readonly string[]): string {
  return [status === 0 ? '' : String(status), ...flags].filter((part) => part !== '').join(' ');
}

class Builder {
  readonly rows: TraceRow[] = [];
  private readonly children = new Map<number, Span[]>();
  private readonly roots: Span[] = [];

  constructor(
    spans: readonly Span[],
    private readonly critical: ReadonlySet<number>,
  ) {
    const ids = new Set(spans.map((span) => span.spanId));
    for (const span of [...spans].sort((a, b) => a.startNs - b.startNs || a.spanId - b.spanId)) {
      if (span.parentId === 0 || !ids.has(span.parentId) || span.parentId === span.spanId) this.roots.push(span);
      else this.children.set(span.parentId, [...(this.children.get(span.parentId) ?? []), span]);
    }
  }

  build(): readonly TraceRow[] {
    for (const root of this.roots) this.add(root, 0, undefined);
    return this.rows;
  }

  private add(span: Span, depth: number, attempt: number | undefined): void {
    const kind = span.kind === 'attempt' ? 'attempt' : span.kind === 'application' ? 'application' : 'proxy';
    this.rows.push({
      key: `span ${span.spanId}`,
      kind,
      label: attempt === undefined ? labelOf(span) : `try ${attempt}`,
      depth,
      startNs: span.startNs,
      endNs: span.endNs,
      outcome: outcomeOf(span),
      note: statusText(span.status, span.flags),
      span,
      critical: this.critical.has(span.spanId),
    });
    const children = this.children.get(span.spanId) ?? [];
    const attempts = children.filter((child) => child.kind === 'attempt');
    for (const child of children) {
      const number = attempts.indexOf(child);
      const before = attempts[number - 1];
      if (before !== undefined) this.addBackOff(before, child, depth + 1);
      // One try alone says nothing that the call does not say.
      this.add(child, depth + 1, number >= 0 && attempts.length > 1 ? number + 1 : undefined);
    }
  }

  /** The pause between two tries of one call. */
  private addBackOff(before: Span, after: Span, depth: number): void {
    if (after.startNs <= before.endNs) return;
    this.rows.push({
      key: `back-off ${after.spanId}`,
      kind: 'backOff',
      label: 'back-off',
      depth,
      startNs: before.endNs,
      endNs: after.startNs,
      outcome: 'none',
      note: '',
      span: undefined,
      critical: this.critical.has(before.spanId) && this.critical.has(after.spanId),
    });
  }
}

function labelOf(span: Span): string {
  return span.kind === 'attempt' ? `${span.service} try` : span.service;
}

/**
 * Spans that the end of the root waited for: from its end backwards, always the child that ended last before the point
 * reached so far.
 */
export function criticalPath(spans: readonly Span[]): ReadonlySet<number> {
  const ids = new Set(spans.map((span) => span.spanId));
  const children = new Map<number, Span[]>();
  for (const span of spans) children.set(span.parentId, [...(children.get(span.parentId) ?? []), span]);
  const critical = new Set<number>();
  const walk = (span: Span): void => {
    if (critical.has(span.spanId)) return;
    critical.add(span.spanId);
    let untilNs = span.endNs;
    for (const child of (children.get(span.spanId) ?? []).toSorted((a, b) => b.endNs - a.endNs)) {
      if (child.endNs > untilNs) continue;
      walk(child);
      untilNs = child.startNs;
    }
  };
  for (const span of spans) if (span.parentId === 0 || !ids.has(span.parentId)) walk(span);
  return critical;
}

/** A trace as the rows of a waterfall, parents before children, in the order of time. */
export function buildTrace(spans: readonly Span[]): Trace {
  const rows = new Builder(spans, criticalPath(spans)).build();
  const tries = new Map<number, number>();
  for (const { kind, parentId } of spans) if (kind === 'attempt') tries.set(parentId, (tries.get(parentId) ?? 0) + 1);
  return {
    rows,
    startNs: spans.reduce((first, span) => Math.min(first, span.startNs), spans[0]?.startNs ?? 0),
    endNs: spans.reduce((end, span) => Math.max(end, span.endNs), 0),
    services: new Set(spans.map((span) => span.service)).size,
    spans: spans.length,
    tries: Math.max(1, ...tries.values()),
    root: rows[0]?.span,
  };
}

/** "2b9e…f07": a trace's id as the screen names it. */
export function shortTraceId(traceId: string): string {
  return traceId.length <= 8 ? traceId : `${traceId.slice(0, 4)}…${traceId.slice(-3)}`;
}

/** Round points of a duration for the axis, at most five. */
export function timeTicks(durationNs: number): readonly number[] {
  if (!(durationNs > 0)) return [0];
  const raw = durationNs / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((candidate) => candidate * power >= raw) ?? 10) * power;
  const ticks: number[] = [];
  for (let at = 0; at < durationNs; at += step) ticks.push(at);
  return ticks;
}
