/** The one facade over everything below: scenario, commands, time machine, views. Worker, command line and tests use it. */
export type { ApplyResult, FaultSpec, LoggedCommand, ResourceChange, SessionCommand } from './command';
export type { ScenarioDefinition } from './scenario';
export type {
  ActiveFaultView,
  DecisionView,
  EdgeMetrics,
  ExplainView,
  GraphEdgeView,
  MarkView,
  MetricsFrame,
  NamespaceBoxView,
  PodState,
  PodStatusView,
  Selection,
  SeriesView,
  ServiceId,
  ServiceMetrics,
  ServiceNodeView,
  SourceLink,
  TopologyView,
  TrafficSummary,
  VersionView,
} from './view';
