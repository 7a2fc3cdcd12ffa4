import type { AccessLogConfig } from '../listeners';
import type { AnyValue, MessageReader } from './reader';
import { TYPE } from './type-names';

/** The stream loggers write to what a file logger would call so. */
const STREAMS: ReadonlyMap<string, string> = new Map([
  [TYPE.stdoutAccessLog, '/dev/stdout'],
  [TYPE.stderrAccessLog, '/dev/stderr'],
]);

type Format = Pick<AccessLogConfig, 'textFormat' | 'jsonFormat'>;

/** `log_format`, or the deprecated formats of the file logger, which stay where they are for the export. */
function formatOf(reader: MessageReader): Format {
  const format = reader.message('logFormat', 'envoy.config.core.v3.SubstitutionFormatString');
  const source = format?.message('textFormatSource', 'envoy.config.core.v3.DataSource');
  const text = source?.optionalText('inlineString');
  if (text !== undefined) return { textFormat: text };
  const json = format?.object('jsonFormat');
  // Istio writes its options even if there are none.
  format?.messageOrPresent('jsonFormatOptions');
  return json === undefined ? {} : { jsonFormat: json };
}

function readLogger(config: AnyValue, reader: MessageReader): Omit<AccessLogConfig, 'name' | 'filter'> {
  if (config.type === TYPE.fileAccessLog) {
    const file = reader.open(config, config.type);
    return { path: file.text('path'), ...formatOf(file), ...file.extra() };
  }
  const stream = STREAMS.get(config.type);
  if (stream !== undefined) {
    const logger = reader.open(config, TYPE.stdoutAccessLog);
    return { path: stream, typeUrl: config.typeUrl, ...formatOf(logger), ...logger.extra() };
  }
  reader.log.notSimulated(`${config.path} (${config.type})`);
  return { path: '', typeUrl: config.typeUrl, extra: config.config };
}

/** api/envoy/config/accesslog/v3/accesslog.proto */
export function accessLogsOf(reader: MessageReader, field: string): AccessLogConfig[] {
  return reader.messages(field, 'envoy.config.accesslog.v3.AccessLog').map((log) => {
    const name = log.text('name');
    const filter = log.object('filter');
    const config = log.any('typedConfig');
    const logger = config === undefined ? { path: '', typeUrl: '' } : readLogger(config, log);
    if (config === undefined) log.log.notSimulated(`${log.path} (${name})`);
    log.finish();
    return { name, ...logger, ...(filter === undefined ? {} : { filter }) };
  });
}
