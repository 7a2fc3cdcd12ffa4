/** The discrete-event engine that executes snapshots as Envoy would. */
export type {
  AccessLogEntry,
  Decision,
  DecisionReason,
  EdgeKey,
  EdgeStatistics,
  FlightColumns,
  LatencyQuantiles,
  Outcome,
  PodObservation,
  ProxyStatistics,
  Span,
} from './observation';
export { OUTCOMES } from './observation';
export { Simulation, type SimulationOptions } from './simulation';
export type {
  AdvanceResult,
  ControlHandler,
  EngineCheckpoint,
  ProbeRequest,
  ProbeResult,
  SimulationApi,
} from './simulation-contract';
export { prometheusText } from './telemetry';
export type {
  ApplicationModel,
  ApplicationProtocol,
  ArrivalModel,
  CallModel,
  Distribution,
  EndpointModel,
  LoadModel,
  RateProfile,
  RatioModel,
  RequestModel,
  ResponseModel,
  StepModel,
} from './workload/model';
export type {
  EngineCommand,
  EngineFault,
  EntityId,
  EntitySelector,
  ExternalHostSpec,
  NetworkModel,
  PodSpec,
  ProxySpec,
  ServiceEntry,
  ServicePortEntry,
} from './world';
