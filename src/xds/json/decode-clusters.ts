import type { Cluster, ClusterDiscovery } from '../clusters';
import type { JsonValue } from '../json-value';
import { AGGREGATED_SOURCE, configSourcePart } from './config-sources';
import { readSocketAddress } from './decode-addresses';
import {
  circuitBreakersOf,
  commonLbConfigOf,
  lbPolicyOf,
  outlierDetectionOf,
  readHealthCheck,
} from './decode-cluster-parts';
import { readClusterLoadAssignment } from './decode-endpoints';
import { protocolOf } from './decode-http-protocol';
import { upstreamTransportSocketOf } from './decode-transport';
import { isJsonObject } from './json-text';
import type { MessageReader } from './reader';
import { stringRecord } from './records';
import { TYPE } from './type-names';

const NS_PER_S = 1_000_000_000;
/** Envoy's default of `connect_timeout`. */
const CONNECT_TIMEOUT_NS = 5 * NS_PER_S;

function loadAssignmentOf(reader: MessageReader) {
  const assignment = reader.message('loadAssignment', 'envoy.config.endpoint.v3.ClusterLoadAssignment');
  return assignment === undefined
    ? { clusterName: '', endpoints: [], dropOverloads: [] }
    : readClusterLoadAssignment(assignment);
}

/** Cluster types that are extensions of their own. */
function customDiscoveryOf(reader: MessageReader): ClusterDiscovery | undefined {
  const custom = reader.message('clusterType', 'envoy.config.cluster.v3.Cluster.CustomClusterType');
  if (custom === undefined) return undefined;
  const name = custom.text('name');
  const config = custom.any('typedConfig');
  if (config?.type === TYPE.dynamicForwardProxyCluster) return { kind: 'DYNAMIC_FORWARD_PROXY', config: config.config };
  if (config?.type === TYPE.aggregateCluster) {
    return { kind: 'AGGREGATE', clusters: custom.open(config, config.type).texts('clusters') };
  }
  reader.log.notSimulated(`${custom.path} (${config?.type ?? name})`);
  return { kind: 'opaque', name, typeUrl: config?.typeUrl ?? '', config: config?.config ?? {} };
}

/** api/envoy/config/cluster/v3/cluster.proto DiscoveryType */
function discoveryOf(reader: MessageReader): ClusterDiscovery {
  reader.oneOf(['type', 'clusterType']);
  const custom = customDiscoveryOf(reader);
  if (custom !== undefined) return custom;
  const kind = reader.choice('type', ['STATIC', 'STRICT_DNS', 'LOGICAL_DNS', 'EDS', 'ORIGINAL_DST']);
  switch (kind) {
    case 'EDS': {
      const eds = reader.message('edsClusterConfig', 'envoy.config.cluster.v3.Cluster.EdsClusterConfig');
      const source = configSourcePart(eds?.object('edsConfig'), AGGREGATED_SOURCE);
      const serviceName = eds?.text('serviceName') ?? '';
      return { kind, serviceName, ...source };
    }
    case 'ORIGINAL_DST': {
      const config = reader.message('originalDstLbConfig', 'envoy.config.cluster.v3.Cluster.OriginalDstLbConfig');
      const port = config?.optionalCount('upstreamPortOverride');
      return {
        kind,
        useHttpHeader: config?.flag('useHttpHeader') ?? false,
        ...(port === undefined ? {} : { portOverride: port }),
      };
    }
    default:
      return { kind, loadAssignment: loadAssignmentOf(reader) };
  }
}

function dnsOf(reader: MessageReader): { readonly dns?: NonNullable<Cluster['dns']> } {
  const fields = ['dnsLookupFamily', 'dnsRefreshRate', 'respectDnsTtl', 'dnsJitter'];
  if (!fields.some((field) => reader.has(field))) return {};
  const refreshRateNs = reader.optionalDuration('dnsRefreshRate');
  const jitterNs = reader.optionalDuration('dnsJitter');
  return {
    dns: {
      lookupFamily: reader.choice('dnsLookupFamily', ['AUTO', 'V4_ONLY', 'V6_ONLY', 'V4_PREFERRED', 'ALL']),
      respectDnsTtl: reader.flag('respectDnsTtl'),
      ...(refreshRateNs === undefined ? {} : { refreshRateNs }),
      ...(jitterNs === undefined ? {} : { jitterNs }),
    },
  };
}

type Subsets = Pick<Cluster, 'subsetSelectors' | 'subsetFallback' | 'subsetDefault'>;

function subsetsOf(reader: MessageReader): Subsets {
  const subsets = reader.message('lbSubsetConfig', 'envoy.config.cluster.v3.Cluster.LbSubsetConfig');
  if (subsets === undefined) return { subsetSelectors: [] };
  const subsetDefault = subsets.object('defaultSubset');
  const selectors = subsets.messages(
    'subsetSelectors',
    'envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector',
  );
  return {
    subsetSelectors: selectors.map((selector) => {
      const fallback = selector.choice('fallbackPolicy', [
        'NOT_DEFINED',
        'NO_FALLBACK',
        'ANY_ENDPOINT',
        'DEFAULT_SUBSET',
        'KEYS_SUBSET',
      ]);
      const fallbackKeys = selector.texts('fallbackKeysSubset');
      const keys = selector.texts('keys');
      const singleHostPerSubset = selector.flag('singleHostPerSubset');
      selector.finish();
      return {
        keys,
        ...(fallback === 'NOT_DEFINED' ? {} : { fallback }),
        ...(fallbackKeys.length === 0 ? {} : { fallbackKeys }),
        ...(singleHostPerSubset ? { singleHostPerSubset } : {}),
      };
    }),
    subsetFallback: subsets.choice('fallbackPolicy', ['NO_FALLBACK', 'ANY_ENDPOINT', 'DEFAULT_SUBSET']),
    ...(subsetDefault === undefined ? {} : { subsetDefault: stringRecord(subsetDefault) }),
  };
}

/** Istio names the services of a cluster in its metadata; the rest of the metadata is only carried along. */
function metadataOf(reader: MessageReader): Pick<Cluster, 'services' | 'extraMetadata'> {
  const filters = reader.message('metadata', 'envoy.config.core.v3.Metadata')?.object('filterMetadata') ?? {};
  const { istio, ...others } = filters;
  const { services: listed, ...istioRest } = isJsonObject(istio) ? istio : {};
  const rest: Record<string, JsonValue> = { ...others };
  if (isJsonObject(istio) && (Object.keys(istioRest).length > 0 || listed === undefined)) rest['istio'] = istioRest;
  const services = Array.isArray(listed) ? listed.filter(isJsonObject) : [];
  return {
    services: services.map((service) => ({
      host: String(service['host'] ?? ''),
      name: String(service['name'] ?? ''),
      namespace: String(service['namespace'] ?? ''),
    })),
    ...(Object.keys(rest).length === 0 ? {} : { extraMetadata: rest }),
  };
}

function tcpKeepaliveOf(reader: MessageReader): Pick<Cluster, 'tcpKeepalive'> {
  const options = reader.message('upstreamConnectionOptions', 'envoy.config.cluster.v3.UpstreamConnectionOptions');
  const keepalive = options?.messageOrPresent('tcpKeepalive', 'envoy.config.core.v3.TcpKeepalive');
  if (keepalive === undefined) return {};
  const probes = keepalive.optionalCount('keepaliveProbes');
  const timeS = keepalive.optionalCount('keepaliveTime');
  const intervalS = keepalive.optionalCount('keepaliveInterval');
  return {
    tcpKeepalive: {
      ...(probes === undefined ? {} : { probes }),
      ...(timeS === undefined ? {} : { timeNs: timeS * NS_PER_S }),
      ...(intervalS === undefined ? {} : { intervalNs: intervalS * NS_PER_S }),
    },
  };
}

function transportOf(reader: MessageReader): Pick<Cluster, 'transportSocket' | 'transportSocketMatches'> {
  const transportSocket = upstreamTransportSocketOf(reader, 'transportSocket');
  const matches = reader.messages('transportSocketMatches', 'envoy.config.cluster.v3.Cluster.TransportSocketMatch');
  return {
    transportSocketMatches: matches.map((match) => {
      const entry = {
        name: match.text('name'),
        match: stringRecord(match.object('match')),
        transportSocket: upstreamTransportSocketOf(match, 'transportSocket') ?? { kind: 'rawBuffer' as const },
      };
      match.finish();
      return entry;
    }),
    ...(transportSocket === undefined ? {} : { transportSocket }),
  };
}

/** Filters of the upstream connection; none of them is simulated. */
function filtersOf(reader: MessageReader): Cluster['filters'] {
  return reader.messages('filters', 'envoy.config.cluster.v3.Filter').map((filter) => {
    const name = filter.text('name');
    const config = filter.any('typedConfig');
    reader.log.notSimulated(`${filter.path} (${config?.type ?? name})`);
    filter.finish();
    return { name, typeUrl: config?.typeUrl ?? '', config: config?.config ?? {} };
  });
}

type Settings = Pick<
  Cluster,
  | 'altStatName'
  | 'maxRequestsPerConnection'
  | 'perConnectionBufferLimitBytes'
  | 'upstreamBindAddress'
  | 'cleanupIntervalNs'
>;

function settingsOf(reader: MessageReader): Settings {
  const altStatName = reader.text('altStatName');
  const maxRequestsPerConnection = reader.optionalCount('maxRequestsPerConnection');
  const bufferLimit = reader.optionalCount('perConnectionBufferLimitBytes');
  const cleanupIntervalNs = reader.optionalDuration('cleanupInterval');
  const bind = reader.message('upstreamBindConfig', 'envoy.config.core.v3.BindConfig');
  const source = bind?.message('sourceAddress', 'envoy.config.core.v3.SocketAddress');
  const bindAddress = source === undefined ? undefined : readSocketAddress(source).address;
  return {
    ...(altStatName === '' ? {} : { altStatName }),
    ...(maxRequestsPerConnection === undefined ? {} : { maxRequestsPerConnection }),
    ...(bufferLimit === undefined ? {} : { perConnectionBufferLimitBytes: bufferLimit }),
    ...(cleanupIntervalNs === undefined ? {} : { cleanupIntervalNs }),
    ...(bindAddress === undefined ? {} : { upstreamBindAddress: bindAddress }),
  };
}

/** A message that says nothing is written again only if it stood there. */
function outlierPart(outlierDetection: Cluster['outlierDetection']): Pick<Cluster, 'outlierDetection'> {
  return outlierDetection === undefined ? {} : { outlierDetection };
}

/** api/envoy/config/cluster/v3/cluster.proto */
export function readCluster(reader: MessageReader): Cluster {
  const protocol = protocolOf(reader);
  const name = reader.text('name');
  const discovery = discoveryOf(reader);
  return {
    name,
    discovery:
      discovery.kind === 'EDS' && discovery.serviceName === '' ? { ...discovery, serviceName: name } : discovery,
    connectTimeoutNs: reader.optionalDuration('connectTimeout') ?? CONNECT_TIMEOUT_NS,
    lbPolicy: lbPolicyOf(reader),
    commonLbConfig: commonLbConfigOf(reader),
    circuitBreakers: circuitBreakersOf(reader),
    ...outlierPart(outlierDetectionOf(reader, protocol.httpErrorCodes)),
    healthChecks: reader.messages('healthChecks', 'envoy.config.core.v3.HealthCheck').map(readHealthCheck),
    ...transportOf(reader),
    httpProtocol: protocol.options,
    ...settingsOf(reader),
    ...tcpKeepaliveOf(reader),
    ...dnsOf(reader),
    ...subsetsOf(reader),
    ...metadataOf(reader),
    filters: filtersOf(reader),
    ignoreHealthOnHostRemoval: reader.flag('ignoreHealthOnHostRemoval'),
    ...reader.extra(),
  };
}
