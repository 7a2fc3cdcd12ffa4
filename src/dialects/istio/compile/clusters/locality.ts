import type { CommonLbConfig, LbEndpoint, Locality, LocalityLbEndpoints } from '../../../../xds';
import type { LoadBalancerSettings, LocalityLbSetting, ZoneAwareLbSetting } from '../../kinds';
import type { MeshConfig } from '../../mesh-config';
import type { Endpoint, Service } from '../model';

/**
 * How location counts for a cluster. istio/istio pilot/pkg/networking/core/loadbalancer/loadbalancer.go
 */
export type LocalitySettings =
  | {
      readonly kind: 'locality';
      readonly setting: LocalityLbSetting;
      /** Failover is on even without outlier detection. */
      readonly force: boolean;
    }
  | { readonly kind: 'zoneAware'; readonly setting: ZoneAwareLbSetting };

const NETWORK_LABEL = 'topology.istio.io/network';
const REGION_LABEL = 'topology.kubernetes.io/region';
const ZONE_LABEL = 'topology.kubernetes.io/zone';
const SUBZONE_LABEL = 'topology.istio.io/subzone';
const HOSTNAME_LABEL = 'kubernetes.io/hostname';
/** Labels of a workload that say where it is, widest first. */
export const LOCALITY_LABELS = [NETWORK_LABEL, REGION_LABEL, ZONE_LABEL, SUBZONE_LABEL, HOSTNAME_LABEL];

const PREFER_SAME_ZONE: LocalitySettings = {
  kind: 'locality',
  setting: { enabled: true, failoverPriority: [NETWORK_LABEL, REGION_LABEL, ZONE_LABEL] },
  force: true,
};
const PREFER_SAME_NODE: LocalitySettings = {
  kind: 'locality',
  setting: {
    enabled: true,
    failoverPriority: LOCALITY_LABELS,
  },
  force: true,
};

/**
 * The rule, else the service's traffic distribution, else the mesh. Undefined: location does not count.
 * istio/istio pilot/pkg/networking/core/loadbalancer/loadbalancer.go (GetEffectiveLbSetting)
 */
export function effectiveLocalitySettings(
  mesh: MeshConfig,
  rule: LoadBalancerSettings | undefined,
  service: Service,
): LocalitySettings | undefined {
  if (rule?.zoneAwareLbSetting !== undefined) return { kind: 'zoneAware', setting: rule.zoneAwareLbSetting };
  if (rule?.localityLbSetting !== undefined) {
    if (rule.localityLbSetting.enabled === false) return undefined;
    return { kind: 'locality', setting: rule.localityLbSetting, force: false };
  }
  if (service.trafficDistribution === 'PreferSameZone') return PREFER_SAME_ZONE;
  if (service.trafficDistribution === 'PreferSameNode') return PREFER_SAME_NODE;
  if (mesh.localityLbSetting === undefined || mesh.localityLbSetting.enabled === false) return undefined;
  return { kind: 'locality', setting: mesh.localityLbSetting, force: false };
}

/** istio/istio pilot/pkg/networking/core/loadbalancer/loadbalancer.go (ApplyToCluster) */
export function localityConfigOf(
  settings: LocalitySettings | undefined,
  hasOutlierDetection: boolean,
): CommonLbConfig['localityConfig'] {
  if (settings === undefined) return { kind: 'none' };
  if (settings.kind === 'zoneAware') {
    const enabled = settings.setting.enabled !== false;
    return {
      kind: 'zoneAware',
      routingEnabledPercent: enabled ? 100 : 0,
      minClusterSize: settings.setting.minClusterSize ?? 6,
      failTrafficOnPanic: false,
      forceLocalZone: false,
    };
  }
  const { distribute, failover, failoverPriority } = settings.setting;
  const fails = settings.force || hasOutlierDetection;
  const weighted = distribute !== undefined || (fails && (failover !== undefined || failoverPriority !== undefined));
  return weighted ? { kind: 'localityWeighted' } : { kind: 'none' };
}

/** Endpoints of one location with what they were built from, index by index. */
export interface LocalityGroup {
  readonly locality: Locality;
  readonly priority: number;
  readonly weight: number;
  readonly endpoints: readonly Endpoint[];
  readonly lbEndpoints: readonly LbEndpoint[];
}

/** Who asks: location and labels of the proxy. */
export interface LocalityClient {
  readonly locality: Locality;
  readonly labels: Readonly<Record<string, string>>;
}

function matchesLocality(locality: Locality, rule: string): boolean {
  const [region = '', zone = '', subZone = ''] = rule.split('/');
  const matches = (wanted: string, actual: string): boolean => wanted === '*' || wanted === '' || wanted === actual;
  return (
    (region === '*' || region === locality.region) && matches(zone, locality.zone) && matches(subZone, locality.subZone)
  );
}

/** istio/istio pilot/pkg/networking/core/loadbalancer/loadbalancer.go (applyLocalityWeights) */
function distribute(
  groups: readonly LocalityGroup[],
  rules: NonNullable<LocalityLbSetting['distribute']>,
  client: LocalityClient,
): readonly LocalityGroup[] {
  const rule = rules.find((candidate) => matchesLocality(client.locality, candidate.from ?? ''));
  if (rule === undefined) return groups;
  const weights = new Map<LocalityGroup, number>();
  for (const [locality, share] of Object.entries(rule.to ?? {})) {
    const matched = groups.filter((group) => !weights.has(group) && matchesLocality(group.locality, locality));
    const total = matched.reduce((sum, group) => sum + group.weight, 0);
    for (const group of matched) weights.set(group, total === 0 ? 0 : Math.ceil((group.weight * share) / total));
  }
  return groups.map((group) => {
    const weight = weights.get(group);
    if (weight === undefined) return { ...group, endpoints: [], lbEndpoints: [] };
    return weight > 0 ? { ...group, weight } : group;
  });
}

/** Priorities without gaps, in the same order. */
function compact(groups: readonly LocalityGroup[]): readonly LocalityGroup[] {
  const used = [...new Set(groups.map((group) => group.priority))].sort((a, b) => a - b);
  const rank = new Map(used.map((priority, index) => [priority, index]));
  return groups.map((group) => ({ ...group, priority: rank.get(group.priority) ?? group.priority }));
}

/** 0 same subzone, 1 same zone, 2 same region, 3 elsewhere. istio/istio pilot/pkg/networking/util/util.go (LbPriority) */
function distance(client: Locality, endpoint: Locality): number {
  if (client.region !== endpoint.region) return 3;
  if (client.zone !== endpoint.zone) return 2;
  return client.subZone === endpoint.subZone ? 0 : 1;
}

type Failovers = NonNullable<LocalityLbSetting['failover']>;
const FAILOVER_LEVELS = 5;
const ZONE_AWARE_LEVELS = 3;

/** istio/istio pilot/pkg/networking/core/loadbalancer/loadbalancer.go (applyLocalityFailover) */
function failOverByLocality(
  groups: readonly LocalityGroup[],
  failovers: Failovers,
  client: LocalityClient,
): readonly LocalityGroup[] {
  const rule = failovers.find((candidate) => candidate.from === client.locality.region);
  return compact(
    groups.map((group) => {
      const base = distance(client.locality, group.locality);
      const elsewhere = base === 3 && rule !== undefined && group.locality.region !== rule.to;
      return { ...group, priority: group.priority * FAILOVER_LEVELS + (elsewhere ? 4 : base) };
    }),
  );
}

/** Only regions count. istio/istio pilot/pkg/networking/core/loadbalancer/loadbalancer.go (applyZoneAwareRegionalFailover) */
function failOverByRegion(
  groups: readonly LocalityGroup[],
  failovers: Failovers,
  client: LocalityClient,
): readonly LocalityGroup[] {
  const rule = failovers.find((candidate) => candidate.from === client.locality.region);
  return compact(
    groups.map((group) => {
      const near = group.locality.region === client.locality.region;
      const level = near ? 0 : rule !== undefined && group.locality.region === rule.to ? 1 : 2;
      return { ...group, priority: group.priority * ZONE_AWARE_LEVELS + level };
    }),
  );
}

/** Number of leading labels that do not count any more at the first one that differs; the network only adds a step. */
function labelPriority(endpoint: Endpoint, labels: readonly string[], client: LocalityClient): number {
  let adjust = 0;
  for (const [index, entry] of labels.entries()) {
    const [name = '', value] = entry.split('=');
    const wanted = value ?? client.labels[name] ?? '';
    if (wanted === (endpoint.labels[name] ?? '')) continue;
    if (index === 0 && name === NETWORK_LABEL) {
      adjust = labels.length;
      continue;
    }
    return labels.length - index + adjust;
  }
  return adjust;
}

/** istio/istio pilot/pkg/networking/core/loadbalancer/loadbalancer.go (applyFailoverPriorities) */
function failOverByLabels(
  groups: readonly LocalityGroup[],
  labels: readonly string[],
  client: LocalityClient,
): readonly LocalityGroup[] {
  if (Object.keys(client.labels).length === 0 || groups.length === 0) return groups;
  const split = groups.flatMap((group) => {
    const byPriority = new Map<number, number[]>();
    for (const [index, endpoint] of group.endpoints.entries()) {
      const priority = labelPriority(endpoint, labels, client);
      const indices = byPriority.get(priority) ?? [];
      indices.push(index);
      byPriority.set(priority, indices);
    }
    const priorities = [...byPriority.keys()].sort((a, b) => a - b);
    return priorities.map((priority) => takeEndpoints(group, priority, byPriority.get(priority) ?? []));
  });
  return compact(split);
}

function takeEndpoints(group: LocalityGroup, priority: number, indices: readonly number[]): LocalityGroup {
  const endpoints = indices.flatMap((index) => group.endpoints[index] ?? []);
  const lbEndpoints = indices.flatMap((index) => group.lbEndpoints[index] ?? []);
  const weight = lbEndpoints.reduce((sum, endpoint) => sum + endpoint.loadBalancingWeight, 0);
  return { ...group, priority, weight, endpoints, lbEndpoints };
}

/**
 * Priorities and weights of the locations as one client sees them.
 * istio/istio pilot/pkg/networking/core/loadbalancer/loadbalancer.go (ApplyToLoadAssignment)
 */
export function applyLocality(
  groups: readonly LocalityGroup[],
  settings: LocalitySettings | undefined,
  client: LocalityClient,
  hasOutlierDetection: boolean,
): readonly LocalityGroup[] {
  if (settings === undefined) return groups;
  if (settings.kind === 'zoneAware') {
    const { enabled, failover, failoverPriority } = settings.setting;
    if (enabled === false) return groups;
    const byLabels = (failoverPriority ?? []).length > 0;
    const first = byLabels ? failOverByLabels(groups, failoverPriority ?? [], client) : groups;
    return failOverByRegion(first, failover ?? [], client);
  }
  const { distribute: shares, failover, failoverPriority } = settings.setting;
  if (shares !== undefined) return distribute(groups, shares, client);
  if (!settings.force && !hasOutlierDetection) return groups;
  if ((failoverPriority ?? []).length === 0) return failOverByLocality(groups, failover ?? [], client);
  const byLabels = failOverByLabels(groups, failoverPriority ?? [], client);
  return (failover ?? []).length === 0 ? byLabels : failOverByLocality(byLabels, failover ?? [], client);
}

export function toLocalityLbEndpoints(groups: readonly LocalityGroup[]): readonly LocalityLbEndpoints[] {
  return groups.map((group) => ({
    locality: group.locality,
    priority: group.priority,
    ...(group.weight > 0 ? { loadBalancingWeight: group.weight } : {}),
    lbEndpoints: group.lbEndpoints,
  }));
}
