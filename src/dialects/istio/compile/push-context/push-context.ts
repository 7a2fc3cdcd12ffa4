import type { ClusterView } from '../../../../config';
import type { GatewayApiFinding } from '../../gateway-api/catalogue';
import type { MeshConfig } from '../../mesh-config';
import type {
  AuthorizationPolicyResource,
  EnvoyFilterResource,
  GatewayResource,
  PeerAuthenticationResource,
  RequestAuthenticationResource,
} from '../resources';
import type { DestinationRuleIndex } from './destination-rules';
import type { EndpointIndex } from './endpoint-index';
import type { PolicyIndex } from './policy-index';
import type { ServiceIndex } from './service-index';
import type { SidecarIndex } from './sidecar-scope';
import type { VirtualServiceIndex } from './virtual-services';

/**
 * Everything a compilation reads, indexed once for all proxies.
 * istio/istio pilot/pkg/model/push_context.go
 */
export interface PushContext {
  readonly view: ClusterView;
  readonly mesh: MeshConfig;
  readonly services: ServiceIndex;
  readonly endpoints: EndpointIndex;
  readonly virtualServices: VirtualServiceIndex;
  readonly destinationRules: DestinationRuleIndex;
  readonly sidecars: SidecarIndex;
  /** Oldest first, those of the Gateway API among them. */
  readonly gateways: readonly GatewayResource[];
  /** What could not be translated from the Gateway API. */
  readonly gatewayApiFindings: readonly GatewayApiFinding[];
  readonly peerAuthentications: PolicyIndex<PeerAuthenticationResource>;
  readonly authorizationPolicies: PolicyIndex<AuthorizationPolicyResource>;
  readonly requestAuthentications: PolicyIndex<RequestAuthenticationResource>;
  readonly envoyFilters: PolicyIndex<EnvoyFilterResource>;
}
