import { assertNever } from '../../base';
import type { JsonObject } from '../json-value';
import type {
  AccessLogConfig,
  FilterChain,
  FilterChainMatch,
  Listener,
  ListenerFilter,
  NetworkFilter,
  PortPredicate,
  TcpProxy,
} from '../listeners';
import type { HashPolicy } from '../routes';
import { encodeAccessLog } from './encode-access-log';
import { encodeAddress } from './encode-addresses';
import { encodeHttpConnectionManager } from './encode-hcm';
import { encodeExtAuthz } from './encode-http-filter-configs';
import { encodeCidrRange } from './encode-matchers';
import { encodeRbac } from './encode-rbac';
import { encodeMetadata } from './encode-routes';
import { encodeDownstreamTls } from './encode-transport';
import { isJsonObject } from './json-text';
import { NAME, TYPE } from './type-names';
import {
  any,
  anyOf,
  count,
  durationUnless,
  each,
  extension,
  type Fields,
  flag,
  list,
  message,
  messageIfAny,
  optionalDuration,
  text,
  unless,
  withExtra,
} from './writer';

function encodeFilterChainMatch(match: FilterChainMatch): JsonObject | undefined {
  return messageIfAny(
    {
      destinationPort: match.destinationPort,
      prefixRanges: each(match.prefixRanges, encodeCidrRange),
      directSourcePrefixRanges: each(match.directSourcePrefixRanges, encodeCidrRange),
      sourceType: unless<string>(match.sourceType, 'ANY'),
      sourcePrefixRanges: each(match.sourcePrefixRanges, encodeCidrRange),
      sourcePorts: list(match.sourcePorts),
      serverNames: list(match.serverNames),
      transportProtocol: text(match.transportProtocol),
      applicationProtocols: list(match.applicationProtocols),
    },
    match.extra,
  );
}

function clusterFields(cluster: TcpProxy['cluster']): Fields {
  if (cluster.kind === 'cluster') return { cluster: cluster.cluster };
  const clusters = each(cluster.clusters, (entry) =>
    message({ name: entry.name, weight: count(entry.weight) }, entry.extra),
  );
  return { weightedClusters: message({ clusters }) };
}

/** Policies that exist for connections: the client's address, and values of the filter state. */
function encodeConnectionHashPolicy(policy: HashPolicy): JsonObject {
  return policy.policy.kind === 'filterState' ? { filterState: { key: policy.policy.key } } : { sourceIp: {} };
}

/** `envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy` */
export function encodeTcpProxy(proxy: TcpProxy): JsonObject {
  return message(
    {
      statPrefix: text(proxy.statPrefix),
      ...clusterFields(proxy.cluster),
      idleTimeout: durationUnless(proxy.idleTimeoutNs, 3_600_000_000_000),
      accessLog: each(proxy.accessLog, encodeAccessLog),
      maxConnectAttempts: unless<number>(proxy.maxConnectAttempts, 1),
      hashPolicy: each(proxy.hashPolicy, encodeConnectionHashPolicy),
      maxDownstreamConnectionDuration: optionalDuration(proxy.maxDownstreamConnectionDurationNs),
    },
    proxy.extra,
  );
}

function encodeNetworkFilter(filter: NetworkFilter): JsonObject {
  switch (filter.kind) {
    case 'httpConnectionManager':
      return {
        name: filter.name ?? NAME.httpConnectionManager,
        typedConfig: any(TYPE.httpConnectionManager, encodeHttpConnectionManager(filter.hcm)),
      };
    case 'tcpProxy':
      return extension(filter.name ?? NAME.tcpProxy, TYPE.tcpProxy, encodeTcpProxy(filter.tcpProxy));
    case 'rbac':
      return extension(
        filter.name,
        TYPE.rbacNetworkFilter,
        message({ statPrefix: text(filter.statPrefix), ...encodeRbac(filter.rbac) }),
      );
    case 'extAuthz':
      return extension(
        filter.name,
        TYPE.extAuthzNetworkFilter,
        message({ statPrefix: text(filter.statPrefix), ...encodeExtAuthz(filter.extAuthz) }),
      );
    case 'sniCluster':
      return extension(filter.name ?? NAME.sniCluster, TYPE.sniClusterFilter);
    case 'opaque':
      return filter.typeUrl === ''
        ? withExtra({ name: filter.name }, isJsonObject(filter.config) ? filter.config : {})
        : { name: filter.name, typedConfig: anyOf(filter.typeUrl, filter.config) };
    default:
      return assertNever(filter);
  }
}

function encodeFilterChain(chain: FilterChain): JsonObject {
  return message(
    {
      filterChainMatch: encodeFilterChainMatch(chain.match),
      filters: each(chain.filters, encodeNetworkFilter),
      metadata: chain.metadata && encodeMetadata(chain.metadata),
      transportSocket: chain.tls && encodeDownstreamTls(chain.tls),
      transportSocketConnectTimeout: optionalDuration(chain.transportSocketConnectTimeoutNs),
      name: text(chain.name),
    },
    chain.extra,
  );
}

function encodeRange(range: PortPredicate): JsonObject {
  return { destinationPortRange: message({ start: count(range.start), end: count(range.end) }) };
}

/** One rule as it is, several as alternatives. */
function anyOfRules(rules: readonly JsonObject[]): JsonObject | undefined {
  return rules.length > 1 ? { orMatch: { rules } } : rules[0];
}

function encodeDisabledPorts(ports: readonly PortPredicate[]): JsonObject | undefined {
  const inside = ports.filter((port) => port.invert !== true).map(encodeRange);
  const outside = anyOfRules(ports.filter((port) => port.invert === true).map(encodeRange));
  return anyOfRules(outside === undefined ? inside : [...inside, { notMatch: outside }]);
}

function encodeListenerFilter(filter: ListenerFilter): JsonObject {
  switch (filter.kind) {
    case 'originalDst':
      return message({ ...extension(filter.name ?? NAME.originalDst, TYPE.originalDst) }, filter.extra);
    case 'tlsInspector': {
      const config = message({ initialReadBufferSize: filter.initialReadBufferSizeBytes }, filter.extra);
      return message({
        ...extension(filter.name ?? NAME.tlsInspector, TYPE.tlsInspector, config),
        filterDisabled: encodeDisabledPorts(filter.disabledPorts),
      });
    }
    case 'httpInspector':
      return message(
        {
          ...extension(filter.name ?? NAME.httpInspector, TYPE.httpInspector),
          filterDisabled: encodeDisabledPorts(filter.disabledPorts),
        },
        filter.extra,
      );
    case 'opaque':
      return message(
        { name: filter.name, typedConfig: filter.typeUrl === '' ? undefined : anyOf(filter.typeUrl, filter.config) },
        filter.extra,
      );
    default:
      return assertNever(filter);
  }
}

/** `envoy.config.listener.v3.Listener` as protojson. */
export function encodeListener(listener: Listener): JsonObject {
  return message(
    {
      name: text(listener.name),
      // An internal listener is reached by its name and has no address.
      address: listener.address.address === '' ? undefined : encodeAddress(listener.address),
      additionalAddresses: each(listener.additionalAddresses, (address) => ({ address: encodeAddress(address) })),
      filterChains: each(listener.filterChains, encodeFilterChain),
      useOriginalDst: flag(listener.useOriginalDst),
      defaultFilterChain: listener.defaultFilterChain && encodeFilterChain(listener.defaultFilterChain),
      filterChainMatcher: listener.filterChainMatcher,
      listenerFilters: each(listener.listenerFilters, encodeListenerFilter),
      listenerFiltersTimeout: durationUnless(listener.listenerFiltersTimeoutNs, 15_000_000_000),
      continueOnListenerFiltersTimeout: flag(listener.continueOnListenerFiltersTimeout),
      trafficDirection: unless<string>(listener.trafficDirection, 'UNSPECIFIED'),
      connectionBalanceConfig: listener.connectionBalanceExact ? { exactBalance: {} } : undefined,
      accessLog: each<AccessLogConfig>(listener.accessLog, encodeAccessLog),
      maxConnectionsToAcceptPerSocketEvent: listener.maxConnectionsToAcceptPerSocketEvent,
      bindToPort: unless<boolean>(listener.bindToPort, true),
    },
    listener.extra,
  );
}
