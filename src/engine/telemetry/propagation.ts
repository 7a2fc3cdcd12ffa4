/** Headers in which a tracer hands a trace on. */
export type PropagationFormat = 'b3Multi' | 'b3Single' | 'w3c';

/** Where a span stands in its trace. Identifiers are lower-case hexadecimal digits: 16 or 32 of a trace, 16 of a span. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined: the span is the root. */
  readonly parentId?: string;
  readonly sampled: boolean;
}

type Headers = readonly (readonly [string, string])[];

const HEX_16 = /^[0-9a-f]{16}$/;
const HEX_32 = /^[0-9a-f]{32}$/;
const ALL_ZERO = /^0+$/;
const TRACE_DIGITS = 32;

/** The headers that tell the next hop about a span. */
// envoyproxy/envoy source/extensions/tracers/zipkin/tracer.cc Tracer::injectContext (B3, with W3C), source/extensions/tracers/opentelemetry/tracer.cc Span::injectContext
export function injectTraceContext(context: TraceContext, format: PropagationFormat): Headers {
  const { traceId, spanId, parentId, sampled } = context;
  const flag = sampled ? '1' : '0';
  switch (format) {
    case 'b3Multi':
      return [
        ['x-b3-traceid', traceId],
        ['x-b3-spanid', spanId],
        ...(parentId === undefined ? [] : [['x-b3-parentspanid', parentId] as const]),
        ['x-b3-sampled', flag],
      ];
    case 'b3Single':
      return [['b3', [traceId, spanId, flag, ...(parentId === undefined ? [] : [parentId])].join('-')]];
    case 'w3c':
      return [['traceparent', `00-${traceId.padStart(TRACE_DIGITS, '0')}-${spanId}-0${flag}`]];
  }
}

function isTraceId(text: string): boolean {
  return (HEX_16.test(text) || HEX_32.test(text)) && !ALL_ZERO.test(text);
}

function isSpanId(text: string): boolean {
  return HEX_16.test(text) && !ALL_ZERO.test(text);
}

/** Absent, debug and true count as sampled; `d`, `1` and `0` are what the single header may say. */
function isSampled(flag: string | undefined): boolean {
  return flag !== '0' && flag !== 'false';
}

function contextOf(
  traceId: string,
  spanId: string,
  parentId: string | undefined,
  sampled: boolean,
): TraceContext | undefined {
  if (!isTraceId(traceId) || !isSpanId(spanId)) return undefined;
  if (parentId === undefined) return { traceId, spanId, sampled };
  return isSpanId(parentId) ? { traceId, spanId, parentId, sampled } : undefined;
}

// envoyproxy/envoy source/extensions/tracers/zipkin/span_context_extractor.cc SpanContextExtractor::extractSpanContextFromB3SingleFormat
function fromSingle(value: string): TraceContext | undefined {
  const [traceId = '', spanId = '', flag, parentId] = value.toLowerCase().split('-');
  return contextOf(traceId, spanId, parentId, isSampled(flag));
}

// envoyproxy/envoy source/extensions/tracers/opentelemetry/span_context_extractor.cc SpanContextExtractor::extractSpanContext
function fromTraceParent(value: string): TraceContext | undefined {
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(value);
  if (match === null || match[1] === 'ff') return undefined;
  const sampled = (Number.parseInt(match[4] ?? '0', 16) & 1) === 1;
  return contextOf(match[2] ?? '', match[3] ?? '', undefined, sampled);
}

/** The span that a request says it belongs to: b3 in one header, else in several, else a W3C trace parent. */
// envoyproxy/envoy source/extensions/tracers/zipkin/span_context_extractor.cc SpanContextExtractor::extractSpanContext
export function extractTraceContext(first: (name: string) => string | undefined): TraceContext | undefined {
  const single = first('b3');
  if (single !== undefined) return fromSingle(single);
  const traceId = first('x-b3-traceid');
  if (traceId !== undefined) {
    const sampled = first('x-b3-flags') === '1' || isSampled(first('x-b3-sampled'));
    return contextOf(traceId.toLowerCase(), first('x-b3-spanid') ?? '', first('x-b3-parentspanid'), sampled);
  }
  const parent = first('traceparent');
  return parent === undefined ? undefined : fromTraceParent(parent);
}
