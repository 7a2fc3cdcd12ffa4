import { compareStrings } from '../../../base';
import type { MeshConfig } from '../mesh-config';
import { LOCALITY_LABELS } from './clusters/locality';
import type { MeshProxy } from './model';
import type { MeshResources } from './resources';
import { GATEWAY_NAME_LABEL } from './security/workload-policies';

interface TrafficPolicyLike {
  readonly loadBalancer?: {
    readonly localityLbSetting?: { readonly failoverPriority?: readonly string[] };
    readonly zoneAwareLbSetting?: { readonly failoverPriority?: readonly string[] };
  };
  readonly portLevelSettings?: readonly TrafficPolicyLike[];
}

interface Selecting {
  readonly object: {
    readonly spec?: {
      readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
      readonly targetRef?: unknown;
      readonly targetRefs?: readonly unknown[];
    };
  };
}

/** Collects the keys of labels on which the configuration of a proxy depends, so that pods which differ in others can share. */
class KeyCollector {
  readonly keys = new Set<string>();

  addLabels(labels: Readonly<Record<string, string>> | undefined): void {
    for (const key of Object.keys(labels ?? {})) this.keys.add(key);
  }

  addSelectors(policies: readonly Selecting[]): void {
    for (const { object } of policies) {
      const { selector, targetRef, targetRefs = [] } = object.spec ?? {};
      this.addLabels(selector?.matchLabels);
      if (targetRef !== undefined || targetRefs.length > 0) this.keys.add(GATEWAY_NAME_LABEL);
    }
  }

  addPriorities(entries: readonly string[] | undefined): void {
    for (const entry of entries ?? []) this.keys.add(entry.split('=')[0] ?? entry);
  }

  addTrafficPolicy(policy: TrafficPolicyLike | undefined): void {
    this.addPriorities(policy?.loadBalancer?.localityLbSetting?.failoverPriority);
    this.addPriorities(policy?.loadBalancer?.zoneAwareLbSetting?.failoverPriority);
    for (const ofPort of policy?.portLevelSettings ?? []) this.addTrafficPolicy(ofPort);
  }
}

function addVirtualServices(collector: KeyCollector, resources: MeshResources): void {
  for (const { object } of resources.virtualServices) {
    const { http = [], tls = [], tcp = [] } = object.spec ?? {};
    for (const rule of [...http, ...tls, ...tcp]) {
      for (const match of rule.match ?? []) collector.addLabels(match.sourceLabels);
    }
  }
}

/** Keys of the labels of a proxy that its configuration depends on, each list sorted. */
export interface RelevantLabels {
  /** Decide about clusters, routes and outbound listeners. */
  readonly outbound: readonly string[];
  /** Decide, besides, how near endpoints are. */
  readonly endpoints: readonly string[];
  /** Decide which policies and Gateways select the proxy. */
  readonly inbound: readonly string[];
}

function sorted({ keys }: KeyCollector): readonly string[] {
  return [...keys].sort(compareStrings);
}

function outboundKeys(resources: MeshResources): readonly string[] {
  const collector = new KeyCollector();
  addVirtualServices(collector, resources);
  for (const { object } of resources.destinationRules) collector.addLabels(object.spec?.workloadSelector?.matchLabels);
  return sorted(collector);
}

function endpointKeys(resources: MeshResources, mesh: MeshConfig): readonly string[] {
  const collector = new KeyCollector();
  for (const { object } of resources.destinationRules) {
    collector.addTrafficPolicy(object.spec?.trafficPolicy);
    for (const subset of object.spec?.subsets ?? []) collector.addTrafficPolicy(subset.trafficPolicy);
  }
  collector.addPriorities(mesh.localityLbSetting?.failoverPriority);
  const distributes = resources.services.some(({ object }) => object.spec?.trafficDistribution !== undefined);
  if (distributes) for (const key of LOCALITY_LABELS) collector.keys.add(key);
  return sorted(collector);
}

function inboundKeys(resources: MeshResources): readonly string[] {
  const collector = new KeyCollector();
  for (const { object } of resources.gateways) collector.addLabels(object.spec?.selector);
  collector.addSelectors(resources.peerAuthentications);
  collector.addSelectors(resources.authorizationPolicies);
  collector.addSelectors(resources.requestAuthentications);
  for (const { object } of resources.envoyFilters) {
    collector.addLabels(object.spec?.workloadSelector?.labels);
    if ((object.spec?.targetRefs ?? []).length > 0) collector.keys.add(GATEWAY_NAME_LABEL);
  }
  return sorted(collector);
}

export function relevantLabels(resources: MeshResources, mesh: MeshConfig): RelevantLabels {
  return {
    outbound: outboundKeys(resources),
    endpoints: endpointKeys(resources, mesh),
    inbound: inboundKeys(resources),
  };
}

/** The values of some labels, as a key. */
export function projectLabels(proxy: Pick<MeshProxy, 'labels'>, keys: readonly string[]): string {
  return keys.map((key) => `${key}=${proxy.labels[key] ?? ''}`).join();
}
