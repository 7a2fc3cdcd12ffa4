import { assertNever, NS_PER_S } from '../../base';
import type { Cluster, ClusterDiscovery } from '../clusters';
import type { JsonObject, JsonValue } from '../json-value';
import type { TransportSocketMatch } from '../transport';
import { AGGREGATED_SOURCE } from './config-sources';
import {
  commonProtocolOptions,
  encodeCircuitBreakers,
  encodeCommonLbConfig,
  encodeHealthCheck,
  encodeHttpProtocolOptions,
  encodeOutlierDetection,
  lbPolicyFields,
} from './encode-cluster-parts';
import { encodeClusterLoadAssignment } from './encode-endpoints';
import { encodeUpstreamTransportSocket } from './encode-transport';
import { isJsonObject } from './json-text';
import { NAME, TYPE } from './type-names';
import {
  any,
  anyOf,
  duration,
  each,
  extension,
  type Fields,
  flag,
  list,
  message,
  messageIfAny,
  object,
  optionalDuration,
  text,
  unless,
} from './writer';

function discoveryFields(discovery: ClusterDiscovery): Fields {
  switch (discovery.kind) {
    case 'EDS':
      return {
        type: 'EDS',
        edsClusterConfig: {
          edsConfig: discovery.configSource ?? AGGREGATED_SOURCE,
          serviceName: discovery.serviceName,
        },
      };
    case 'STATIC':
    case 'STRICT_DNS':
    case 'LOGICAL_DNS': {
      const assignment = encodeClusterLoadAssignment(discovery.loadAssignment);
      return { type: discovery.kind, loadAssignment: object(assignment) };
    }
    case 'ORIGINAL_DST':
      return {
        type: 'ORIGINAL_DST',
        originalDstLbConfig: messageIfAny({
          useHttpHeader: flag(discovery.useHttpHeader),
          upstreamPortOverride: discovery.portOverride,
        }),
      };
    case 'DYNAMIC_FORWARD_PROXY':
      return {
        clusterType: extension(NAME.dynamicForwardProxyCluster, TYPE.dynamicForwardProxyCluster, discovery.config),
      };
    case 'AGGREGATE':
      return {
        clusterType: extension(NAME.aggregateCluster, TYPE.aggregateCluster, { clusters: discovery.clusters }),
      };
    case 'opaque':
      return {
        clusterType: message({
          name: discovery.name,
          typedConfig: discovery.typeUrl === '' ? undefined : anyOf(discovery.typeUrl, discovery.config),
        }),
      };
    default:
      return assertNever(discovery);
  }
}

function protocolFields(cluster: Cluster): Fields {
  const options = cluster.httpProtocol;
  if (options.deprecatedForm === true) {
    return {
      commonHttpProtocolOptions: commonProtocolOptions(options),
      httpProtocolOptions: options.http10 ? { acceptHttp10: true } : undefined,
      http2ProtocolOptions:
        options.protocol === 'http2' || options.maxConcurrentStreams !== undefined
          ? message({ maxConcurrentStreams: options.maxConcurrentStreams })
          : undefined,
      protocolSelection: options.protocol === 'useDownstream' ? 'USE_DOWNSTREAM_PROTOCOL' : undefined,
    };
  }
  const typed = encodeHttpProtocolOptions(options, cluster.outlierDetection?.httpErrorCodes);
  return {
    typedExtensionProtocolOptions: typed && { [TYPE.httpProtocolOptions]: any(TYPE.httpProtocolOptions, typed) },
  };
}

function dnsFields(dns: Cluster['dns']): Fields {
  if (dns === undefined) return {};
  return {
    dnsRefreshRate: optionalDuration(dns.refreshRateNs),
    dnsJitter: optionalDuration(dns.jitterNs),
    respectDnsTtl: flag(dns.respectDnsTtl),
    dnsLookupFamily: unless<string>(dns.lookupFamily, 'AUTO'),
  };
}

function encodeSubsets(cluster: Cluster): JsonObject | undefined {
  if (cluster.subsetSelectors.length === 0 && cluster.subsetFallback === undefined) return undefined;
  return message({
    fallbackPolicy: unless<string>(cluster.subsetFallback ?? 'NO_FALLBACK', 'NO_FALLBACK'),
    defaultSubset: cluster.subsetDefault,
    subsetSelectors: each(cluster.subsetSelectors, (selector) =>
      message({
        keys: list(selector.keys),
        singleHostPerSubset: flag(selector.singleHostPerSubset),
        fallbackPolicy: selector.fallback,
        fallbackKeysSubset: list(selector.fallbackKeys),
      }),
    ),
  });
}

/** `filter_metadata` of a cluster by filter name; undefined when it has none. */
export function clusterFilterMetadata(cluster: Pick<Cluster, 'services' | 'extraMetadata'>): JsonObject | undefined {
  const rest = cluster.extraMetadata ?? {};
  const istio = isJsonObject(rest['istio']) ? rest['istio'] : undefined;
  const services = each(cluster.services, (service) => ({ ...service }));
  const merged: Record<string, JsonValue> = { ...rest };
  if (services !== undefined || istio !== undefined) merged['istio'] = message({ services, ...istio });
  return Object.keys(merged).length === 0 ? undefined : merged;
}

function encodeTcpKeepalive(keepalive: NonNullable<Cluster['tcpKeepalive']>): JsonObject {
  const seconds = (valueNs: number | undefined) => (valueNs === undefined ? undefined : Math.round(valueNs / NS_PER_S));
  return message({
    keepaliveProbes: keepalive.probes,
    keepaliveTime: seconds(keepalive.timeNs),
    keepaliveInterval: seconds(keepalive.intervalNs),
  });
}

function encodeTransportSocketMatch(match: TransportSocketMatch): JsonObject {
  return {
    name: match.name,
    match: match.match,
    transportSocket: encodeUpstreamTransportSocket(match.transportSocket),
  };
}

/** `envoy.config.cluster.v3.Cluster` as protojson. */
export function encodeCluster(cluster: Cluster): JsonObject {
  const filterMetadata = clusterFilterMetadata(cluster);
  return message(
    {
      transportSocketMatches: each(cluster.transportSocketMatches, encodeTransportSocketMatch),
      name: text(cluster.name),
      altStatName: text(cluster.altStatName),
      ...discoveryFields(cluster.discovery),
      connectTimeout: duration(cluster.connectTimeoutNs),
      perConnectionBufferLimitBytes: cluster.perConnectionBufferLimitBytes,
      ...lbPolicyFields(cluster.lbPolicy),
      healthChecks: each(cluster.healthChecks, encodeHealthCheck),
      maxRequestsPerConnection: cluster.maxRequestsPerConnection,
      circuitBreakers: encodeCircuitBreakers(cluster.circuitBreakers),
      ...protocolFields(cluster),
      ...dnsFields(cluster.dns),
      outlierDetection: cluster.outlierDetection && encodeOutlierDetection(cluster.outlierDetection),
      cleanupInterval: optionalDuration(cluster.cleanupIntervalNs),
      upstreamBindConfig:
        cluster.upstreamBindAddress === undefined
          ? undefined
          : { sourceAddress: { address: cluster.upstreamBindAddress, portValue: 0 } },
      lbSubsetConfig: encodeSubsets(cluster),
      commonLbConfig: encodeCommonLbConfig(cluster.commonLbConfig, cluster.lbPolicy),
      transportSocket: cluster.transportSocket && encodeUpstreamTransportSocket(cluster.transportSocket),
      metadata: filterMetadata && { filterMetadata },
      upstreamConnectionOptions: cluster.tcpKeepalive && { tcpKeepalive: encodeTcpKeepalive(cluster.tcpKeepalive) },
      ignoreHealthOnHostRemoval: flag(cluster.ignoreHealthOnHostRemoval),
      filters: each(cluster.filters, (filter) =>
        message({
          name: filter.name,
          typedConfig: filter.typeUrl === '' ? undefined : anyOf(filter.typeUrl, filter.config),
        }),
      ),
    },
    cluster.extra,
  );
}
