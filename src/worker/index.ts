/** The border between the page and the engine: protocol, client, loopback. The interface reaches lower floors only through here. */
export type { Ns } from '../base';
export type { Diagnostic, JsonSchema, ObjectRef, SourceFile, TextRange } from '../config';
export type {
  AccessLogEntry,
  Distribution,
  EngineFault,
  EntitySelector,
  Outcome,
  PodObservation,
  ProbeRequest,
  ProxyStatistics,
  RequestModel,
  Span,
} from '../engine';
export { OUTCOMES } from '../engine';
export type {
  ActiveFaultView,
  ApplyResult,
  ClusterEventView,
  DecisionView,
  EdgeMetrics,
  ExplainView,
  FaultSpec,
  GraphEdgeView,
  LoggedCommand,
  MarkView,
  MetricsFrame,
  NamespaceBoxView,
  PodState,
  PodStatusView,
  ResourceChange,
  ScenarioDefinition,
  Selection,
  SeriesView,
  ServiceId,
  ServiceMetrics,
  ServiceNodeView,
  SessionCommand,
  SourceLink,
  TopologyView,
  TotalsRow,
  TotalsView,
  TrafficSummary,
  VersionView,
} from '../session';
export type { ConfigOrigin } from '../xds';
export { createClient, createWorkerClient, type WorkerLike } from './client';
export { createLoopback, type Loopback } from './loopback';
export type {
  AccessLogFilter,
  FlightFrame,
  FromWorker,
  LoadResult,
  RequestMessage,
  SavedState,
  SimulationClient,
  ToWorker,
  TraceSummary,
  TransportStatus,
  WorkerEvent,
  WorkerMethods,
} from './protocol';
