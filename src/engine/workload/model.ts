import type { Ns } from '../../base';

/**
 * How an application behaves and who calls it, in the engine's own words. Compiled from the `meshwork.dev` kinds one
 * floor up; plain immutable data.
 */

export type Distribution =
  | { readonly kind: 'constant'; readonly valueNs: Ns }
  | { readonly kind: 'exponential'; readonly meanNs: Ns }
  | { readonly kind: 'lognormal'; readonly medianNs: Ns; readonly sigma: number }
  | { readonly kind: 'uniform'; readonly minNs: Ns; readonly maxNs: Ns }
  /** Linear interpolation between the points; `ratio` ascends from 0 to 1. */
  | { readonly kind: 'percentiles'; readonly points: readonly { readonly ratio: number; readonly valueNs: Ns }[] };

/** An exact share: `numerator` of `denominator`. */
export interface RatioModel {
  readonly numerator: number;
  readonly denominator: number;
}

export type ApplicationProtocol = 'http' | 'http2' | 'grpc' | 'tcp';

/** One process that serves requests in a pod. */
export interface ApplicationModel {
  readonly name: string;
  /** Requests served at once; a call that waits keeps its worker. */
  readonly workers: number;
  /** Requests that may wait for a worker; beyond it the application answers 503 itself (HTTP) or closes (TCP). */
  readonly queueLimit: number;
  readonly endpoints: readonly EndpointModel[];
  /** Ports that the process listens on; a connection to any other one is refused. Empty: every port. */
  readonly ports: readonly number[];
}

export interface EndpointModel {
  /** Empty: any method. */
  readonly method: string;
  readonly path: { readonly kind: 'exact' | 'prefix'; readonly value: string };
  /** Only requests that carry these headers with these values; lower-case names. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly protocol: ApplicationProtocol;
  readonly steps: readonly StepModel[];
  readonly response: ResponseModel;
}

export type StepModel =
  | { readonly kind: 'compute'; readonly duration: Distribution }
  | { readonly kind: 'call'; readonly call: CallModel }
  /** All branches start together; the step ends when the last one does. */
  | { readonly kind: 'parallel'; readonly branches: readonly (readonly StepModel[])[] };

export interface CallModel {
  readonly request: RequestModel;
  /** Names of headers of the served request that are copied onto the call (besides the request's own). */
  readonly forwardHeaders: readonly string[];
  readonly probability: RatioModel;
  /** Client-side limit of the application itself; 0 = none. */
  readonly timeoutNs: Ns;
  /** What a failed call (5xx, reset, timeout) does to the request being served. */
  readonly onError:
    | { readonly kind: 'fail'; readonly status: number }
    | { readonly kind: 'ignore' }
    | { readonly kind: 'forwardStatus' };
}

/** One request as an application writes it, before any proxy sees it. */
export interface RequestModel {
  readonly protocol: ApplicationProtocol;
  readonly scheme: 'http' | 'https';
  readonly method: string;
  /** What is dialled: a service name (`reviews`, `reviews.default`), an IP or an outside host. */
  readonly host: string;
  readonly port: number;
  /** With query. */
  readonly path: string;
  /** Host header; the dialled host (with the port unless it is the scheme's own) when absent. */
  readonly authority?: string;
  /** Lower-case names. */
  readonly headers: readonly (readonly [string, string])[];
  readonly bodyBytes: number;
}

export interface ResponseModel {
  /** Drawn by weight. */
  readonly outcomes: readonly { readonly weight: number; readonly status: number; readonly grpcStatus?: number }[];
  readonly headers: readonly (readonly [string, string])[];
  readonly bodyBytes: number;
  /** The connection is closed, or the stream reset where streams share it: instead of an answer, or when its headers are sent. */
  readonly reset?: 'beforeHeaders' | 'afterHeaders';
}

/** Who sends requests from the edge of the model. */
export interface LoadModel {
  readonly name: string;
  /** Where the calls start: a pod's application (through its sidecar, if it has one), or a client outside the mesh. */
  readonly origin:
    | { readonly kind: 'workload'; readonly namespace: string; readonly workload: string }
    | { readonly kind: 'external' };
  readonly arrivals: ArrivalModel;
  readonly requests: readonly { readonly weight: number; readonly request: RequestModel }[];
  readonly startNs: Ns;
  /** 0 = never stops. */
  readonly stopNs: Ns;
  /** 0 = waits for ever. */
  readonly timeoutNs: Ns;
}

export type ArrivalModel =
  | { readonly kind: 'open'; readonly process: 'poisson' | 'constant'; readonly rate: RateProfile }
  /** Each user waits for the answer, thinks, and asks again. */
  | { readonly kind: 'closed'; readonly users: number; readonly thinkTime: Distribution };

/** Requests per second over time since `startNs`. */
export type RateProfile =
  | { readonly kind: 'flat'; readonly perSecond: number }
  | { readonly kind: 'ramp'; readonly fromPerSecond: number; readonly toPerSecond: number; readonly durationNs: Ns }
  | {
      readonly kind: 'spike';
      readonly basePerSecond: number;
      readonly peakPerSecond: number;
      readonly atNs: Ns;
      readonly durationNs: Ns;
    }
  | { readonly kind: 'steps'; readonly steps: readonly { readonly atNs: Ns; readonly perSecond: number }[] }
  | {
      readonly kind: 'wave';
      readonly meanPerSecond: number;
      readonly amplitudePerSecond: number;
      readonly periodNs: Ns;
    };
