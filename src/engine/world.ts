import type { Ns } from '../base';
import type { Locality, XdsSnapshot } from '../xds';
import type { ApplicationModel, Distribution, LoadModel, RatioModel } from './workload/model';

/** Unique for ever within a run; the cluster's pod uid, or the name of an outside host. */
export type EntityId = string;

/** A pod with its application and, if it has one, its proxy; or a gateway (a proxy without application). */
export interface PodSpec {
  readonly id: EntityId;
  readonly name: string;
  readonly namespace: string;
  readonly workload: string;
  /** Label `version`, or the like; "" when there is none. */
  readonly version: string;
  /** Service that the interface groups the pod under (canonical service name). */
  readonly service: string;
  readonly ip: string;
  /** Name of the machine; pods of one node are close to each other. */
  readonly node: string;
  readonly locality: Locality;
  /** `spiffe://...` of the pod's service account. */
  readonly identity: string;
  /** Absent for a gateway. */
  readonly application?: ApplicationModel;
  /** Absent: traffic goes straight to and from the application. */
  readonly proxy?: ProxySpec;
}

export interface ProxySpec {
  readonly kind: 'sidecar' | 'gateway';
  /** Worker threads of the proxy; Envoy's pools and balancers are per worker. */
  readonly concurrency: number;
  /** Time that one pass (request or response) takes. */
  readonly passDuration: Distribution;
  /** Outbound ports that bypass the proxy, and so on (traffic.sidecar.istio.io annotations). */
  readonly excludeOutboundPorts: readonly number[];
  readonly excludeInboundPorts: readonly number[];
}

/** What a name or a virtual IP leads to for those who ask DNS and kube-proxy: applications without sidecar, and dialling. */
export interface ServiceEntry {
  /** Fully qualified: `reviews.default.svc.cluster.local`, or an outside host name. */
  readonly host: string;
  readonly namespace: string;
  readonly name: string;
  /** "" for headless services and outside hosts without address. */
  readonly virtualIp: string;
  readonly ports: readonly ServicePortEntry[];
}

export interface ServicePortEntry {
  readonly port: number;
  readonly backends: readonly { readonly ip: string; readonly port: number }[];
}

/** A host outside the cluster that answers by itself. */
export interface ExternalHostSpec {
  readonly id: EntityId;
  readonly host: string;
  readonly ip: string;
  readonly application: ApplicationModel;
  readonly tls: boolean;
}

export interface NetworkModel {
  /** One way, by relation of the two pods. */
  readonly sameNode: Distribution;
  readonly sameZone: Distribution;
  readonly sameRegion: Distribution;
  readonly crossRegion: Distribution;
  readonly external: Distribution;
  /** CPU time of a full TLS handshake, both sides together. */
  readonly tlsHandshakeNs: Ns;
}

/** Selects entities for faults: every given field must match. */
export interface EntitySelector {
  readonly pod?: EntityId;
  readonly podName?: string;
  readonly node?: string;
  readonly namespace?: string;
  readonly workload?: string;
  readonly service?: string;
  readonly version?: string;
}

/** What goes wrong in the application or in the network. Active from injection until it is cleared. */
export type EngineFault =
  /** The process is gone: connections are reset, new ones refused. (Restarting it is the cluster's business.) */
  | { readonly kind: 'crash'; readonly target: EntitySelector }
  /** Requests are accepted and never answered. */
  | { readonly kind: 'hang'; readonly target: EntitySelector }
  | { readonly kind: 'slow'; readonly target: EntitySelector; readonly factor: number; readonly extra?: Distribution }
  | { readonly kind: 'errors'; readonly target: EntitySelector; readonly share: RatioModel; readonly status: number }
  /** Connections are refused for this share of attempts. */
  | { readonly kind: 'refuse'; readonly target: EntitySelector; readonly share: RatioModel }
  | {
      readonly kind: 'networkDelay';
      readonly from?: EntitySelector;
      readonly to?: EntitySelector;
      readonly delay: Distribution;
    }
  /** Lost segments are sent again after a retransmission timeout that doubles from 200 ms. */
  | {
      readonly kind: 'networkLoss';
      readonly from?: EntitySelector;
      readonly to?: EntitySelector;
      readonly share: RatioModel;
    }
  | { readonly kind: 'partition'; readonly from?: EntitySelector; readonly to?: EntitySelector }
  | { readonly kind: 'certificateExpired'; readonly target: EntitySelector };

/** Everything that can be done to a running simulation. Plain data; the caller keeps the log. */
export type EngineCommand =
  | { readonly kind: 'addPod'; readonly pod: PodSpec }
  /** `graceful`: stops taking new connections now, in-flight requests finish for up to `graceNs`, then resets. */
  | { readonly kind: 'removePod'; readonly id: EntityId; readonly graceNs: Ns }
  | { readonly kind: 'setApplication'; readonly id: EntityId; readonly application: ApplicationModel }
  /** false: the process of the pod is not up: connections are refused. */
  | { readonly kind: 'setPodUp'; readonly id: EntityId; readonly up: boolean }
  | { readonly kind: 'setServices'; readonly services: readonly ServiceEntry[] }
  | { readonly kind: 'setExternalHosts'; readonly hosts: readonly ExternalHostSpec[] }
  | { readonly kind: 'setLoads'; readonly loads: readonly LoadModel[] }
  | { readonly kind: 'setNetwork'; readonly network: NetworkModel }
  | { readonly kind: 'applySnapshot'; readonly pod: EntityId; readonly snapshot: XdsSnapshot }
  | { readonly kind: 'setFault'; readonly id: string; readonly fault: EngineFault }
  | { readonly kind: 'clearFault'; readonly id: string };
