import { compareStrings } from '../../../../base';
import type { ClusterView, PodView, Resource } from '../../../../config';
import { type ConvertedGatewayApi, convertGatewayApi } from '../../gateway-api/convert';
import type { MeshConfig } from '../../mesh-config';
import { idOf, idsOf } from '../memo';
import type { GatewayResource, MeshResources } from '../resources';
import { buildDestinationRuleIndex } from './destination-rules';
import { buildEndpointIndex, type EndpointIndex } from './endpoint-index';
import { IndexMemos } from './index-memos';
import { buildPolicyIndex } from './policy-index';
import type { PushContext } from './push-context';
import { buildServiceIndex, type ServiceIndex } from './service-index';
import { convertKubernetesService, convertServiceEntry, type ServiceDefaults } from './services';
import { buildSidecarIndex } from './sidecar-scope';
import { buildVirtualServiceIndex, type VirtualService } from './virtual-services';

interface PushSources {
  readonly view: ClusterView;
  readonly resources: MeshResources;
  readonly mesh: MeshConfig;
  readonly memos: IndexMemos;
}

function servicesOf({ view, resources, mesh, memos }: PushSources): ServiceIndex {
  const defaults: ServiceDefaults = {
    exportTo: mesh.defaultServiceExportTo,
    trustDomain: mesh.trustDomain,
    namespaceAnnotations: new Map(view.namespaces.map((namespace) => [namespace.name, namespace.annotations])),
  };
  const keyOf = (resource: Resource): string => {
    const annotations = defaults.namespaceAnnotations.get(resource.metadata.namespace) ?? {};
    return `${idOf(resource)} ${idOf(mesh)} ${JSON.stringify(annotations)}`;
  };
  return buildServiceIndex([
    ...resources.services.map((resource) =>
      memos.services.get(keyOf(resource), () => convertKubernetesService(resource, defaults)),
    ),
    ...resources.serviceEntries.flatMap((resource) =>
      memos.entries.get(keyOf(resource), () => convertServiceEntry(resource, defaults)),
    ),
  ]);
}

/** Pods without the objects that they were written as. */
function podText({ resource: _written, ...pod }: PodView): string {
  return JSON.stringify(pod);
}

function endpointsOf({ view, resources, mesh, memos }: PushSources, services: ServiceIndex): EndpointIndex {
  const written = [services.all, resources.services, resources.serviceEntries, resources.workloadEntries];
  const key = `${idOf(mesh)} ${written.map(idsOf).join(' ')} ${view.pods.map(podText).join()} ${JSON.stringify(view.endpoints)}`;
  return memos.endpoints.get(key, () =>
    buildEndpointIndex({
      view,
      trustDomain: mesh.trustDomain,
      services: services.all,
      kubernetesServices: resources.services,
      serviceEntries: resources.serviceEntries,
      workloadEntries: resources.workloadEntries,
    }),
  );
}

/** Everything that a derived VirtualService says, with the places that it comes from. */
function derivedText(vs: VirtualService): string {
  return JSON.stringify(vs, (_key, value: unknown) => (value instanceof Map ? [...value] : value));
}

/** One that says the same as before is the one before, so that its routes are found again. */
function convertedOf({ view, resources, mesh, memos }: PushSources): ConvertedGatewayApi {
  const converted = convertGatewayApi(view, resources, mesh.defaultVirtualServiceExportTo);
  const virtualServices = converted.virtualServices.map((vs) =>
    memos.virtualServices.get(`derived ${derivedText(vs)}`, () => vs),
  );
  const destinationRules = converted.destinationRules.map((rule) => {
    const { ref, object, policyPath } = rule;
    return memos.derivedRules.get(JSON.stringify([ref, object, policyPath]), () => rule);
  });
  return { ...converted, virtualServices, destinationRules };
}

/** istio/istio pilot/pkg/model/push_context.go (initGateways, sortConfigByCreationTime) */
function compareGateways(a: GatewayResource, b: GatewayResource): number {
  return (
    a.creationOrder - b.creationOrder ||
    compareStrings(a.metadata.name, b.metadata.name) ||
    compareStrings(a.metadata.namespace, b.metadata.namespace)
  );
}

/** Indexes the resources of a view. istio/istio pilot/pkg/model/push_context.go (createNewContext) */
export function buildPushContext(
  view: ClusterView,
  resources: MeshResources,
  mesh: MeshConfig,
  memos: IndexMemos = new IndexMemos(),
): PushContext {
  const sources: PushSources = { view, resources, mesh, memos };
  const services = servicesOf(sources);
  const endpoints = endpointsOf(sources, services);
  const converted = convertedOf(sources);
  const virtualServices = buildVirtualServiceIndex(
    resources.virtualServices,
    mesh.defaultVirtualServiceExportTo,
    memos.virtualServices,
    converted.virtualServices,
  );
  const destinationRules = buildDestinationRuleIndex([...converted.destinationRules, ...resources.destinationRules], {
    rootNamespace: mesh.rootNamespace,
    defaultExportTo: mesh.defaultDestinationRuleExportTo,
    memo: memos.rules,
  });
  const sidecars = buildSidecarIndex({
    mesh,
    services,
    virtualServices,
    destinationRules,
    sidecars: resources.sidecars,
  });
  return {
    view,
    mesh,
    services,
    endpoints,
    virtualServices,
    destinationRules,
    sidecars,
    gateways: [...resources.gateways, ...converted.gateways].sort(compareGateways),
    gatewayApiFindings: converted.findings,
    peerAuthentications: buildPolicyIndex(resources.peerAuthentications),
    authorizationPolicies: buildPolicyIndex(resources.authorizationPolicies),
    requestAuthentications: buildPolicyIndex(resources.requestAuthentications),
    envoyFilters: buildPolicyIndex(resources.envoyFilters),
  };
}
