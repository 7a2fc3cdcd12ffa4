import type { JsonObject } from '../json-value';
import type { AccessLogConfig } from '../listeners';
import { TYPE, typeUrl } from './type-names';
import { anyOf, message, text } from './writer';

function encodeFormat(log: AccessLogConfig): JsonObject | undefined {
  if (log.textFormat !== undefined) return { textFormatSource: { inlineString: log.textFormat } };
  return log.jsonFormat === undefined ? undefined : { jsonFormat: log.jsonFormat, jsonFormatOptions: {} };
}

/** `envoy.config.accesslog.v3.AccessLog` */
export function encodeAccessLog(log: AccessLogConfig): JsonObject {
  const url = log.typeUrl ?? typeUrl(TYPE.fileAccessLog);
  const isFile = url.endsWith(TYPE.fileAccessLog);
  const config = message({ path: isFile ? text(log.path) : undefined, logFormat: encodeFormat(log) }, log.extra);
  return message({
    name: text(log.name),
    filter: log.filter,
    typedConfig: url === '' ? undefined : anyOf(url, config),
  });
}
