import type { Ns } from '../base';
import type { ConfigOrigin } from '../xds';

/** What a particle shows; also how a finished request is counted. */
export type Outcome = 'success' | 'retry' | 'failure' | 'denied' | 'tcp' | 'mirrored';

/**
 * Columns of journeys over the network since the last read: one row per message on its way (a request or a response).
 * The renderer interpolates by simulation time; nothing else is drawn.
 */
export interface FlightColumns {
  readonly count: number;
  /** Row of `EdgeTable`. */
  readonly edge: Uint32Array;
  readonly departNs: Float64Array;
  readonly arriveNs: Float64Array;
  /** Index into `OUTCOMES`. */
  readonly outcome: Uint8Array;
  /** 0 request, 1 response. */
  readonly direction: Uint8Array;
  /** Joins the flights of one request with its log line, spans and decision record. */
  readonly requestId: Float64Array;
}

export const OUTCOMES: readonly Outcome[] = ['success', 'retry', 'failure', 'denied', 'tcp', 'mirrored'];

/** An edge of the drawn graph: from one service (or client) to another, by version of the destination. */
export interface EdgeKey {
  readonly sourceNamespace: string;
  readonly source: string;
  readonly destinationNamespace: string;
  readonly destination: string;
  /** Version that answered; "" before one was chosen. */
  readonly version: string;
  readonly protocol: 'http' | 'grpc' | 'tcp';
}

/** Totals since the start of the run, per edge. The reader subtracts two samples. Sketches are cumulative too. */
export interface EdgeStatistics {
  readonly key: EdgeKey;
  /** Downstream requests (one per call, however many tries). */
  readonly requests: number;
  /** Tries that reached or attempted an upstream host. */
  readonly attempts: number;
  /** Completed requests by status class: index 0 = no response (reset), 1..5 = 1xx..5xx. */
  readonly byClass: readonly number[];
  readonly denied: number;
  readonly mutualTls: number;
  /** Count per response flag short name ("UF", "URX" ...). */
  readonly flags: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly latency: LatencyQuantiles;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly openConnections: number;
}

/** Over the reader's window. Undefined when nothing was measured. */
export interface LatencyQuantiles {
  readonly count: number;
  readonly p50Ns: Ns;
  readonly p90Ns: Ns;
  readonly p95Ns: Ns;
  readonly p99Ns: Ns;
  readonly meanNs: Ns;
}

/** One line of an access log: one downstream request at one proxy (or at an application without proxy). */
export interface AccessLogEntry {
  readonly requestId: number;
  readonly traceId: string;
  readonly startNs: Ns;
  readonly durationNs: Ns;
  readonly reporter: { readonly pod: string; readonly side: 'source' | 'destination' };
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly protocol: string;
  readonly status: number;
  /** Short names in the order they were set; empty when none. */
  readonly flags: readonly string[];
  readonly details: string;
  readonly transportFailureReason: string;
  readonly upstreamCluster: string;
  readonly upstreamHost: string;
  readonly routeName: string;
  readonly attempts: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** The whole line in the proxy's own format. */
  readonly text: string;
}

export interface Span {
  readonly traceId: string;
  readonly spanId: number;
  /** 0 = root. */
  readonly parentId: number;
  readonly requestId: number;
  readonly kind: 'client' | 'server' | 'attempt' | 'application';
  readonly name: string;
  readonly pod: string;
  readonly service: string;
  readonly startNs: Ns;
  readonly endNs: Ns;
  readonly status: number;
  readonly flags: readonly string[];
}

/** One decision on the way of a request, in the order they were taken. */
export interface Decision {
  readonly atNs: Ns;
  readonly proxy: string;
  readonly stage:
    | 'listener'
    | 'filterChain'
    | 'tls'
    | 'filter'
    | 'virtualHost'
    | 'route'
    | 'cluster'
    | 'circuitBreaker'
    | 'host'
    | 'connection'
    | 'retry'
    | 'timeout'
    | 'response'
    | 'application'
    | 'dns';
  /** What was chosen or decided, as a name: "outbound|9080|v1|reviews...", "10.0.0.3:9080". */
  readonly chosen: string;
  /** Template key and values; the words are made one floor up. */
  readonly reason: DecisionReason;
  /** Alternatives that lost, each with its reason. */
  readonly rejected: readonly {
    readonly name: string;
    readonly reason: DecisionReason;
    readonly origin?: ConfigOrigin;
  }[];
  readonly origin?: ConfigOrigin;
}

export interface DecisionReason {
  readonly code: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/** Live state of a pod for the interface. */
export interface PodObservation {
  readonly id: string;
  readonly up: boolean;
  readonly busyWorkers: number;
  readonly queuedRequests: number;
  readonly completed: number;
  readonly errors: number;
  /** Proxies that have ejected this pod, as pod ids. */
  readonly ejectedBy: readonly string[];
  readonly snapshotVersion: string;
}

/** Counters of one proxy under Envoy's names. */
export interface ProxyStatistics {
  readonly pod: string;
  readonly counters: Readonly<Record<string, number>>;
  readonly gauges: Readonly<Record<string, number>>;
}
