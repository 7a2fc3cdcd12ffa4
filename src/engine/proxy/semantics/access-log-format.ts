import type { AccessLogConfig } from '../../../xds';
import { type AccessLogFilter, compileAccessLogFilter } from './access-log-filter';
import type { FormatContext } from './format-context';
import { type CompiledTextOrJson, compileTextOrJson, formatTextOrJson } from './substitution-format';

/** What a logger without a format writes. envoyproxy/envoy source/common/formatter/http_formatter_context.cc DEFAULT_FORMAT */
export const DEFAULT_ACCESS_LOG_FORMAT =
  '[%START_TIME%] "%REQUEST_HEADER(:METHOD)% %REQUEST_HEADER(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" ' +
  '%RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% ' +
  '%RESPONSE_HEADER(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQUEST_HEADER(X-FORWARDED-FOR)%" ' +
  '"%REQUEST_HEADER(USER-AGENT)%" "%REQUEST_HEADER(X-REQUEST-ID)%" "%REQUEST_HEADER(:AUTHORITY)%" "%UPSTREAM_HOST%"\n';

/** One logger, ready to write lines. */
export interface CompiledAccessLog {
  readonly source: AccessLogConfig;
  readonly accepts: AccessLogFilter;
  /** Kinds of filter that are not evaluated and let every stream pass. */
  readonly unsupportedFilters: readonly string[];
  readonly format: CompiledTextOrJson;
}

// envoyproxy/envoy source/common/access_log/access_log_impl.cc AccessLogFactory::fromProto
export function compileAccessLog(source: AccessLogConfig): CompiledAccessLog {
  const filter = compileAccessLogFilter(source.filter);
  return {
    source,
    accepts: filter.accepts,
    unsupportedFilters: filter.unsupported,
    format: compileTextOrJson(source.textFormat ?? DEFAULT_ACCESS_LOG_FORMAT, source.jsonFormat),
  };
}

/** The line of a stream, without the newline at its end. */
export function accessLogLine(log: CompiledAccessLog, context: FormatContext): string {
  const text = formatTextOrJson(log.format, context);
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}
