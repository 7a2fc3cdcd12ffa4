// What a scenario of the judge is. The same data is executed by the engine and, on loopback, by a real Envoy.
import type { XdsSnapshot } from '../../src/xds';

/** How a pod answers: the first rule whose conditions hold. Without a rule that holds the answer is 404. */
export interface AnswerRule {
  /** Prefix of the path; absent: any. */
  readonly path?: string;
  readonly method?: string;
  /** Headers that must reach the pod with exactly these values. */
  readonly when?: Readonly<Record<string, string>>;
  readonly delayMs?: number;
  readonly status?: number;
  readonly grpcStatus?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bodyBytes?: number;
  /**
   * true: no answer, the connection is closed (HTTP/1.1, TCP) or the stream reset (HTTP/2). afterHeaders: the same happens
   * when the head and the body have been sent, which is announced as longer than it is.
   */
  readonly reset?: boolean | 'afterHeaders';
}

export interface PodScript {
  readonly name: string;
  /** `silent` takes connections and never says a word, so that no TLS handshake ends. */
  readonly serves: 'http1' | 'http2' | 'tcp' | 'silent';
  readonly answers: readonly AnswerRule[];
  /** false: connections are refused until a step starts the pod. */
  readonly startsUp?: boolean;
}

/** What differs about the certificate of a pod or of the client. Without an entry it is valid and names the pod's own account. */
export interface Credential {
  /** Service account of the default namespace. */
  readonly account?: string;
  readonly isExpired?: boolean;
}

export interface RequestSpec {
  readonly protocol?: 'http' | 'grpc' | 'tcp';
  readonly method?: string;
  readonly path?: string;
  readonly authority?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Size of the body of an HTTP request (0). */
  readonly bodyBytes?: number;
}

/** What is said on a connection of TCP. */
export const TCP_REQUEST = 'request';
export const TCP_ANSWER = 'answer';

export type Step =
  /** Sends `count` requests, at most `concurrency` (1) at a time and at least `gapMs` (0) apart, waits for all of them, and then once more. */
  | {
      readonly kind: 'send';
      readonly request: RequestSpec | ((index: number) => RequestSpec);
      readonly count?: number;
      readonly concurrency?: number;
      readonly gapMs?: number;
    }
  | { readonly kind: 'wait'; readonly ms: number }
  /** The process of a pod stops (connections are closed, new ones refused) or starts again. */
  | { readonly kind: 'pod'; readonly pod: string; readonly up: boolean };

/** Where a scenario runs: addresses that are its own on both sides. */
export interface Place {
  readonly scenario: string;
  /** The one port of the services and of their pods. */
  readonly port: number;
  readonly clientIp: string;
  /** Address of a pod, and of the application behind its proxy where it has one. */
  ip(pod: string): string;
  appIp(pod: string): string;
  /** A cluster's name that no other scenario uses. */
  cluster(name: string): string;
}

/** What the proxies of a scenario are told. */
export interface ProxyConfigs {
  readonly client: XdsSnapshot;
  /** By pod; pods without an entry have no proxy. */
  readonly servers: ReadonlyMap<string, XdsSnapshot>;
  /** Names are not unique among scenarios, so every proxy needs a process of its own. */
  readonly isolated: boolean;
}

/** Fields of a log line; `extra` of the scenario are added under their own names. */
export const LOG_FORMAT = {
  id: '%REQ(X-JUDGE-ID)%',
  status: '%RESPONSE_CODE%',
  flags: '%RESPONSE_FLAGS%',
  details: '%RESPONSE_CODE_DETAILS%',
  attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  cluster: '%UPSTREAM_CLUSTER%',
  host: '%UPSTREAM_HOST%',
  route: '%ROUTE_NAME%',
  failure: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  durationMs: '%DURATION%',
} as const;

export type LogLine = Readonly<Record<string, string>>;

/** One request as its client and the access logs saw it. */
export interface Exchange {
  readonly id: string;
  readonly request: RequestSpec;
  /** What the client received; 0: no response. */
  readonly status: number;
  readonly durationMs: number;
  /** By proxy: `client` or the pod's name. */
  readonly lines: Readonly<Record<string, LogLine>>;
}

export interface SideResult {
  readonly exchanges: readonly Exchange[];
  /** Counters and gauges at the end, by proxy and Envoy's name. */
  readonly statistics: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** What is compared, and how closely. Statuses, flags, details and attempts are compared unless left out here. */
export interface Comparison {
  /** Fields of log lines that chance decides. `host` is compared only where `hosts` says so. */
  readonly ignoredFields?: readonly string[];
  /** same: per request; pattern: equal after naming hosts in the order of their first use. */
  readonly hosts?: 'same' | 'pattern';
  /** The first requests only bring about a state; chance decides what becomes of each. */
  readonly preparing?: number;
  /** Chi-square over the values of a log field, against these shares on both sides; pods stand for their hosts. */
  readonly distribution?: { readonly field: string; readonly shares: Readonly<Record<string, number>> };
  /** How far apart the durations of a request may be, in ms (150); `window` instead bounds both sides alone. */
  readonly durationToleranceMs?: number;
  readonly durationWindowMs?: readonly [number, number];
  /** Chi-square over the durations of the requests: shares of the intervals between the edges, on both sides. */
  readonly durations?: { readonly edgesMs: readonly number[]; readonly shares: readonly number[] };
  /** Names of statistics (without the prefix of cluster or connection manager) that are not compared. */
  readonly ignoredStatistics?: readonly string[];
  /** Only the lines and statistics of the client's proxy are compared. */
  readonly clientOnly?: boolean;
  /** Requests are compared as a multiset, for bursts whose order is chance. */
  readonly unordered?: boolean;
}

export interface Scenario {
  readonly name: string;
  readonly topic: string;
  /** What both sides do, as a sentence of the table. */
  readonly claim: string;
  readonly pods: readonly PodScript[];
  readonly configure: (place: Place) => ProxyConfigs;
  /** By proxy: `client` or the pod's name. */
  readonly credentials?: Readonly<Record<string, Credential>>;
  readonly steps: readonly Step[];
  readonly compare?: Comparison;
  /** Further fields of the log lines: format by name. */
  readonly log?: Readonly<Record<string, string>>;
}
