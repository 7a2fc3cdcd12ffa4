import type { Ns } from '../base';
import type { Diagnostic, JsonSchema, SourceFile } from '../config';
import type { AccessLogEntry, PodObservation, ProbeRequest, ProxyStatistics, Span } from '../engine';
import type {
  ActiveFaultView,
  ApplyResult,
  ClusterEventView,
  ExplainView,
  MarkView,
  MetricsFrame,
  ScenarioDefinition,
  Selection,
  SeriesView,
  SessionCommand,
  SourceLink,
  TopologyView,
  TotalsView,
} from '../session';
import type { ConfigOrigin } from '../xds';

/** Questions and orders, each answered once. The key is the method's name. */
export interface WorkerMethods {
  load(scenario: ScenarioDefinition): LoadResult;
  play(): void;
  pause(): void;
  /** Simulated seconds per second of wall time, 0.01 to 50. */
  setSpeed(speed: number): void;
  /** Advances by one event that moves something on the screen (a message departs or arrives), or by at most 1 s. */
  step(): void;
  seek(toNs: Ns): void;
  /** Back to time 0 with the scenario's own files; `keepFiles` keeps the applied ones. */
  restart(options: { readonly keepFiles: boolean; readonly seed?: number }): LoadResult;
  /** Parses and validates without applying. */
  check(files: readonly SourceFile[]): readonly Diagnostic[];
  applyFiles(files: readonly SourceFile[]): ApplyResult;
  /** Files with others laid over them, object by object; nothing is applied. Without `base`: over the applied files. */
  overlay(added: readonly SourceFile[], base?: readonly SourceFile[]): readonly SourceFile[];
  /** The schema of manifests of every kind, for completion and hover. Answers before a scenario is loaded. */
  editorSchema(): JsonSchema;
  /** What response flags mean, one sentence each, by short name. */
  flagSentences(names: readonly string[]): Readonly<Record<string, string>>;
  execute(command: SessionCommand): void;
  setSelection(selection: Selection): void;
  series(selection: Selection, points: number): SeriesView;
  /** Exact counts since the last apply, or since the start of the run. */
  totals(selection: Selection, since: 'apply' | 'start'): TotalsView;
  clusterEvents(limit: number): readonly ClusterEventView[];
  accessLog(filter: AccessLogFilter): readonly AccessLogEntry[];
  recentTraces(limit: number): readonly string[];
  /** Newest first. A trace belongs to a selection when one of its spans does. */
  traceSummaries(selection: Selection, limit: number): readonly TraceSummary[];
  spans(traceId: string): readonly Span[];
  pods(): readonly PodObservation[];
  proxyStatistics(pod: string): ProxyStatistics | undefined;
  proxyConfig(pod: string, as: 'listeners' | 'routes' | 'clusters' | 'endpoints'): string;
  explain(request: ProbeRequest): ExplainView;
  locate(origin: ConfigOrigin): SourceLink | undefined;
  traceHash(): string;
  /** Plain data, kept by the page to restart a worker that died. */
  saveState(): SavedState;
  restoreState(state: SavedState): LoadResult;
}

export interface AccessLogFilter {
  readonly selection: Selection;
  readonly limit: number;
  readonly onlyFailures: boolean;
  readonly requestId?: number;
}

/** One trace in a list. */
export interface TraceSummary {
  readonly traceId: string;
  /** Of the root span: "GET /heroes". */
  readonly name: string;
  readonly service: string;
  readonly startNs: Ns;
  readonly durationNs: Ns;
  readonly status: number;
  readonly flags: readonly string[];
  readonly spans: number;
  /** Most tries that one call needed. */
  readonly tries: number;
}

export interface LoadResult {
  readonly accepted: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly nowNs: Ns;
}

/** Scenario and command log up to a moment: replaying it gives the same state. */
export interface SavedState {
  readonly version: 1;
  /** As it was loaded. */
  readonly scenario: ScenarioDefinition;
  /** What the run began with: a restart may have kept other files or taken another seed. */
  readonly start: { readonly files: readonly SourceFile[]; readonly seed: number };
  readonly log: readonly { readonly atNs: Ns; readonly command: SessionCommand }[];
  readonly nowNs: Ns;
  readonly playing: boolean;
  readonly speed: number;
}

/** Sent by the worker on its own. */
export type WorkerEvent =
  | { readonly kind: 'status'; readonly status: TransportStatus }
  | { readonly kind: 'topology'; readonly topology: TopologyView }
  | { readonly kind: 'metrics'; readonly frame: MetricsFrame; readonly series: SeriesView }
  | { readonly kind: 'marks'; readonly marks: readonly MarkView[]; readonly faults: readonly ActiveFaultView[] }
  | { readonly kind: 'autosave'; readonly state: SavedState }
  | { readonly kind: 'failed'; readonly message: string };

export interface TransportStatus {
  readonly nowNs: Ns;
  readonly playing: boolean;
  readonly speed: number;
  /** What was reached over the last second; below `speed` when the machine cannot keep up. */
  readonly effectiveSpeed: number;
  readonly seed: number;
}

/**
 * What the renderer's port carries, engine worker to render worker. Columns are transferred. `frame` counts up; the
 * renderer answers with `{ ack: frame }` and at most two frames are in flight.
 */
export interface FlightFrame {
  readonly frame: number;
  readonly nowNs: Ns;
  /** Simulated ns per wall ns from now on; 0 when paused. */
  readonly rate: number;
  /** true: forget everything drawn so far (seek, restart, load). */
  readonly reset: boolean;
  readonly count: number;
  readonly edge: Uint32Array;
  readonly departNs: Float64Array;
  readonly arriveNs: Float64Array;
  readonly outcome: Uint8Array;
  readonly direction: Uint8Array;
  readonly requestId: Float64Array;
  /** Share of the flights that were sent, by request-id hash; 1 = all. */
  readonly keptShare: number;
}

export type RequestMessage = {
  [K in keyof WorkerMethods]: { readonly id: number; readonly method: K; readonly args: Parameters<WorkerMethods[K]> };
}[keyof WorkerMethods];
export type ToWorker =
  | { readonly kind: 'request'; readonly request: RequestMessage }
  | { readonly kind: 'attachRenderer'; readonly port: MessagePort }
  | { readonly kind: 'ackMetrics' };
export type FromWorker =
  | { readonly kind: 'response'; readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly kind: 'response'; readonly id: number; readonly ok: false; readonly message: string }
  | { readonly kind: 'event'; readonly event: WorkerEvent };

/** The page's side: the same methods, each returning a promise. `client` and `loopback` implement it. */
export type SimulationClient = {
  [K in keyof WorkerMethods]: (...args: Parameters<WorkerMethods[K]>) => Promise<ReturnType<WorkerMethods[K]>>;
} & {
  onEvent(listener: (event: WorkerEvent) => void): () => void;
  /** Gives the render worker its own line to the engine worker; called again when a worker that died is replaced. */
  attachRenderer(makePort: () => MessagePort): void;
  dispose(): void;
};
