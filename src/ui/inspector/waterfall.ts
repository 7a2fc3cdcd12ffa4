/** A trace as rows of bars: who worked when, which try failed, and how long the proxy waited in between. */
import type { Ns, Span } from '../../worker';

export type BarKind = 'proxy' | 'application' | 'ok' | 'failed' | 'retried' | 'backoff';

export interface WaterfallBar {
  readonly kind: BarKind;
  readonly startNs: Ns;
  readonly endNs: Ns;
}

export interface WaterfallRow {
  readonly key: string;
  readonly depth: number;
  readonly label: string;
  readonly bar: WaterfallBar;
  /** "503 UC", "8 ms": what stands at the end of the row. */
  readonly status: number;
  readonly flags: readonly string[];
  readonly failed: boolean;
}

export interface Waterfall {
  readonly startNs: Ns;
  readonly endNs: Ns;
  readonly rows: readonly WaterfallRow[];
}

const MAX_ROWS = 60;

function isFailed(span: Span): boolean {
  return span.status === 0 || span.status >= 500;
}

function barKind(span: Span, tries: readonly Span[]): BarKind {
  switch (span.kind) {
    case 'application':
      return 'application';
    case 'client':
    case 'server':
      return 'proxy';
    case 'attempt':
      if (isFailed(span)) return 'failed';
      return tries.indexOf(span) > 0 ? 'retried' : 'ok';
  }
}

function labelOf(span: Span, tries: readonly Span[]): string {
  if (span.kind !== 'attempt') return span.service;
  return tries.length > 1 ? `try ${tries.indexOf(span) + 1}` : span.service;
}

/** Rows in the order of the calls; between two tries of one request stands the wait. */
export function buildWaterfall(spans: readonly Span[]): Waterfall {
  const ordered = [...spans].sort((a, b) => a.startNs - b.startNs || a.spanId - b.spanId);
  const known = new Set(ordered.map((span) => span.spanId));
  const children = new Map<number, Span[]>();
  for (const span of ordered) {
    const parent = known.has(span.parentId) && span.parentId !== span.spanId ? span.parentId : 0;
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const rows: WaterfallRow[] = [];
  const visit = (parent: number, depth: number): void => {
    const siblings = children.get(parent) ?? [];
    const tries = siblings.filter((span) => span.kind === 'attempt');
    for (const span of siblings) {
      if (rows.length >= MAX_ROWS) return;
      const before = tries[tries.indexOf(span) - 1];
      if (before !== undefined && span.startNs > before.endNs) rows.push(waitRow(before, span, depth));
      rows.push(spanRow(span, tries, depth));
      if (span.spanId !== 0) visit(span.spanId, depth + 1);
    }
  };
  visit(0, 0);
  return {
    startNs: Math.min(...ordered.map((span) => span.startNs)),
    endNs: Math.max(...ordered.map((span) => span.endNs)),
    rows,
  };
}

function spanRow(span: Span, tries: readonly Span[], depth: number): WaterfallRow {
  return {
    key: `span ${span.spanId}`,
    depth,
    label: labelOf(span, tries),
    bar: { kind: barKind(span, tries), startNs: span.startNs, endNs: span.endNs },
    status: span.status,
    flags: span.flags,
    failed: isFailed(span),
  };
}

function waitRow(before: Span, after: Span, depth: number): WaterfallRow {
  return {
    key: `wait ${after.spanId}`,
    depth,
    label: 'back-off',
    bar: { kind: 'backoff', startNs: before.endNs, endNs: after.startNs },
    status: 0,
    flags: [],
    failed: false,
  };
}
