import type { ConfigPath, Resource } from '../../../config';
import type { GatewayApiResources } from '../gateway-api/resources';
import type {
  AuthorizationPolicyObject,
  DestinationRuleObject,
  EnvoyFilterObject,
  GatewayObject,
  PeerAuthenticationObject,
  RequestAuthenticationObject,
  ServiceEntryObject,
  SidecarObject,
  VirtualServiceObject,
  WorkloadEntryObject,
} from '../kinds';

export type VirtualServiceResource = Resource<VirtualServiceObject>;
export type DestinationRuleResource = Resource<DestinationRuleObject>;
export type SidecarResource = Resource<SidecarObject>;
export type GatewayResource = Resource<GatewayObject>;
/** A Gateway that was made from another object; `ref` and `source` are those of that object. */
export interface DerivedGateway extends GatewayResource {
  /** Where its one server is written. */
  readonly serverPath: ConfigPath;
}
/** A DestinationRule that was made from a policy for backends; `ref` and `source` are those of the policy. */
export interface DerivedDestinationRule extends DestinationRuleResource {
  /** Where its traffic policy is written. */
  readonly policyPath: ConfigPath;
}
export type ServiceEntryResource = Resource<ServiceEntryObject>;
export type WorkloadEntryResource = Resource<WorkloadEntryObject>;
export type PeerAuthenticationResource = Resource<PeerAuthenticationObject>;
export type AuthorizationPolicyResource = Resource<AuthorizationPolicyObject>;
export type EnvoyFilterResource = Resource<EnvoyFilterObject>;
export type RequestAuthenticationResource = Resource<RequestAuthenticationObject>;

/** The part of a Kubernetes Service that the compiler reads. */
export interface KubernetesServiceSpec {
  readonly type?: string;
  readonly clusterIP?: string;
  readonly externalName?: string;
  readonly selector?: Readonly<Record<string, string>>;
  readonly publishNotReadyAddresses?: boolean;
  readonly internalTrafficPolicy?: string;
  readonly trafficDistribution?: string;
  readonly ports?: readonly {
    readonly name?: string;
    readonly port: number;
    readonly protocol?: string;
    readonly appProtocol?: string;
    readonly targetPort?: number | string;
  }[];
}
export type KubernetesServiceResource = Resource<{ readonly spec?: KubernetesServiceSpec }>;

/** The resources of a mesh, each list oldest first. */
export interface MeshResources {
  readonly services: readonly KubernetesServiceResource[];
  readonly serviceEntries: readonly ServiceEntryResource[];
  readonly workloadEntries: readonly WorkloadEntryResource[];
  readonly virtualServices: readonly VirtualServiceResource[];
  readonly destinationRules: readonly DestinationRuleResource[];
  readonly sidecars: readonly SidecarResource[];
  readonly gateways: readonly GatewayResource[];
  readonly peerAuthentications: readonly PeerAuthenticationResource[];
  readonly authorizationPolicies: readonly AuthorizationPolicyResource[];
  readonly requestAuthentications: readonly RequestAuthenticationResource[];
  readonly envoyFilters: readonly EnvoyFilterResource[];
  readonly gatewayApi: GatewayApiResources;
}
