import type {
  FilterChain,
  FilterChainMatch,
  Listener,
  ListenerFilter,
  NetworkFilter,
  PortPredicate,
} from '../listeners';
import type { DownstreamTlsContext } from '../transport';
import { accessLogsOf } from './decode-access-log';
import { readAddress } from './decode-addresses';
import { readHttpConnectionManager } from './decode-hcm';
import { readExtAuthz } from './decode-http-filter-configs';
import { cidrRangesOf } from './decode-matchers';
import { metadataOf } from './decode-metadata';
import { readRbac } from './decode-rbac';
import { readTcpProxy } from './decode-tcp-proxy';
import { readDownstreamTls } from './decode-transport';
import { isJsonObject } from './json-text';
import type { MessageReader } from './reader';
import { NAME, TYPE } from './type-names';

/** Envoy's default of `listener_filters_timeout`. */
const LISTENER_FILTERS_TIMEOUT_NS = 15_000_000_000;

/** The name of a filter, left out when it is the one that Envoy gives the filter itself. */
function ownName(name: string, usual: string): { readonly name?: string } {
  return name === usual ? {} : { name };
}

function readFilterChainMatch(reader: MessageReader | undefined): FilterChainMatch {
  const port = reader?.optionalCount('destinationPort');
  return {
    prefixRanges: reader === undefined ? [] : cidrRangesOf(reader, 'prefixRanges'),
    serverNames: reader?.texts('serverNames') ?? [],
    transportProtocol: reader?.text('transportProtocol') ?? '',
    applicationProtocols: reader?.texts('applicationProtocols') ?? [],
    directSourcePrefixRanges: reader === undefined ? [] : cidrRangesOf(reader, 'directSourcePrefixRanges'),
    sourceType: reader?.choice('sourceType', ['ANY', 'SAME_IP_OR_LOOPBACK', 'EXTERNAL']) ?? 'ANY',
    sourcePrefixRanges: reader === undefined ? [] : cidrRangesOf(reader, 'sourcePrefixRanges'),
    sourcePorts: reader?.counts('sourcePorts') ?? [],
    ...(port === undefined ? {} : { destinationPort: port }),
    ...(reader === undefined || reader.isEmpty ? {} : reader.extra()),
  };
}

function readNetworkFilter(reader: MessageReader): NetworkFilter {
  const name = reader.text('name');
  const config = reader.any('typedConfig');
  switch (config?.type) {
    case TYPE.httpConnectionManager:
      return {
        kind: 'httpConnectionManager',
        ...ownName(name, NAME.httpConnectionManager),
        hcm: readHttpConnectionManager(reader.open(config, config.type)),
      };
    case TYPE.tcpProxy:
      return {
        kind: 'tcpProxy',
        ...ownName(name, NAME.tcpProxy),
        tcpProxy: readTcpProxy(reader.open(config, config.type)),
      };
    case TYPE.rbacNetworkFilter: {
      const rbac = reader.open(config, config.type);
      return { kind: 'rbac', name, statPrefix: rbac.text('statPrefix'), rbac: readRbac(rbac) };
    }
    case TYPE.extAuthzNetworkFilter: {
      const authz = reader.open(config, config.type);
      return { kind: 'extAuthz', name, statPrefix: authz.text('statPrefix'), extAuthz: readExtAuthz(authz) };
    }
    case TYPE.sniClusterFilter:
      return { kind: 'sniCluster', ...ownName(name, NAME.sniCluster) };
    default:
      reader.log.notSimulated(`${reader.path} (${config?.type ?? name})`);
      return { kind: 'opaque', name, typeUrl: config?.typeUrl ?? '', config: config?.config ?? reader.finish() ?? {} };
  }
}

/** TLS of a chain; any other transport socket stays in the rest, where raw_buffer is nothing to report. */
function downstreamTlsOf(reader: MessageReader): DownstreamTlsContext | undefined {
  const socket = reader.peek('transportSocket');
  const typedConfig = isJsonObject(socket) ? (socket['typedConfig'] ?? socket['typed_config']) : undefined;
  const type = isJsonObject(typedConfig) ? String(typedConfig['@type']) : '';
  if (type.endsWith(TYPE.rawBuffer)) reader.keep('transportSocket');
  if (!type.endsWith(TYPE.downstreamTls)) return undefined;
  const message = reader.message('transportSocket', 'envoy.config.core.v3.TransportSocket');
  message?.take('name');
  const config = message?.any('typedConfig');
  return config === undefined ? undefined : readDownstreamTls(reader.open(config, TYPE.downstreamTls));
}

function readFilterChain(reader: MessageReader): FilterChain {
  const tls = downstreamTlsOf(reader);
  const connectTimeoutNs = reader.optionalDuration('transportSocketConnectTimeout');
  const metadata = metadataOf(reader, 'metadata');
  return {
    name: reader.text('name'),
    match: readFilterChainMatch(reader.message('filterChainMatch', 'envoy.config.listener.v3.FilterChainMatch')),
    filters: reader.messages('filters', 'envoy.config.listener.v3.Filter').map(readNetworkFilter),
    ...(tls === undefined ? {} : { tls }),
    ...(connectTimeoutNs === undefined ? {} : { transportSocketConnectTimeoutNs: connectTimeoutNs }),
    ...(metadata === undefined ? {} : { metadata }),
    ...reader.extra(),
  };
}

const PREDICATE = 'envoy.config.listener.v3.ListenerFilterChainMatchPredicate';

/** The ranges of a predicate that is one range, or several of which one has to apply. */
function rangesOf(predicate: MessageReader, invert: boolean): PortPredicate[] {
  const alternatives = predicate.message('orMatch')?.messages('rules', PREDICATE) ?? [predicate];
  return alternatives.flatMap((alternative): PortPredicate[] => {
    const not = invert ? undefined : alternative.message('notMatch', PREDICATE);
    if (not !== undefined) {
      const inverted = rangesOf(not, true);
      if (alternative !== predicate) alternative.finish();
      return inverted;
    }
    const range = alternative.message('destinationPortRange');
    const ports: PortPredicate[] =
      range === undefined
        ? []
        : [{ start: range.count('start'), end: range.count('end'), ...(invert ? { invert } : {}) }];
    if (alternative !== predicate) alternative.finish();
    return ports;
  });
}

/** Where a listener filter is switched off. Predicates of other shapes stay in the rest. */
function disabledPortsOf(reader: MessageReader): PortPredicate[] {
  const predicate = reader.message('filterDisabled', PREDICATE);
  return predicate === undefined ? [] : rangesOf(predicate, false);
}

function readListenerFilter(reader: MessageReader): ListenerFilter {
  const name = reader.text('name');
  const config = reader.any('typedConfig');
  switch (config?.type ?? name) {
    case TYPE.originalDst:
    case NAME.originalDst:
      return { kind: 'originalDst', ...ownName(name, NAME.originalDst), ...reader.extra() };
    case TYPE.tlsInspector:
    case NAME.tlsInspector: {
      const disabledPorts = disabledPortsOf(reader);
      const inspector = config === undefined ? undefined : reader.open(config, TYPE.tlsInspector);
      const initial = inspector?.optionalCount('initialReadBufferSize');
      return {
        kind: 'tlsInspector',
        disabledPorts,
        ...ownName(name, NAME.tlsInspector),
        ...(initial === undefined ? {} : { initialReadBufferSizeBytes: initial }),
        ...inspector?.extra(),
      };
    }
    case TYPE.httpInspector:
    case NAME.httpInspector:
      return {
        kind: 'httpInspector',
        disabledPorts: disabledPortsOf(reader),
        ...ownName(name, NAME.httpInspector),
        ...reader.extra(),
      };
    default:
      reader.log.notSimulated(`${reader.path} (${config?.type ?? name})`);
      return {
        kind: 'opaque',
        name,
        typeUrl: config?.typeUrl ?? '',
        config: config?.config ?? {},
        ...reader.extra(),
      };
  }
}

/** api/envoy/config/listener/v3/listener.proto */
export function readListener(reader: MessageReader): Listener {
  const address = reader.message('address', 'envoy.config.core.v3.Address');
  const defaultChain = reader.message('defaultFilterChain', 'envoy.config.listener.v3.FilterChain');
  const accept = reader.optionalCount('maxConnectionsToAcceptPerSocketEvent');
  const balance = reader.message('connectionBalanceConfig');
  const additional = reader.messages('additionalAddresses');
  const matcher = reader.object('filterChainMatcher');
  return {
    name: reader.text('name'),
    address: address === undefined ? { address: '', port: 0 } : readAddress(address),
    additionalAddresses: additional.flatMap((item) => {
      const inner = item.message('address', 'envoy.config.core.v3.Address');
      return inner === undefined ? [] : [readAddress(inner)];
    }),
    trafficDirection: reader.choice('trafficDirection', ['UNSPECIFIED', 'INBOUND', 'OUTBOUND']),
    filterChains: reader.messages('filterChains', 'envoy.config.listener.v3.FilterChain').map(readFilterChain),
    listenerFilters: reader
      .messages('listenerFilters', 'envoy.config.listener.v3.ListenerFilter')
      .map(readListenerFilter),
    listenerFiltersTimeoutNs: reader.duration('listenerFiltersTimeout', LISTENER_FILTERS_TIMEOUT_NS),
    continueOnListenerFiltersTimeout: reader.flag('continueOnListenerFiltersTimeout'),
    bindToPort: reader.wrappedFlag('bindToPort', true),
    useOriginalDst: reader.wrappedFlag('useOriginalDst', false),
    accessLog: accessLogsOf(reader, 'accessLog'),
    connectionBalanceExact: balance?.present('exactBalance') ?? false,
    ...(defaultChain === undefined ? {} : { defaultFilterChain: readFilterChain(defaultChain) }),
    ...(matcher === undefined ? {} : { filterChainMatcher: matcher }),
    ...(accept === undefined ? {} : { maxConnectionsToAcceptPerSocketEvent: accept }),
    ...reader.extra(),
  };
}
