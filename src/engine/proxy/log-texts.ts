import type { JsonValue } from '../../xds';
import { epochMs, type StringTable } from '../core';
import { NONE } from '../network';
import { type AccessLogRow, traceText, wholeMs } from '../telemetry';
import { unpackFlags } from './http/streams';
import { type DynamicMetadata, RESPONSE_FLAGS, type ResponseFlag, type StreamFields } from './semantics';

/** The number that a log line keeps for a relayed connection. */
export const LOG_PROTOCOL_TCP = 2;
/** Names of protocols by the number that a log line keeps. */
export const PROTOCOLS = ['HTTP/1.1', 'HTTP/2', ''];

/** Dynamic metadata from the text that a log line keeps of it. */
export function metadataOf(text: string): DynamicMetadata {
  const parsed: Readonly<Record<string, JsonValue>> = JSON.parse(text);
  return new Map(Object.entries(parsed));
}

function isFlag(flag: number): flag is ResponseFlag {
  return RESPONSE_FLAGS[flag] !== undefined;
}

/** Short names of packed flags in the order in which they were set. */
export function flagNames(flags: number, count: number): readonly string[] {
  return unpackFlags(flags, count).map((flag) => RESPONSE_FLAGS[flag]?.shortName ?? '');
}

/** A request identifier in the form of Envoy's UUIDs. */
export function requestIdText(requestId: number): string {
  const digits = requestId.toString(16).padStart(12, '0');
  return `00000000-0000-4000-8000-${digits}`;
}

/** What a log line knows of its stream; `address`: that of the host. */
export function streamFieldsOf(row: AccessLogRow, address: string, strings: StringTable): StreamFields {
  const optional = <K extends keyof StreamFields>(key: K, value: StreamFields[K] | ''): Partial<StreamFields> =>
    value === '' || value === undefined ? {} : { [key]: value };
  return {
    startTimeMs: epochMs(row.startNs),
    responseCode: row.status,
    responseFlags: unpackFlags(row.flags, row.flagCount).filter(isFlag),
    bytesReceived: row.bytesReceived,
    bytesSent: row.bytesSent,
    durationMs: wholeMs(row.durationNs),
    upstreamRequestAttemptCount: row.attempts,
    traceId: traceText(row.traceId),
    accessLogType: row.protocol === LOG_PROTOCOL_TCP ? 'TcpConnectionEnd' : 'DownstreamEnd',
    ...optional('protocol', PROTOCOLS[row.protocol] ?? ''),
    ...optional('responseCodeDetails', strings.get(row.details)),
    ...optional('connectionTerminationDetails', strings.get(row.termination)),
    ...optional('routeName', strings.get(row.route)),
    ...optional('upstreamHost', address),
    ...optional('upstreamCluster', strings.get(row.observedCluster === NONE ? row.cluster : row.observedCluster)),
    ...optional('upstreamClusterRaw', strings.get(row.cluster)),
    ...optional('upstreamTransportFailureReason', strings.get(row.failureText)),
  };
}
