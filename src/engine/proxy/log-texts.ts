import { endpointFilterMetadata, type JsonObject, type JsonValue, type UpstreamTlsContext } from '../../xds';
import { epochMs, type StringTable } from '../core';
import { NONE } from '../network';
import { type AccessLogRow, traceText, wholeMs } from '../telemetry';
import type { CompiledCluster } from './config';
import { unpackFlags } from './http/streams';
import type { LineForm } from './log-forms';
import {
  type DynamicMetadata,
  MESH_AUTHORITY,
  RESPONSE_FLAGS,
  ResponseCodeDetails,
  ResponseFlag,
  type StreamFields,
} from './semantics';

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

/** Packed flags in the order in which they were set. */
export function responseFlagsOf(flags: number, count: number): readonly ResponseFlag[] {
  return unpackFlags(flags, count).filter(isFlag);
}

/** Short names of packed flags in the order in which they were set. */
export function flagNames(flags: number, count: number): readonly string[] {
  return unpackFlags(flags, count).map((flag) => RESPONSE_FLAGS[flag]?.shortName ?? '');
}

/** Port that the connections of a request are said to come from, one and the same at every proxy. */
export function ephemeralPort(requestId: number): number {
  return 32_768 + (requestId % 28_000);
}

/** A request identifier in the form of Envoy's UUIDs. */
export function requestIdText(requestId: number): string {
  const digits = requestId.toString(16).padStart(12, '0');
  return `00000000-0000-4000-8000-${digits}`;
}

/** What a proxy is told of a host that it sent something to. */
export interface LoggedHost {
  readonly name: string;
  readonly metadata: JsonObject | undefined;
  readonly tls: UpstreamTlsContext | undefined;
}

/** The host of an address in the cluster as the proxy has it now. */
export function loggedHostOf(cluster: CompiledCluster, ip: string, port: number): LoggedHost {
  const found = cluster.endpoints.find((endpoint) => endpoint.ip === ip && endpoint.port === port);
  // envoyproxy/envoy source/extensions/clusters/original_dst/original_dst_cluster.cc OriginalDstCluster::LoadBalancer::chooseHost
  const made = cluster.source.discovery.kind === 'ORIGINAL_DST' ? `${cluster.name}${ip}:${port}` : '';
  return {
    name: found === undefined ? made : (found.source?.hostname ?? ''),
    metadata: found?.source && endpointFilterMetadata(found.source),
    tls: found === undefined ? cluster.defaultTls : found.tls,
  };
}

/** A certificate that the mesh's authority vouches for names the identity of whoever shows it; of others nothing is known. */
export function vouchesForIdentity(tls: UpstreamTlsContext | undefined): boolean {
  const bundle = tls?.common.validation?.trustBundle;
  return bundle?.kind === 'sds' && bundle.secretName === MESH_AUTHORITY;
}

/** What a line shows that its row does not hold. */
export interface LineFacts {
  /** `address:port` of the host; empty when there was none. */
  readonly address: string;
  readonly form: LineForm | undefined;
  /** Name of the proxy's own pod. */
  readonly hostname: string;
  readonly host: LoggedHost | undefined;
  /** `address:port` that the proxy would speak to the host from. */
  readonly localAddress: string;
  /** Identity of whoever is at the host's address. */
  readonly hostIdentity: string;
  readonly streamId: string;
}

/** The last try had a connection. A try that was still waiting for its own when time was up cannot be told from one that had it. */
// envoyproxy/envoy source/common/router/upstream_request.cc UpstreamRequest::onPoolReady; common/tcp_proxy/tcp_proxy.cc Filter::onGenericPoolReady
function hadConnection(row: AccessLogRow): boolean {
  const flags = responseFlagsOf(row.flags, row.flagCount);
  if (flags.includes(ResponseFlag.UpstreamConnectionFailure) || flags.includes(ResponseFlag.UpstreamOverflow))
    return false;
  if (flags.includes(ResponseFlag.NoHealthyUpstream) && row.failureText !== NONE) return false;
  return row.protocol === LOG_PROTOCOL_TCP ? row.host !== NONE : row.upstreamNs !== NONE;
}

function upstreamProtocolOf(row: AccessLogRow, form: LineForm | undefined): string {
  if (row.protocol === LOG_PROTOCOL_TCP || form?.cluster === undefined) return '';
  const { protocol } = form.cluster;
  return PROTOCOLS[protocol === 'useDownstream' ? row.protocol : protocol === 'http2' ? 1 : 0] ?? '';
}

/** Requests come whole, and so do responses. A request that was answered at once was not read to the end of its body. */
// envoyproxy/envoy source/common/http/conn_manager_impl.cc ActiveStream::maybeRecordLastByteReceived; common/router/upstream_codec_filter.cc
function timesOf(row: AccessLogRow, details: string): Partial<StreamFields> {
  if (row.protocol === LOG_PROTOCOL_TCP) return {};
  const answered =
    details === ResponseCodeDetails.ViaUpstream || details.startsWith(ResponseCodeDetails.LateUpstreamReset);
  if (answered) {
    return { requestDurationMs: 0, responseDurationMs: wholeMs(row.durationNs), responseTxDurationMs: 0 };
  }
  return row.bytesReceived > 0 && row.durationNs === 0 ? {} : { requestDurationMs: 0 };
}

/** What a log line knows of its stream. */
export function streamFieldsOf(row: AccessLogRow, facts: LineFacts, strings: StringTable): StreamFields {
  const { address, form, host } = facts;
  const details = strings.get(row.details);
  const isConnected = hadConnection(row);
  const optional = <K extends keyof StreamFields>(key: K, value: StreamFields[K] | ''): Partial<StreamFields> =>
    value === '' || value === undefined ? {} : { [key]: value };
  return {
    startTimeMs: epochMs(row.startNs),
    responseCode: row.status,
    responseFlags: responseFlagsOf(row.flags, row.flagCount),
    bytesReceived: row.bytesReceived,
    bytesSent: row.bytesSent,
    durationMs: wholeMs(row.durationNs),
    upstreamRequestAttemptCount: row.attempts,
    traceId: traceText(row.traceId),
    accessLogType: row.protocol === LOG_PROTOCOL_TCP ? 'TcpConnectionEnd' : 'DownstreamEnd',
    ...optional('protocol', PROTOCOLS[row.protocol] ?? ''),
    ...optional('responseCodeDetails', details),
    ...optional('connectionTerminationDetails', strings.get(row.termination)),
    ...optional('routeName', strings.get(row.route)),
    ...optional('upstreamHost', address),
    ...optional('upstreamCluster', strings.get(row.observedCluster === NONE ? row.cluster : row.observedCluster)),
    ...optional('upstreamClusterRaw', strings.get(row.cluster)),
    ...optional('upstreamTransportFailureReason', strings.get(row.failureText)),
    ...optional('upstreamHostname', host?.name || address),
    ...optional('upstreamProtocol', isConnected ? upstreamProtocolOf(row, form) : ''),
    ...optional('upstreamLocalAddress', isConnected ? facts.localAddress : ''),
    ...optional('upstreamPeerUriSan', isConnected && vouchesForIdentity(host?.tls) ? facts.hostIdentity : ''),
    ...optional('downstreamLocalUriSan', form?.localUriSans),
    ...optional('filterChainName', form?.filterChain),
    // Set by the router, as it begins: common/router/router.cc Filter::decodeHeaders.
    ...optional('virtualClusterName', row.attempts > 0 ? form?.virtualCluster : ''),
    ...optional('hostname', facts.hostname),
    ...optional('streamId', facts.streamId),
    ...timesOf(row, details),
  };
}
