import { type ClusterView, SERVICE } from '../../../config';
import { readGatewayApiResources } from '../gateway-api/resources';
import {
  AUTHORIZATION_POLICY,
  DESTINATION_RULE,
  ENVOY_FILTER,
  GATEWAY,
  PEER_AUTHENTICATION,
  REQUEST_AUTHENTICATION,
  SERVICE_ENTRY,
  SIDECAR,
  VIRTUAL_SERVICE,
  WORKLOAD_ENTRY,
} from '../kinds';
import type { MeshResources } from './resources';

/** Everything that a compilation looks at besides pods, endpoints and the mesh configuration. */
export function readResources(view: ClusterView): MeshResources {
  return {
    services: view.list(SERVICE),
    serviceEntries: view.list(SERVICE_ENTRY),
    workloadEntries: view.list(WORKLOAD_ENTRY),
    virtualServices: view.list(VIRTUAL_SERVICE),
    destinationRules: view.list(DESTINATION_RULE),
    sidecars: view.list(SIDECAR),
    gateways: view.list(GATEWAY),
    peerAuthentications: view.list(PEER_AUTHENTICATION),
    authorizationPolicies: view.list(AUTHORIZATION_POLICY),
    requestAuthentications: view.list(REQUEST_AUTHENTICATION),
    envoyFilters: view.list(ENVOY_FILTER),
    gatewayApi: readGatewayApiResources(view),
  };
}
