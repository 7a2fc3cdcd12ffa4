import type { Cluster, JsonObject } from '../../../../xds';
import { parseOutboundClusterName } from '../names';
import { isObject, mergeJson, mergeTyped } from './json-merge';
import { isMerge, type Patch, type PatchContext, type ProxyPatches } from './patches';
import { CLUSTER, changed, fromPatch } from './units';

const INBOUND = /^inbound\|(\d+)\|/;

/** istio/istio pilot/pkg/networking/core/envoyfilter/cluster_patch.go (clusterMatch) */
function matches(cluster: Cluster, { match }: Patch): boolean {
  const wanted = match.cluster;
  if (wanted === undefined) return true;
  if ((wanted.name ?? '') !== '') return wanted.name === cluster.name;
  const outbound = parseOutboundClusterName(cluster.name);
  const inbound = INBOUND.exec(cluster.name)?.[1];
  const hosts = inbound === undefined ? [outbound?.hostname ?? ''] : cluster.services.map(({ host }) => host);
  const port = outbound?.port ?? Number(inbound ?? 0);
  return (
    ((wanted.subset ?? '') === '' || wanted.subset === outbound?.subset) &&
    ((wanted.service ?? '') === '' || hosts.includes(wanted.service ?? '')) &&
    ((wanted.portNumber ?? 0) === 0 || wanted.portNumber === port)
  );
}

function withSocket(socket: JsonObject, written: JsonObject): JsonObject {
  const [before, config] = [socket['typedConfig'], written['typedConfig']];
  if (!isObject(before) || !isObject(config)) return socket;
  return { ...socket, typedConfig: mergeTyped(before, config) ?? before };
}

/** A patch of the transport socket changes nothing else. istio/istio pilot/pkg/networking/core/envoyfilter/cluster_patch.go (mergeTransportSocketCluster) */
function mergeSocket(cluster: JsonObject, written: JsonObject): JsonObject {
  const { transportSocket, transportSocketMatches } = cluster;
  if (Array.isArray(transportSocketMatches) && transportSocketMatches.length > 0) {
    const isWanted = (entry: unknown): boolean => {
      const candidate = Object(entry)['transportSocket'];
      return isObject(candidate) && candidate['name'] === written['name'];
    };
    const at = transportSocketMatches.findIndex(isWanted);
    const changedMatches = transportSocketMatches.map((entry, index) => {
      if (index !== at || !isObject(entry) || !isObject(entry['transportSocket'])) return entry;
      return { ...entry, transportSocket: withSocket(entry['transportSocket'], written) };
    });
    return { ...cluster, transportSocketMatches: changedMatches };
  }
  const same = isObject(transportSocket) && transportSocket['name'] === written['name'];
  return { ...cluster, transportSocket: same ? withSocket(transportSocket, written) : written };
}

/** Undefined: it is removed. istio/istio pilot/pkg/networking/core/envoyfilter/cluster_patch.go (ApplyClusterMerge) */
export function patchCluster(before: Cluster, patches: ProxyPatches, context: PatchContext): Cluster | undefined {
  let cluster = before;
  for (const patch of patches.of('CLUSTER', context)) {
    if (!matches(cluster, patch)) continue;
    if (patch.operation === 'REMOVE') return undefined;
    if (!isMerge(patch)) continue;
    const { transportSocket } = patch.value;
    const lists = patch.operation === 'MERGE_AND_REPLACE_LIST' ? 'replace' : 'append';
    cluster = changed(CLUSTER, cluster, (json) =>
      isObject(transportSocket) ? mergeSocket(json, transportSocket) : mergeJson(json, patch.value, lists),
    );
  }
  return cluster;
}

/** Clusters that patches bring. Without a context they are for outbound traffic and gateways. */
export function newClusters(patches: ProxyPatches, context: PatchContext): readonly Cluster[] {
  return patches.of('CLUSTER', context).flatMap((patch) => {
    if (patch.operation !== 'ADD' || (patch.context === undefined && context === 'SIDECAR_INBOUND')) return [];
    return fromPatch(CLUSTER, patch.value, patch.origin) ?? [];
  });
}
