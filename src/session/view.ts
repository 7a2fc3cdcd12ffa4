import type { Ns } from '../base';
import type { TextRange } from '../config';
import type { ConfigOrigin } from '../xds';

/**
 * What a session shows of itself. Everything here is plain data that crosses the worker border as it is. Identifiers
 * are texts that stay the same while the thing they name lives.
 */

/** `<namespace>/<name>`; clients outside the mesh and outside hosts have the namespace "". */
export type ServiceId = string;

export type PodState = 'starting' | 'ready' | 'notReady' | 'failing' | 'ejected' | 'crashed' | 'terminating';

export interface PodStatusView {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly state: PodState;
  readonly sidecar: boolean;
  readonly nodeName: string;
  readonly ip: string;
  readonly restarts: number;
  readonly workload: string;
  /** `Deployment` and the like; `Pod` for one that nothing brings back. */
  readonly workloadKind: string;
  /** false: the proxy runs on a configuration older than the newest push. */
  readonly synced: boolean;
}

export interface VersionView {
  readonly name: string;
  readonly pods: number;
}

export interface ServiceNodeView {
  readonly id: ServiceId;
  readonly namespace: string;
  readonly name: string;
  readonly kind: 'service' | 'gateway' | 'client' | 'external';
  readonly protocol: 'http' | 'grpc' | 'tcp';
  readonly versions: readonly VersionView[];
  readonly pods: readonly PodStatusView[];
}

export interface GraphEdgeView {
  /** `<source id>-><destination id>`. */
  readonly id: string;
  readonly source: ServiceId;
  readonly destination: ServiceId;
  readonly protocol: 'http' | 'grpc' | 'tcp';
  /** Rows of the engine's edge table that this drawn edge sums (one per version that answered). */
  readonly rows: readonly number[];
}

export interface NamespaceBoxView {
  readonly name: string;
  /** Sentence for the box: "sidecar injection on". */
  readonly injection: 'on' | 'off';
}

/** The shape of the graph. Sent anew only when `revision` changes. */
export interface TopologyView {
  readonly revision: number;
  readonly namespaces: readonly NamespaceBoxView[];
  readonly services: readonly ServiceNodeView[];
  readonly edges: readonly GraphEdgeView[];
}

/** Rates over the window, 0 when nothing happened; undefined where a value has no meaning without traffic. */
export interface TrafficSummary {
  readonly ratePerS: number;
  /** Share of 5xx and of requests without response; undefined without traffic. */
  readonly errorRatio: number | undefined;
  readonly successPerS: number;
  readonly failurePerS: number;
  readonly deniedPerS: number;
  /** Tries beyond the first. */
  readonly retriesPerS: number;
  readonly p50Ns: Ns | undefined;
  readonly p95Ns: Ns | undefined;
  readonly p99Ns: Ns | undefined;
  readonly mutualTlsRatio: number | undefined;
  /** Response flags by share of requests, largest first, at most three: `["UF", 0.12]`. */
  readonly flags: readonly (readonly [string, number])[];
  /** Status codes by share of requests, largest first, at most three. */
  readonly statuses: readonly (readonly [string, number])[];
}

export interface ServiceMetrics extends TrafficSummary {
  readonly id: ServiceId;
  /** Share of answered requests per version, in the order of `ServiceNodeView.versions`; undefined without traffic. */
  readonly versionShares: readonly number[] | undefined;
}

export interface EdgeMetrics extends TrafficSummary {
  readonly id: string;
}

/** Sent 4 times a second of wall time. */
export interface MetricsFrame {
  readonly nowNs: Ns;
  readonly windowNs: Ns;
  readonly mesh: TrafficSummary;
  readonly services: readonly ServiceMetrics[];
  readonly edges: readonly EdgeMetrics[];
}

/** One point a second of simulated time, oldest first. */
export interface SeriesView {
  readonly stepNs: Ns;
  /** End of each bucket. */
  readonly timesNs: readonly number[];
  readonly successPerS: readonly number[];
  readonly retryPerS: readonly number[];
  readonly failurePerS: readonly number[];
  readonly deniedPerS: readonly number[];
  /** null where nothing was measured. */
  readonly p50Ms: readonly (number | null)[];
  readonly p95Ms: readonly (number | null)[];
  readonly p99Ms: readonly (number | null)[];
  readonly successRatio: readonly (number | null)[];
}

export type Selection =
  | { readonly kind: 'mesh' }
  | { readonly kind: 'service'; readonly id: ServiceId }
  | { readonly kind: 'edge'; readonly id: string }
  | { readonly kind: 'pod'; readonly id: string };

/** A mark on the time axis: something that a user, a schedule or the cluster did. */
export interface MarkView {
  readonly atNs: Ns;
  readonly kind: 'apply' | 'undo' | 'fault' | 'mend' | 'cluster' | 'error';
  readonly label: string;
}

export interface ActiveFaultView {
  readonly id: string;
  readonly label: string;
  readonly sinceNs: Ns;
}

/** A place in a manifest that the interface can jump to. */
export interface SourceLink {
  readonly file: string;
  readonly range: TextRange;
  readonly origin: ConfigOrigin;
  /** `file:line`, for reading. */
  readonly label: string;
}

export interface DecisionView {
  readonly atNs: Ns;
  readonly proxy: string;
  readonly stage: string;
  /** Past tense, plain words. */
  readonly sentence: string;
  readonly chosen: string;
  readonly source?: SourceLink;
  readonly rejected: readonly { readonly name: string; readonly sentence: string; readonly source?: SourceLink }[];
}

export interface ExplainView {
  readonly requestId: number;
  readonly finished: boolean;
  readonly status: number;
  readonly flags: readonly { readonly name: string; readonly sentence: string }[];
  readonly details: string;
  readonly durationNs: Ns;
  readonly decisions: readonly DecisionView[];
}

/** Exact counts since a moment, for a selection; the rows are what the inspector's table shows. */
export interface TotalsView {
  readonly sinceNs: Ns;
  readonly nowNs: Ns;
  readonly requests: number;
  readonly rows: readonly TotalsRow[];
}

export interface TotalsRow {
  readonly source: ServiceId;
  readonly destination: ServiceId;
  /** "" when no version answered. */
  readonly version: string;
  readonly requests: number;
  /** Share of all requests of the selection. */
  readonly share: number;
  readonly attempts: number;
  readonly denied: number;
  /** Status code (0 = no response) and count, most frequent first. */
  readonly statuses: readonly (readonly [string, number])[];
  readonly flags: readonly (readonly [string, number])[];
  readonly p50Ns: Ns | undefined;
  readonly p95Ns: Ns | undefined;
  readonly p99Ns: Ns | undefined;
}

/** One event of the cluster as `kubectl get events` would list it. */
export interface ClusterEventView {
  readonly atNs: Ns;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly object: string;
  readonly message: string;
}
