import type { Span } from '../../worker';

/** A row of the waterfall: a call with the proxies and the application that served it, one try of several, or a pause. */
export interface TraceRow {
  readonly key: string;
  readonly kind: 'call' | 'attempt' | 'application' | 'backOff';
  readonly label: string;
  readonly depth: number;
  readonly startNs: number;
  readonly endNs: number;
  /** The part that the application worked or waited for others in; the rest is proxies and network. */
  readonly application: { readonly startNs: number; readonly endNs: number } | undefined;
  readonly outcome: 'ok' | 'failed' | 'denied' | 'none';
  /** Status and flags. */
  readonly note: string;
  /** The span that stands for the row. */
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

/** `missions.heroes.svc.cluster.local:8080/*` names a call; people call it missions. */
export function calledName(operation: string): string {
  const host = /^([\w.-]+)(?::\d+)?(?:\/|$)/.exec(operation)?.[1] ?? operation;
  return /^([\w-]+)\.[\w-]+\.svc\.cluster\.local$/.exec(host)?.[1] ?? host;
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
      else this.children.set(span.parentId, [...this.childrenOf(span.parentId), span]);
    }
  }

  build(): readonly TraceRow[] {
    for (const root of this.roots) this.addSpan(root, 0);
    return this.rows;
  }

  private childrenOf(spanId: number): readonly Span[] {
    return this.children.get(spanId) ?? [];
  }

  /** The only child of a kind; none when there are several. */
  private onlyChild(span: Span, kind: Span['kind']): Span | undefined {
    const children = this.childrenOf(span.spanId);
    return children.length === 1 && children[0]?.kind === kind ? children[0] : undefined;
  }

  private addSpan(span: Span, depth: number): void {
    if (span.kind === 'client') this.addCall(span, depth);
    else if (span.kind === 'attempt') this.addAttempt(span, depth, 'try');
    else this.addServed(span, depth);
  }

  /** A caller's proxy. Below an application it is one row with the callee; at the root it is a row of its own. */
  private addCall(span: Span, depth: number): void {
    const attempts = this.childrenOf(span.spanId).filter((child) => child.kind === 'attempt');
    const single = attempts.length === 1 ? attempts[0] : undefined;
    const served = single === undefined ? undefined : this.onlyChild(single, 'server');
    if (depth > 0 && served !== undefined && this.childrenOf(span.spanId).length === 1) {
      this.addServed(served, depth, span);
      return;
    }
    this.push(span, { kind: 'call', label: depth === 0 ? span.service : calledName(span.name), depth });
    let before: Span | undefined;
    for (const child of this.childrenOf(span.spanId)) {
      const number = attempts.indexOf(child);
      if (child === single) {
        for (const below of this.childrenOf(child.spanId)) this.addSpan(below, depth + 1);
        continue;
      }
      if (number < 0) {
        this.addSpan(child, depth + 1);
        continue;
      }
      if (before !== undefined) this.addBackOff(before, child, depth + 1);
      this.addAttempt(child, depth + 1, `try ${number + 1}`);
      before = child;
    }
  }

  /** One try, in one row with what it reached. */
  private addAttempt(span: Span, depth: number, label: string): void {
    const served = this.onlyChild(span, 'server');
    const application = served === undefined ? undefined : this.onlyChild(served, 'application');
    this.push(span, { kind: 'attempt', label, depth, application });
    const last = application ?? served ?? span;
    for (const child of this.childrenOf(last.spanId)) this.addSpan(child, depth + 1);
  }

  /** A callee's proxy and its application in one row, within the bar of the caller's proxy if that is given. */
  private addServed(span: Span, depth: number, call?: Span): void {
    const application = span.kind === 'application' ? span : this.onlyChild(span, 'application');
    const kind = span.kind === 'application' && call === undefined ? 'application' : 'call';
    this.push(call ?? span, { kind, label: span.service, depth, application });
    for (const child of this.childrenOf((application ?? span).spanId)) this.addSpan(child, depth + 1);
  }

  private push(
    span: Span,
    row: Pick<TraceRow, 'kind' | 'label' | 'depth'> & { readonly application?: Span | undefined },
  ): void {
    const { application } = row;
    this.rows.push({
      kind: row.kind,
      label: row.label,
      depth: row.depth,
      key: `span ${span.spanId}`,
      startNs: span.startNs,
      endNs: span.endNs,
      application: application === undefined ? undefined : { startNs: application.startNs, endNs: application.endNs },
      outcome: outcomeOf(span),
      note: statusText(span.status, span.flags),
      span,
      critical: this.critical.has(span.spanId),
    });
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
      application: undefined,
      outcome: 'none',
      note: '',
      span: undefined,
      critical: this.critical.has(before.spanId) && this.critical.has(after.spanId),
    });
  }
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

/** "2b9e…f07": a trace's id as the screen names it; zeros in front say nothing. */
export function shortTraceId(traceId: string): string {
  const digits = traceId.replace(/^0+(?=.)/, '');
  return digits.length <= 8 ? digits : `${digits.slice(0, 4)}…${digits.slice(-3)}`;
}

/** `hero-registry-api.heroes.svc.cluster.local:8080/missions*` as "hero-registry-api/missions*". */
export function shortOperation(operation: string): string {
  return operation.replace(/^([\w-]+)\.[\w-]+\.svc\.cluster\.local(?::\d+)?/, '$1');
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
