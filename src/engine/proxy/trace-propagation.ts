import type { JsonValue, TracingConfig } from '../../xds';
import { injectTraceContext, type PropagationFormat, spanText, traceText } from '../telemetry';
import { fieldOf, isObject, textOf } from './semantics';

/** Formats as bits of a sum. */
const B3 = 1;
const W3C = 2;
const FORMATS: readonly (readonly [number, PropagationFormat])[] = [
  [B3, 'b3Multi'],
  [W3C, 'w3c'],
];

/**
 * In which headers a connection manager's tracer hands traces on. Without a tracer of its own it uses that of the bootstrap, which is
 * Zipkin's.
 */
// envoyproxy/envoy source/extensions/tracers/zipkin/zipkin_tracer_impl.cc Driver, source/extensions/tracers/opentelemetry/opentelemetry_tracer_impl.cc Driver
export function propagationOf(tracing: TracingConfig | undefined): number {
  if (tracing === undefined) return 0;
  const { provider } = tracing;
  const config: JsonValue | undefined = fieldOf(provider, 'typedConfig');
  const type = isObject(config) ? textOf(config, '@type') : '';
  if (provider === undefined || type.endsWith('ZipkinConfig')) {
    return textOf(config, 'traceContextOption') === 'USE_B3_WITH_W3C_PROPAGATION' ? B3 + W3C : B3;
  }
  return type.endsWith('OpenTelemetryConfig') ? W3C : 0;
}

/** The headers that a request went on with, from its log line. */
export function traceHeaders(row: {
  readonly traceId: number;
  readonly span: number;
  readonly parentSpan: number;
  readonly propagation: number;
}): readonly (readonly [string, string])[] {
  if (row.propagation === 0) return [];
  const traceId = traceText(row.traceId);
  const base = { traceId, spanId: spanText(row.span), sampled: true };
  const context = row.parentSpan === 0 ? base : { ...base, parentId: spanText(row.parentSpan) };
  return FORMATS.flatMap(([bit, format]) => ((row.propagation & bit) === 0 ? [] : injectTraceContext(context, format)));
}
