import type { SocketAddress } from '../../../xds';
import { refuse } from './config-error';
import type { FormatContext, FormatValue, StreamFields } from './format-context';
import { grpcStatusName, grpcStatusOf, httpToGrpcStatus } from './grpc';
import type { HeaderMap } from './header-map';
import {
  type ConnectionInfo,
  type DynamicMetadata,
  isGrpcRequest,
  type PeerTls,
  pathWithoutQuery,
  requestHeader,
  responseHeader,
} from './http-message';
import { metadataValue, parseQueryParameters } from './matchers';
import { formatResponseFlags } from './response-flags';
import { formatIso8601, formatTime } from './time-format';

export interface CommandSyntax {
  readonly parameters: 'none' | 'optional' | 'required';
  /** Whether `:length` may follow. */
  readonly length: boolean;
}

export interface FormatCommand extends CommandSyntax {
  readonly compile: (subcommand: string) => (context: FormatContext) => FormatValue;
}

type HeaderReader = (context: FormatContext, name: string) => string | undefined;

/** `MAIN?ALTERNATIVE`: the first value of the main header, else of the alternative one. */
// envoyproxy/envoy source/common/formatter/substitution_format_utility.cc parseSubcommandHeaders
function headerCommand(read: HeaderReader): FormatCommand {
  return {
    parameters: 'required',
    length: true,
    compile: (subcommand) => {
      const names = subcommand.toLowerCase().split('?');
      if (names.length > 2) return refuse(`More than 1 alternative header specified in token: ${subcommand}`);
      const [main = '', alternative = ''] = names;
      return (context) => read(context, main) ?? (alternative === '' ? undefined : read(context, alternative));
    },
  };
}

function firstRequestHeader(context: FormatContext, name: string): string | undefined {
  if (context.request === undefined) return undefined;
  return name.startsWith(':') || name === 'host'
    ? requestHeader(context.request, name)
    : context.request.headers.first(name);
}

function firstResponseHeader(context: FormatContext, name: string): string | undefined {
  if (context.response === undefined) return undefined;
  return name === ':status' ? responseHeader(context.response, name) : context.response.headers.first(name);
}

function plain(evaluate: (context: FormatContext) => FormatValue): FormatCommand {
  return { parameters: 'none', length: false, compile: () => evaluate };
}

function streamField(field: keyof StreamFields): FormatCommand {
  return plain((context) => {
    const value = context.stream?.[field];
    return typeof value === 'string' || typeof value === 'number' ? value : undefined;
  });
}

function addressText(address: SocketAddress): string {
  return address.address.includes(':') ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`;
}

// envoyproxy/envoy source/common/http/header_utility.cc HeaderUtility::stripPortFromHost
function withoutPort(host: string): string {
  const start = host.lastIndexOf(':');
  return start > host.lastIndexOf(']') ? host.slice(0, start) : host;
}

/** The operators for the two parts of an `address:port`. */
function addressParts(
  name: string,
  field: 'upstreamHost' | 'upstreamLocalAddress',
): readonly (readonly [string, FormatCommand])[] {
  return [
    [`${name}_ADDRESS_WITHOUT_PORT`, plain(({ stream }) => stream?.[field] && withoutPort(stream[field]))],
    [
      `${name}_PORT`,
      plain(({ stream }) => {
        const address = stream?.[field];
        return address === undefined ? undefined : Number(address.slice(address.lastIndexOf(':') + 1));
      }),
    ],
  ];
}

function connectionField(read: (connection: ConnectionInfo) => FormatValue): FormatCommand {
  return plain((context) => (context.connection === undefined ? undefined : read(context.connection)));
}

function peerField(read: (tls: PeerTls) => string): FormatCommand {
  return connectionField((connection) => {
    const value = connection.tls === undefined ? '' : read(connection.tls);
    return value === '' ? undefined : value;
  });
}

// envoyproxy/envoy source/common/formatter/stream_info_formatter.cc MetadataFormatter
function metadataCommand(
  length: boolean,
  read: (context: FormatContext) => DynamicMetadata | undefined,
): FormatCommand {
  return {
    parameters: 'required',
    length,
    compile: (subcommand) => {
      const [filter = '', ...path] = subcommand.split(':');
      return (context) => {
        const metadata = read(context);
        return metadata === undefined ? undefined : (metadataValue(metadata, filter, path) ?? undefined);
      };
    },
  };
}

const filterState: FormatCommand = {
  parameters: 'required',
  length: true,
  compile: (subcommand) => {
    const [key = '', type = 'TYPED'] = subcommand.split(':');
    if (key === '') return refuse('Invalid filter state configuration, key cannot be empty.');
    if (type !== 'PLAIN' && type !== 'TYPED' && type !== 'FIELD') {
      return refuse('Invalid filter state serialize type, only support PLAIN/TYPED/FIELD.');
    }
    return (context) => context.connection?.filterState?.get(key);
  },
};

const startTime: FormatCommand = {
  parameters: 'optional',
  length: false,
  compile: (subcommand) => (context) => {
    const at = context.stream?.startTimeMs;
    if (at === undefined) return undefined;
    return subcommand === '' ? formatIso8601(at) : formatTime(subcommand, at);
  },
};

function snakeCase(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
}

/** From trailers, else from the headers, else deduced from the HTTP status. */
// envoyproxy/envoy source/common/formatter/http_specific_formatter.cc GrpcStatusFormatter
export function commandGrpcStatus(context: FormatContext): number | undefined {
  const none: HeaderMap | undefined = context.stream?.trailers;
  const fromTrailers = none === undefined ? undefined : grpcStatusOf(none);
  if (fromTrailers !== undefined) return fromTrailers;
  const fromHeaders = context.response === undefined ? undefined : grpcStatusOf(context.response.headers);
  if (fromHeaders !== undefined) return fromHeaders;
  const code = context.stream?.responseCode;
  return code === undefined ? undefined : httpToGrpcStatus(code);
}

/** Only a gRPC request has a status of gRPC to show. */
// envoyproxy/envoy source/common/formatter/http_specific_formatter.cc GrpcStatusFormatter::format
function shownGrpcStatus(context: FormatContext): number | undefined {
  return context.request !== undefined && isGrpcRequest(context.request) ? commandGrpcStatus(context) : undefined;
}

const grpcStatusCommand: FormatCommand = {
  parameters: 'optional',
  length: false,
  compile: (form) => (context) => {
    const status = shownGrpcStatus(context);
    if (status === undefined || form === 'NUMBER') return status;
    const name = grpcStatusName(status);
    if (name === 'InvalidCode') return String(status);
    return form === 'SNAKE_STRING' ? snakeCase(name) : name;
  },
};

function percentDecoded(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}

// envoyproxy/envoy source/common/formatter/http_specific_formatter.cc QueryParameterFormatter, source/common/http/utility.cc parseAndDecodeQueryString
const queryParameter: FormatCommand = {
  parameters: 'required',
  length: true,
  compile: (name) => (context) => {
    const value = context.request && parseQueryParameters(context.request.path).get(name);
    return value === undefined ? undefined : percentDecoded(value);
  },
};

const PATH_SOURCES = new Map<string, readonly string[]>([
  ['', ['x-envoy-original-path', ':path']],
  ['ORIG_OR_PATH', ['x-envoy-original-path', ':path']],
  ['PATH', [':path']],
  ['ORIG', ['x-envoy-original-path']],
]);

/** `%PATH(WQ|NQ:ORIG|PATH|ORIG_OR_PATH)%` */
const pathCommand: FormatCommand = {
  parameters: 'optional',
  length: true,
  compile: (subcommand) => {
    const [query = '', option = ''] = subcommand.split(':');
    if (query !== '' && query !== 'WQ' && query !== 'NQ') {
      return refuse(`Invalid PATH option: '${query}', only 'WQ'/'NQ' are allowed`);
    }
    const sources = PATH_SOURCES.get(option);
    if (sources === undefined) {
      return refuse(`Invalid PATH option: '${option}', only 'ORIG'/'PATH'/'ORIG_OR_PATH' are allowed`);
    }
    return (context) => {
      for (const name of sources) {
        const path = firstRequestHeader(context, name);
        if (path !== undefined) return query === 'NQ' ? pathWithoutQuery(path) : path;
      }
      return undefined;
    };
  },
};

const requestHeaders = headerCommand(firstRequestHeader);
const responseHeaders = headerCommand(firstResponseHeader);
const trailers = headerCommand((context, name) => context.stream?.trailers?.first(name));

/** Every command by its name. envoyproxy/envoy source/common/formatter/{http_specific,stream_info}_formatter.cc */
export const FORMAT_COMMANDS: ReadonlyMap<string, FormatCommand> = new Map<string, FormatCommand>([
  ['REQ', requestHeaders],
  ['REQUEST_HEADER', requestHeaders],
  ['RESP', responseHeaders],
  ['RESPONSE_HEADER', responseHeaders],
  ['TRAILER', trailers],
  ['RESPONSE_TRAILER', trailers],
  ['STREAM_INFO_REQ', requestHeaders],
  ['QUERY_PARAM', queryParameter],
  ['PATH', pathCommand],
  ['GRPC_STATUS', grpcStatusCommand],
  ['GRPC_STATUS_NUMBER', plain(shownGrpcStatus)],
  ['START_TIME', startTime],
  ['DYNAMIC_METADATA', metadataCommand(true, (context) => context.metadata)],
  ['CLUSTER_METADATA', metadataCommand(false, (context) => context.clusterMetadata)],
  ['UPSTREAM_METADATA', metadataCommand(false, (context) => context.upstreamMetadata)],
  ['FILTER_STATE', filterState],
  ['PER_REQUEST_STATE', filterState],
  ['HOSTNAME', streamField('hostname')],
  ['PROTOCOL', plain((context) => context.stream?.protocol ?? context.connection?.protocol)],
  ['RESPONSE_CODE', streamField('responseCode')],
  ['RESPONSE_CODE_DETAILS', { parameters: 'optional', length: false, compile: (option) => detailsOf(option) }],
  ['CONNECTION_TERMINATION_DETAILS', streamField('connectionTerminationDetails')],
  ['RESPONSE_FLAGS', plain((context) => formatResponseFlags(context.stream?.responseFlags ?? []))],
  ['RESPONSE_FLAGS_LONG', plain((context) => formatResponseFlags(context.stream?.responseFlags ?? [], 'long'))],
  ['ROUTE_NAME', streamField('routeName')],
  ['VIRTUAL_CLUSTER_NAME', streamField('virtualClusterName')],
  ['BYTES_RECEIVED', streamField('bytesReceived')],
  ['BYTES_SENT', streamField('bytesSent')],
  ['DURATION', streamField('durationMs')],
  ['REQUEST_DURATION', streamField('requestDurationMs')],
  ['RESPONSE_DURATION', streamField('responseDurationMs')],
  ['RESPONSE_TX_DURATION', streamField('responseTxDurationMs')],
  ['UPSTREAM_HOST', streamField('upstreamHost')],
  ['UPSTREAM_HOST_NAME', streamField('upstreamHostname')],
  [
    'UPSTREAM_HOST_NAME_WITHOUT_PORT',
    plain(({ stream }) => stream?.upstreamHostname && withoutPort(stream.upstreamHostname)),
  ],
  ['UPSTREAM_REMOTE_ADDRESS', streamField('upstreamHost')],
  ...addressParts('UPSTREAM_REMOTE', 'upstreamHost'),
  ['UPSTREAM_CLUSTER', streamField('upstreamCluster')],
  ['UPSTREAM_CLUSTER_RAW', streamField('upstreamClusterRaw')],
  ['UPSTREAM_LOCAL_ADDRESS', streamField('upstreamLocalAddress')],
  ...addressParts('UPSTREAM_LOCAL', 'upstreamLocalAddress'),
  ['UPSTREAM_PROTOCOL', streamField('upstreamProtocol')],
  ['UPSTREAM_REQUEST_ATTEMPT_COUNT', streamField('upstreamRequestAttemptCount')],
  [
    'UPSTREAM_TRANSPORT_FAILURE_REASON',
    plain((context) => context.stream?.upstreamTransportFailureReason?.replaceAll(' ', '_')),
  ],
  ['UPSTREAM_WIRE_BYTES_RECEIVED', streamField('upstreamWireBytesReceived')],
  ['UPSTREAM_WIRE_BYTES_SENT', streamField('upstreamWireBytesSent')],
  ['UPSTREAM_PEER_URI_SAN', streamField('upstreamPeerUriSan')],
  ['DOWNSTREAM_TRANSPORT_FAILURE_REASON', streamField('downstreamTransportFailureReason')],
  ['DOWNSTREAM_LOCAL_URI_SAN', streamField('downstreamLocalUriSan')],
  ['FILTER_CHAIN_NAME', streamField('filterChainName')],
  ['CONNECTION_ID', streamField('connectionId')],
  ['STREAM_ID', streamField('streamId')],
  ['TRACE_ID', streamField('traceId')],
  ['LOCAL_REPLY_BODY', streamField('localReplyBody')],
  ['ACCESS_LOG_TYPE', streamField('accessLogType')],
  ['DOWNSTREAM_REMOTE_ADDRESS', connectionField((c) => addressText(c.remoteAddress))],
  ['DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT', connectionField((c) => c.remoteAddress.address)],
  ['DOWNSTREAM_REMOTE_PORT', connectionField((c) => c.remoteAddress.port)],
  ['DOWNSTREAM_DIRECT_REMOTE_ADDRESS', connectionField((c) => addressText(c.directRemoteAddress))],
  ['DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT', connectionField((c) => c.directRemoteAddress.address)],
  ['DOWNSTREAM_DIRECT_REMOTE_PORT', connectionField((c) => c.directRemoteAddress.port)],
  ['DOWNSTREAM_LOCAL_ADDRESS', connectionField((c) => addressText(c.localAddress))],
  ['DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT', connectionField((c) => c.localAddress.address)],
  ['DOWNSTREAM_LOCAL_PORT', connectionField((c) => c.localAddress.port)],
  ['REQUESTED_SERVER_NAME', connectionField((c) => (c.requestedServerName === '' ? undefined : c.requestedServerName))],
  ['DOWNSTREAM_PEER_URI_SAN', peerField((tls) => tls.uriSans.join(','))],
  ['DOWNSTREAM_PEER_DNS_SAN', peerField((tls) => tls.dnsSans.join(','))],
  ['DOWNSTREAM_PEER_SUBJECT', peerField((tls) => tls.subject)],
  ['DOWNSTREAM_TLS_VERSION', peerField((tls) => tls.version)],
]);

function detailsOf(option: string): (context: FormatContext) => FormatValue {
  return (context) => {
    const details = context.stream?.responseCodeDetails;
    return option === 'ALLOW_WHITESPACES' ? details : details?.replace(/\s/g, '_');
  };
}
