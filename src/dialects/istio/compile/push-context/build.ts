import type { ClusterView } from '../../../../config';
import type { MeshConfig } from '../../mesh-config';
import type { MeshResources } from '../resources';
import { buildDestinationRuleIndex } from './destination-rules';
import { buildEndpointIndex } from './endpoint-index';
import { buildPolicyIndex } from './policy-index';
import type { PushContext } from './push-context';
import { buildServiceIndex } from './service-index';
import { convertKubernetesService, convertServiceEntry, type ServiceDefaults } from './services';
import { buildSidecarIndex } from './sidecar-scope';
import { buildVirtualServiceIndex } from './virtual-services';

/** Indexes the resources of a view. istio/istio pilot/pkg/model/push_context.go (createNewContext) */
export function buildPushContext(view: ClusterView, resources: MeshResources, mesh: MeshConfig): PushContext {
  const defaults: ServiceDefaults = {
    exportTo: mesh.defaultServiceExportTo,
    trustDomain: mesh.trustDomain,
    namespaceAnnotations: new Map(view.namespaces.map((namespace) => [namespace.name, namespace.annotations])),
  };
  const services = buildServiceIndex([
    ...resources.services.map((resource) => convertKubernetesService(resource, defaults)),
    ...resources.serviceEntries.flatMap((resource) => convertServiceEntry(resource, defaults)),
  ]);
  const endpoints = buildEndpointIndex({
    view,
    trustDomain: mesh.trustDomain,
    services: services.all,
    kubernetesServices: resources.services,
    serviceEntries: resources.serviceEntries,
    workloadEntries: resources.workloadEntries,
  });
  const virtualServices = buildVirtualServiceIndex(resources.virtualServices, mesh.defaultVirtualServiceExportTo);
  const destinationRules = buildDestinationRuleIndex(
    resources.destinationRules,
    mesh.rootNamespace,
    mesh.defaultDestinationRuleExportTo,
  );
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
    gateways: [...resources.gateways].sort((a, b) => a.creationOrder - b.creationOrder),
    peerAuthentications: buildPolicyIndex(resources.peerAuthentications),
    authorizationPolicies: buildPolicyIndex(resources.authorizationPolicies),
    requestAuthentications: buildPolicyIndex(resources.requestAuthentications),
  };
}
