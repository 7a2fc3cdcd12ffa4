import type { AccessLogConfig } from '../../../xds';
import { type AccessLogFilter, compileAccessLogFilter } from './access-log-filter';
import type { FormatContext } from './format-context';
import {
  type CompiledFormat,
  type CompiledJsonFormat,
  compileFormat,
  compileJsonFormat,
  formatJson,
  formatText,
  UNAVAILABLE,
} from './substitution-format';

/** What a logger without a format writes. envoyproxy/envoy source/common/formatter/http_formatter_context.cc DEFAULT_FORMAT */
export const DEFAULT_ACCESS_LOG_FORMAT =
  '[%START_TIME%] "%REQUEST_HEADER(:METHOD)% %REQUEST_HEADER(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" ' +
  '%RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% ' +
  '%RESPONSE_HEADER(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQUEST_HEADER(X-FORWARDED-FOR)%" ' +
  '"%REQUEST_HEADER(USER-AGENT)%" "%REQUEST_HEADER(X-REQUEST-ID)%" "%REQUEST_HEADER(:AUTHORITY)%" "%UPSTREAM_HOST%"\n';

type CompiledLogFormat =
  | { readonly kind: 'text'; readonly format: CompiledFormat }
  | { readonly kind: 'json'; readonly format: CompiledJsonFormat };

/** One logger, ready to write lines. */
export interface CompiledAccessLog {
  readonly source: AccessLogConfig;
  readonly accepts: AccessLogFilter;
  /** Kinds of filter that are not evaluated and let every stream pass. */
  readonly unsupportedFilters: readonly string[];
  readonly format: CompiledLogFormat;
}

function compileLogFormat(source: AccessLogConfig): CompiledLogFormat {
  if (source.jsonFormat !== undefined) return { kind: 'json', format: compileJsonFormat(source.jsonFormat) };
  return { kind: 'text', format: compileFormat(source.textFormat ?? DEFAULT_ACCESS_LOG_FORMAT) };
}

// envoyproxy/envoy source/common/access_log/access_log_impl.cc AccessLogFactory::fromProto
export function compileAccessLog(source: AccessLogConfig): CompiledAccessLog {
  const filter = compileAccessLogFilter(source.filter);
  return {
    source,
    accepts: filter.accepts,
    unsupportedFilters: filter.unsupported,
    format: compileLogFormat(source),
  };
}

/** The line of a stream, without the newline at its end. */
export function accessLogLine(log: CompiledAccessLog, context: FormatContext): string {
  if (log.format.kind === 'json') return JSON.stringify(formatJson(log.format.format, context));
  const text = formatText(log.format.format, context, UNAVAILABLE);
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}
