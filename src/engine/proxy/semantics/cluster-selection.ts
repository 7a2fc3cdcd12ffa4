import { assert, hash64Mod } from '../../../base';
import type { CompiledRouteAction, CompiledWeightedCluster } from './compiled-route';
import { generateHash } from './hash-policy';
import { type ConnectionInfo, type RequestView, requestHeaderValues } from './http-message';

/** The cluster of one request. An empty name (a missing cluster header) is an unknown cluster: flag NC. */
export interface ClusterChoice {
  readonly cluster: string;
  /** Set when the cluster was drawn by weight; carries header mutations, metadata and filter overrides of its own. */
  readonly weighted: CompiledWeightedCluster | undefined;
  readonly metadataMatch: Readonly<Record<string, string>> | undefined;
}

/** An unsigned integer written in the one value of the header; undefined otherwise. */
function randomFromHeader(request: RequestView, name: string | undefined): bigint | undefined {
  if (name === undefined || name === '') return undefined;
  const values = requestHeaderValues(request, name.toLowerCase());
  const text = values[0]?.trim() ?? '';
  // A value of 2^64 or more does not parse, and then the stream's own random number counts.
  if (values.length !== 1 || !/^\d{1,20}$/.test(text)) return undefined;
  const value = BigInt(text);
  return value < 1n << 64n ? value : undefined;
}

/** The number in [0, totalWeight) that picks the cluster: header, else hash policy where asked for, else the stream's random number. */
function selectedValue(
  action: CompiledRouteAction,
  request: RequestView,
  connection: ConnectionInfo,
  streamRandom: number,
): number {
  const specifier = action.source.cluster;
  assert(specifier.kind === 'weightedClusters', 'only weighted clusters draw a value');
  const fromHeader = randomFromHeader(request, specifier.headerName);
  if (fromHeader !== undefined) return Number(fromHeader % BigInt(action.totalWeight));
  if (specifier.useHashPolicy) {
    const { hash } = generateHash(action.hashPolicies, request, connection);
    if (hash !== undefined) return hash64Mod(hash, action.totalWeight);
  }
  return streamRandom % action.totalWeight;
}

/** Whether the choice depends on anything beside the request itself. */
export function clusterChoiceUsesRandom(action: CompiledRouteAction): boolean {
  return action.weightedClusters.length > 1;
}

// envoyproxy/envoy source/common/router/weighted_cluster_specifier.cc pickWeightedCluster
function pickWeightedCluster(
  action: CompiledRouteAction,
  request: RequestView,
  connection: ConnectionInfo,
  streamRandom: number,
): CompiledWeightedCluster {
  const value = selectedValue(action, request, connection, streamRandom);
  for (const cluster of action.weightedClusters) if (value < cluster.cumulativeWeight) return cluster;
  throw new Error('weights do not cover the drawn value');
}

/**
 * The cluster that a matched route sends the request to. It is made once per request, before retries: a retry stays on it.
 * `streamRandom` is the stream's one random number.
 */
// envoyproxy/envoy source/common/router/config_impl.cc RouteEntryImplBase::clusterEntry
export function selectCluster(
  action: CompiledRouteAction,
  request: RequestView,
  connection: ConnectionInfo,
  streamRandom: number,
): ClusterChoice {
  const specifier = action.source.cluster;
  if (specifier.kind === 'cluster') {
    return { cluster: specifier.cluster, weighted: undefined, metadataMatch: action.source.metadataMatch };
  }
  if (specifier.kind === 'clusterHeader') {
    const cluster = requestHeaderValues(request, specifier.header.toLowerCase())[0] ?? '';
    return { cluster, weighted: undefined, metadataMatch: action.source.metadataMatch };
  }
  // Plugins are code that is not simulated: the cluster is unknown.
  if (specifier.kind === 'plugin') return { cluster: '', weighted: undefined, metadataMatch: undefined };
  const weighted = pickWeightedCluster(action, request, connection, streamRandom);
  const { name, clusterHeader } = weighted.source;
  const cluster = name === '' ? (requestHeaderValues(request, (clusterHeader ?? '').toLowerCase())[0] ?? '') : name;
  return { cluster, weighted, metadataMatch: weighted.metadataMatch };
}
