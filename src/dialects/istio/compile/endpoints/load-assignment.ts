import { type ClusterLoadAssignment, clusterLoadAssignment, type LbEndpoint } from '../../../../xds';
import { isIpAddress } from '../addresses';
import {
  applyLocality,
  effectiveLocalitySettings,
  type LocalityGroup,
  toLocalityLbEndpoints,
} from '../clusters/locality';
import { alwaysSendsUnhealthy } from '../clusters/outlier-detection';
import { policyOf } from '../clusters/traffic-policy';
import type { Endpoint, MeshProxy, Service } from '../model';
import { isDnsSrvClusterName } from '../names';
import type { DestinationRule } from '../push-context/destination-rules';
import { isSubset } from '../push-context/endpoint-index';
import { composePeerAuthentication } from '../push-context/mtls-mode';
import type { PushContext } from '../push-context/push-context';

/** One cluster's endpoints as one proxy is told them. */
export interface EndpointRequest {
  readonly push: PushContext;
  readonly proxy: MeshProxy;
  readonly service: Service;
  readonly port: number;
  readonly subset: string;
  readonly rule: DestinationRule | undefined;
  readonly clusterName: string;
}

const CLUSTER_ID = 'Kubernetes';
const CANONICAL_NAME_LABEL = 'service.istio.io/canonical-name';
const CANONICAL_REVISION_LABEL = 'service.istio.io/canonical-revision';
const DEFAULT_REVISION = 'latest';

function firstLabel(labels: Readonly<Record<string, string>>, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = labels[key];
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

/** istio/istio pkg/kube/labels/labels.go (CanonicalService) */
export function canonicalService(
  labels: Readonly<Record<string, string>>,
  workloadName: string,
): { readonly name: string; readonly revision: string } {
  return {
    name: firstLabel(labels, [CANONICAL_NAME_LABEL, 'app.kubernetes.io/name', 'app']) ?? workloadName,
    revision:
      firstLabel(labels, [CANONICAL_REVISION_LABEL, 'app.kubernetes.io/version', 'version']) ?? DEFAULT_REVISION,
  };
}

/** `name;namespace;canonical-name;canonical-revision;cluster`, the revision left out where it is the default. */
function workloadText(endpoint: Endpoint): string {
  const { name, revision } = canonicalService(endpoint.labels, endpoint.workloadName);
  const shown = revision === DEFAULT_REVISION ? '' : revision;
  return `${endpoint.workloadName};${endpoint.namespace};${name};${shown};${CLUSTER_ID}`;
}

/** istio/istio pilot/pkg/xds/endpoints/endpoint_builder.go (getSubSetLabels) */
function subsetLabels(rule: DestinationRule | undefined, subset: string): Readonly<Record<string, string>> {
  if (subset === '') return {};
  return rule?.subsets.find((source) => source.subset.name === subset)?.subset.labels ?? {};
}

/**
 * The mode that a rule asks for, as far as endpoints are concerned: a port setting wins, the subset before the rule.
 * istio/istio pilot/pkg/xds/endpoints/mtls_checker.go (tlsModeForDestinationRule)
 */
function ruleTlsMode(rule: DestinationRule | undefined, port: number, subset: string): string | undefined {
  const source = rule?.subsets.find((candidate) => candidate.subset.name === subset);
  const policies =
    subset === ''
      ? [rule?.trafficPolicy]
      : source === undefined
        ? []
        : [source.subset.trafficPolicy, rule?.trafficPolicy];
  for (const policy of policies) {
    const ofPort = policy?.portLevelSettings?.find(
      (setting) => setting.port?.number === port && setting.tls !== undefined,
    );
    const tls = ofPort?.tls ?? policy?.tls;
    if (tls !== undefined) return tls.mode ?? 'DISABLE';
  }
  return undefined;
}

/** istio/istio pilot/pkg/xds/endpoints/mtls_checker.go (checkMtlsEnabled) */
function usesMtls(push: PushContext, endpoint: Endpoint, ruleMode: string | undefined): boolean {
  if (ruleMode !== undefined) return ruleMode === 'ISTIO_MUTUAL';
  if (endpoint.tlsMode !== 'istio') return false;
  const decision = composePeerAuthentication(push.peerAuthentications, push.mesh.rootNamespace, endpoint);
  return (decision.byPort.get(endpoint.port) ?? decision.mode) !== 'DISABLE';
}

const HEALTH: Readonly<Record<Endpoint['health'], LbEndpoint['healthStatus']>> = {
  unknown: 'UNKNOWN',
  healthy: 'HEALTHY',
  unhealthy: 'UNHEALTHY',
  draining: 'DRAINING',
  terminating: 'UNHEALTHY',
};

function toLbEndpoint(endpoint: Endpoint, mtls: boolean): LbEndpoint {
  return {
    address: { address: endpoint.address, port: endpoint.port },
    loadBalancingWeight: endpoint.weight > 0 ? endpoint.weight : 1,
    healthStatus: HEALTH[endpoint.health],
    transportSocketMatch: mtls && endpoint.tlsMode !== 'disabled' ? { tlsMode: endpoint.tlsMode } : {},
    lbMetadata: {},
    workload: workloadText(endpoint),
    ...(endpoint.origin === undefined ? {} : { origin: endpoint.origin }),
  };
}

/** istio/istio pilot/pkg/xds/endpoints/ep_filters.go (EndpointsWithMTLSFilter) */
function takesMtls(endpoint: LbEndpoint): boolean {
  return endpoint.transportSocketMatch['tlsMode'] === 'istio';
}

/** Unhealthy endpoints are told unless a panic could send traffic to them. */
function sendsUnhealthy(request: EndpointRequest): boolean {
  if (alwaysSendsUnhealthy(request.service)) return true;
  const policy = policyOf(request.rule, request.port, request.subset)?.policy;
  return (policy?.outlierDetection?.minHealthPercent ?? 0) <= 0;
}

/** istio/istio pilot/pkg/xds/endpoints/endpoint_builder.go (filterIstioEndpoint) */
function isSent(endpoint: Endpoint, request: EndpointRequest, unhealthy: boolean): boolean {
  if (request.service.nodeLocal && endpoint.nodeName !== request.proxy.nodeName) return false;
  if (endpoint.health === 'unhealthy') return unhealthy;
  return endpoint.health === 'healthy' || endpoint.health === 'unknown';
}

function localityText(endpoint: Endpoint): string {
  const { region, zone, subZone } = endpoint.locality;
  return `${region}/${zone}/${subZone}`;
}

/** Groups by location, in the order of its text. istio/istio pilot/pkg/xds/endpoints/endpoint_builder.go (generate) */
function groupByLocality(endpoints: readonly Endpoint[], request: EndpointRequest): readonly LocalityGroup[] {
  const unhealthy = sendsUnhealthy(request);
  const ruleMode = ruleTlsMode(request.rule, request.port, request.subset);
  const onlyMtls = isDnsSrvClusterName(request.clusterName);
  const groups = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) {
    if (!isSent(endpoint, request, unhealthy)) continue;
    const text = localityText(endpoint);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [endpoint]);
    else group.push(endpoint);
  }
  return [...groups.keys()].sort().flatMap((text) => {
    const members = groups.get(text) ?? [];
    const [first] = members;
    if (first === undefined) return [];
    const pairs = members.map((endpoint) => ({
      endpoint,
      lbEndpoint: toLbEndpoint(endpoint, usesMtls(request.push, endpoint, ruleMode)),
    }));
    const kept = onlyMtls ? pairs.filter(({ lbEndpoint }) => takesMtls(lbEndpoint)) : pairs;
    return [
      {
        locality: first.locality,
        priority: 0,
        weight: kept.reduce((sum, { lbEndpoint }) => sum + lbEndpoint.loadBalancingWeight, 0),
        endpoints: kept.map(({ endpoint }) => endpoint),
        lbEndpoints: kept.map(({ lbEndpoint }) => lbEndpoint),
      },
    ];
  });
}

function localized(groups: readonly LocalityGroup[], request: EndpointRequest): readonly LocalityGroup[] {
  const policy = policyOf(request.rule, request.port, request.subset)?.policy;
  const settings = effectiveLocalitySettings(request.push.mesh, policy?.loadBalancer, request.service);
  return applyLocality(groups, settings, request.proxy, policy?.outlierDetection !== undefined);
}

/**
 * Endpoints of an EDS cluster. Names are left out: only addresses can be discovered.
 * istio/istio pilot/pkg/xds/endpoints/endpoint_builder.go (BuildClusterLoadAssignment)
 */
export function buildLoadAssignment(request: EndpointRequest): ClusterLoadAssignment {
  const { push, service } = request;
  const port = service.ports.find((candidate) => candidate.port === request.port);
  if (port === undefined || service.resolution === 'DNSLB' || service.resolution === 'DNSRoundRobinLB') {
    return clusterLoadAssignment({ clusterName: request.clusterName });
  }
  const labels = subsetLabels(request.rule, request.subset);
  const endpoints = push.endpoints
    .ofPortName(service, port.name)
    .filter((endpoint) => (endpoint.port === 0 || isIpAddress(endpoint.address)) && isSubset(labels, endpoint.labels));
  const groups = localized(groupByLocality(endpoints, request), request);
  return clusterLoadAssignment({ clusterName: request.clusterName, endpoints: toLocalityLbEndpoints(groups) });
}

/**
 * Endpoints that are part of the cluster itself: names that the proxy resolves. Undefined: there is none, and no cluster.
 * istio/istio pilot/pkg/xds/endpoints/endpoint_builder.go (FromServiceEndpoints)
 */
export function buildStaticLoadAssignment(request: EndpointRequest): ClusterLoadAssignment | undefined {
  const labels = subsetLabels(request.rule, request.subset);
  const endpoints = request.push.endpoints
    .ofPortNumber(request.service, request.port)
    .filter((endpoint) => isSubset(labels, endpoint.labels));
  const groups = groupByLocality(endpoints, request);
  if (groups.length === 0) return undefined;
  return clusterLoadAssignment({
    clusterName: request.clusterName,
    endpoints: toLocalityLbEndpoints(localized(groups, request)),
  });
}
