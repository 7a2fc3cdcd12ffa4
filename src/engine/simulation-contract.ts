import type { LatencySketch, Ns } from '../base';
import type {
  AccessLogEntry,
  Decision,
  EdgeKey,
  EdgeStatistics,
  FlightColumns,
  PodObservation,
  ProxyStatistics,
  Span,
} from './observation';
import type { RequestModel } from './workload/model';
import type { EngineCommand, EntityId } from './world';

/** Told about control events that somebody above the engine scheduled; called inside the event loop, in its order. */
export interface ControlHandler {
  handleControlEvent(nowNs: Ns, code: number, a: number, b: number): void;
}

export interface AdvanceResult {
  readonly nowNs: Ns;
  readonly events: number;
  /** false: `maxEvents` was reached before the time was. */
  readonly reached: boolean;
}

/** Opaque plain data (typed arrays, arrays, maps, strings, numbers). */
export type EngineCheckpoint = { readonly version: 1; readonly state: unknown };

/** A request to be followed through the very code that serves traffic. */
export interface ProbeRequest {
  /** Pod that sends it; undefined = a client outside the mesh. */
  readonly from?: EntityId;
  readonly request: RequestModel;
}

export interface ProbeResult {
  readonly requestId: number;
  readonly decisions: readonly Decision[];
  readonly status: number;
  readonly flags: readonly string[];
  readonly details: string;
  readonly durationNs: Ns;
  readonly finished: boolean;
}

/** The engine's public face; `Simulation` implements it. */
export interface SimulationApi {
  readonly nowNs: Ns;
  advanceTo(tNs: Ns, maxEvents: number): AdvanceResult;
  execute(command: EngineCommand): void;
  /** For the layers above: wakes the control handler at `atNs`. Returns a handle for `cancelControl`. */
  scheduleControl(atNs: Ns, code: number, a: number, b: number): number;
  cancelControl(handle: number): void;
  checkpoint(): EngineCheckpoint;
  restore(checkpoint: EngineCheckpoint): void;
  /** Hex; covers every dispatched event. */
  traceHash(): string;
  readonly eventsDispatched: number;

  /** Edge rows only ever grow; a row's index is stable. */
  readonly edges: readonly EdgeKey[];
  edgeStatistics(): readonly EdgeStatistics[];
  /** Cumulative sketch of an edge (nanoseconds); copy before keeping it. */
  edgeLatency(edge: number): LatencySketch;
  /** Flights that departed since the last call. Recording is on only while somebody reads (`setFlightRecording`). */
  takeFlights(): FlightColumns;
  setFlightRecording(on: boolean): void;
  /** The newest entries, newest first. */
  accessLog(limit: number): readonly AccessLogEntry[];
  /** Newest traces kept, and all spans of one. */
  recentTraces(limit: number): readonly string[];
  spans(traceId: string): readonly Span[];
  pods(): readonly PodObservation[];
  proxyStatistics(pod: EntityId): ProxyStatistics | undefined;

  /** Sends one real request with a recorder attached and returns its id; read the record with `probeResult`. */
  probe(request: ProbeRequest): number;
  probeResult(requestId: number): ProbeResult | undefined;
  /** Records decisions for requests of the load whose id is asked for before they finish, or every n-th (0 = off). */
  setDecisionSampling(everyNth: number): void;
  /** Throws when an invariant of the model does not hold. */
  checkInvariants(): void;
}
