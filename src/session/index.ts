/** The one facade over everything below: scenario, commands, time machine, views. Worker, command line and tests use it. */
export type { ApplyResult, FaultSpec, LoggedCommand, ResourceChange, SessionCommand } from './command';
export { createRegistry, DIALECTS } from './dialects';
export { serviceId } from './metrics';
export { overlayFiles } from './overlay';
export { describeProxyConfig, isProxyConfigPart, PROXY_CONFIG_PARTS, type ProxyConfigPart } from './proxy-config';
export { parseRequestLine } from './request-line';
export type { PresetDefinition, PresetTrigger, ScenarioDefinition } from './scenario';
export { Session } from './session';
export type {
  ActiveFaultView,
  ClusterEventView,
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
  TotalsRow,
  TotalsView,
  TrafficSummary,
  VersionView,
} from './view';
