export { AccessLog, type AccessLogRow, type AccessLogState, wholeMs } from './access-log';
export { Decisions, type DecisionsState } from './decisions';
export { Edges, type EdgesState } from './edges';
export { Flights } from './flights';
export { prometheusText } from './prometheus';
export { extractTraceContext, injectTraceContext, type PropagationFormat, type TraceContext } from './propagation';
export {
  type NewSpan,
  SPAN_APPLICATION,
  SPAN_ATTEMPT,
  SPAN_CLIENT,
  SPAN_SERVER,
  Spans,
  type SpansState,
  spanText,
  traceText,
} from './spans';
