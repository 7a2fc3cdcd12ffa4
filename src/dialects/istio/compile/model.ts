import type { ObjectRef } from '../../../config';
import type { ConfigOrigin, Locality } from '../../../xds';

/** istio/istio pkg/config/protocol/instance.go; `Unsupported` is a port whose protocol is detected on the wire. */
export type Protocol =
  | 'HTTP'
  | 'HTTP2'
  | 'HTTP_PROXY'
  | 'HTTPS'
  | 'GRPC'
  | 'GRPC-Web'
  | 'TCP'
  | 'TLS'
  | 'UDP'
  | 'Mongo'
  | 'Redis'
  | 'MySQL'
  | 'HBONE'
  | 'Unsupported';

export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly protocol: Protocol;
}

/** istio/istio pilot/pkg/model/service.go Resolution */
export type Resolution =
  /** Endpoints come from the control plane. */
  | 'ClientSideLB'
  | 'DNSLB'
  | 'DNSRoundRobinLB'
  /** The address that the client dialled. */
  | 'Passthrough'
  /** ExternalName: another name of a service. */
  | 'Alias'
  | 'DynamicDNS';

export type ServiceRegistry = 'Kubernetes' | 'External';

/** `exportTo` resolved: `public`, `private` (own namespace), `none`, or the names of namespaces. */
export interface Visibility {
  readonly public: boolean;
  readonly private: boolean;
  readonly none: boolean;
  readonly namespaces: readonly string[];
}

/** One host name with its ports, whether it was written as a Kubernetes Service or as a ServiceEntry. */
export interface Service {
  readonly hostname: string;
  readonly namespace: string;
  /** Name of the Kubernetes Service; for a ServiceEntry the host. */
  readonly name: string;
  readonly registry: ServiceRegistry;
  /** The virtual address, possibly a CIDR; `0.0.0.0` when there is none. */
  readonly address: string;
  /** Further virtual addresses that route to this service. */
  readonly extraAddresses: readonly string[];
  readonly ports: readonly ServicePort[];
  readonly resolution: Resolution;
  readonly meshExternal: boolean;
  readonly exportTo: Visibility;
  readonly labels: Readonly<Record<string, string>>;
  /** Empty: selects nothing. */
  readonly selector: Readonly<Record<string, string>>;
  /** Host names that are ExternalName aliases of this one. */
  readonly aliases: readonly { readonly hostname: string; readonly namespace: string }[];
  /** Of an alias: the host it stands for. */
  readonly externalName?: string;
  readonly headless: boolean;
  readonly nodeLocal: boolean;
  readonly publishNotReadyAddresses: boolean;
  readonly trafficDistribution: 'Any' | 'PreferSameZone' | 'PreferSameNode';
  /** ServiceEntry: names that a TLS server of this host must present. */
  readonly subjectAltNames: readonly string[];
  /** ServiceEntry with resolution NONE: target port by service port, where they differ. */
  readonly passthroughTargetPorts: ReadonlyMap<number, number>;
  readonly creationOrder: number;
  readonly origin: ConfigOrigin;
}

/** istio/istio pilot/pkg/model/service.go IstioEndpoint: one address behind one port of one service. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** Name of the service port it belongs to. */
  readonly servicePortName: string;
  /** Number of the service port, used where names differ between ServiceEntries of one host. */
  readonly servicePort: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly locality: Locality;
  readonly network: string;
  /** 0: not set, counts as 1. */
  readonly weight: number;
  /** Whether a sidecar terminates Istio's mutual TLS there (label `security.istio.io/tlsMode: istio`). */
  readonly tlsMode: 'istio' | 'disabled';
  readonly namespace: string;
  readonly workloadName: string;
  readonly hostname: string;
  readonly subdomain: string;
  readonly nodeName: string;
  /** Nobody probes endpoints of ServiceEntries: they count as healthy. */
  readonly health: 'unknown' | 'healthy' | 'unhealthy' | 'draining' | 'terminating';
  readonly podUid?: string;
  readonly origin?: ConfigOrigin;
}

/** A Service port on a workload: what an inbound listener serves. istio/istio pilot/pkg/model/service.go ServiceTarget */
export interface ServiceTarget {
  readonly service: Service;
  readonly port: ServicePort;
  readonly targetPort: number;
}

/** istio/istio pilot/pkg/model/context.go Proxy: everything about one proxy that its configuration may depend on. */
export interface MeshProxy {
  readonly id: string;
  readonly type: 'sidecar' | 'router';
  readonly name: string;
  readonly namespace: string;
  readonly ipAddresses: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly workload: ObjectRef;
  readonly locality: Locality;
  readonly nodeName: string;
  /** Suffix of names in this namespace: `default.svc.cluster.local`. */
  readonly dnsDomain: string;
  /** REDIRECT and TPROXY capture traffic; NONE leaves it to explicit listeners. */
  readonly interceptionMode: 'REDIRECT' | 'TPROXY' | 'NONE';
  /** A gateway that may not bind ports below 1024. */
  readonly unprivileged: boolean;
  readonly dnsCapture: boolean;
  /** Service ports that this workload is an endpoint of. */
  readonly serviceTargets: readonly ServiceTarget[];
}
