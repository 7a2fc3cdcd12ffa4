import { assert, assertNever, type ColumnsState, LatencySketch, type Ns } from '../base';
import * as events from './core';
import {
  MessageTable,
  type MessageTableState,
  PRIORITY_CONTROL,
  RandomStreams,
  type RandomStreamsState,
  StringTable,
  TimerLanes,
} from './core';
import { Kernel, type KernelState } from './kernel';
import { Lifecycle } from './lifecycle';
import {
  Connections,
  checkNetwork,
  Exchanges,
  Faults,
  MARK_RECORDED,
  NetworkTables,
  type NetworkTablesState,
  Paths,
  type PathsState,
  type Pod,
  Pods,
  type PodsState,
  ServiceDirectory,
} from './network';
import type {
  AccessLogEntry,
  EdgeKey,
  EdgeStatistics,
  FlightColumns,
  PodObservation,
  ProxyStatistics,
  Span,
} from './observation';
import { Proxies, type ProxiesState } from './proxy';
import { RESPONSE_FLAGS } from './proxy/semantics';
import type {
  AdvanceResult,
  ControlHandler,
  EngineCheckpoint,
  ProbeRequest,
  ProbeResult,
  SimulationApi,
} from './simulation-contract';
import {
  AccessLog,
  type AccessLogState,
  Decisions,
  type DecisionsState,
  Edges,
  type EdgesState,
  Flights,
  Spans,
  type SpansState,
} from './telemetry';
import {
  Applications,
  type ApplicationsState,
  Calls,
  ClientPools,
  type ClientPoolsState,
  FRAME_LOAD,
  FRAME_PROBE,
  Frames,
  Loads,
  type LoadsState,
  type RequestOwner,
  WorkloadRegistry,
  type WorkloadRegistryState,
} from './workload';
import type { EngineCommand, EntityId } from './world';

/** What a simulation is made from. */
export interface SimulationOptions {
  /** A safe integer; the only source of randomness. */
  readonly seed: number;
  /** Receives the events that the layers above scheduled. */
  readonly control?: ControlHandler;
}

const FLAG_NAMES = RESPONSE_FLAGS.map(({ shortName }) => shortName);

/** The parts of a checkpoint. */
interface SimulationState {
  readonly kernel: KernelState;
  readonly streams: RandomStreamsState;
  readonly messages: MessageTableState;
  readonly pods: PodsState;
  readonly faults: ReturnType<Faults['save']>;
  readonly services: ReturnType<ServiceDirectory['save']>;
  readonly paths: PathsState;
  readonly tables: NetworkTablesState;
  readonly edges: EdgesState;
  readonly workload: WorkloadRegistryState;
  readonly frames: ColumnsState;
  readonly clientPools: ClientPoolsState;
  readonly lastRequestId: number;
  readonly applications: ApplicationsState;
  readonly loads: LoadsState;
  readonly strings: readonly string[];
  readonly log: AccessLogState;
  readonly spans: SpansState;
  readonly decisions: DecisionsState;
  readonly proxies: ProxiesState;
}

/** A checkpoint is made by this class alone and never leaves the program's own hands. */
function decodeState(checkpoint: EngineCheckpoint): SimulationState {
  assert(checkpoint.version === 1, 'a checkpoint of another version');
  return checkpoint.state as SimulationState;
}

/** The engine: executes commands and lets simulated time pass. */
export class Simulation implements SimulationApi, RequestOwner {
  readonly #kernel = new Kernel();
  readonly #lanes = new TimerLanes(this.#kernel);
  readonly #streams: RandomStreams;
  readonly #control: ControlHandler | undefined;
  readonly #messages = new MessageTable();
  readonly #pods = new Pods();
  readonly #faults = new Faults();
  readonly #services = new ServiceDirectory(this.#pods);
  readonly #tables = new NetworkTables();
  readonly #flights = new Flights();
  readonly #edges = new Edges(FLAG_NAMES);
  readonly #registry = new WorkloadRegistry(this.#messages);
  readonly #frames = new Frames();
  readonly #paths: Paths;
  readonly #connections: Connections;
  readonly #exchanges: Exchanges;
  readonly #clientPools: ClientPools;
  readonly #calls: Calls;
  readonly #applications: Applications;
  readonly #loads: Loads;
  readonly #strings = new StringTable();
  readonly #log = new AccessLog();
  readonly #spans = new Spans(this.#strings, FLAG_NAMES);
  readonly #decisions = new Decisions();
  readonly #proxies: Proxies;
  readonly #lifecycle: Lifecycle;

  // biome-ignore lint/complexity/noExcessiveLinesPerFunction: the components are wired in one place.
  constructor(options: SimulationOptions) {
    this.#control = options.control;
    this.#streams = new RandomStreams(options.seed);
    this.#paths = new Paths(this.#pods, this.#faults, this.#streams);
    this.#connections = new Connections(this.#kernel, this.#tables, this.#paths);
    this.#exchanges = new Exchanges(
      this.#kernel,
      this.#tables,
      this.#connections,
      this.#paths,
      this.#messages,
      this.#flights,
    );
    this.#clientPools = new ClientPools(
      this.#tables,
      this.#connections,
      this.#pods,
      this.#services,
      this.#registry,
      this.#streams,
      this.#edges,
      this.#strings,
    );
    this.#calls = new Calls(
      this.#kernel,
      this.#lanes,
      this.#tables,
      this.#connections,
      this.#exchanges,
      this.#frames,
      this.#clientPools,
      this.#registry,
      this.#messages,
      this.#edges,
      this.#decisions,
    );
    this.#applications = new Applications(
      this.#kernel,
      this.#tables,
      this.#connections,
      this.#exchanges,
      this.#pods,
      this.#services,
      this.#faults,
      this.#streams,
      this.#messages,
      this.#registry,
      this.#frames,
      this.#calls,
      this.#spans,
      this.#strings,
    );
    this.#loads = new Loads(this.#kernel, this.#pods, this.#streams, this.#registry, this.#frames, this.#calls);
    this.#proxies = new Proxies({
      kernel: this.#kernel,
      lanes: this.#lanes,
      network: this.#tables,
      connections: this.#connections,
      exchanges: this.#exchanges,
      pods: this.#pods,
      services: this.#services,
      faults: this.#faults,
      streams: this.#streams,
      messages: this.#messages,
      strings: this.#strings,
      edges: this.#edges,
      log: this.#log,
      spans: this.#spans,
      decisions: this.#decisions,
    });
    this.#lifecycle = new Lifecycle(
      this.#kernel,
      this.#pods,
      this.#faults,
      this.#streams,
      this.#tables,
      this.#connections,
      this.#paths,
      this.#applications,
      this.#clientPools,
      this.#proxies,
      this.#loads,
    );
    this.#connections.bind(this.#applications, this.#proxies);
    this.#calls.bind(this.#applications);
    this.#applications.bind(this, this.#proxies.handshakes);
  }

  get nowNs(): Ns {
    return this.#kernel.nowNs;
  }

  get eventsDispatched(): number {
    return this.#kernel.dispatched;
  }

  get edges(): readonly EdgeKey[] {
    return this.#edges.keys;
  }

  advanceTo(tNs: Ns, maxEvents: number): AdvanceResult {
    const { events: dispatched, reached } = this.#kernel.advanceTo(tNs, maxEvents, this);
    return { nowNs: this.#kernel.nowNs, events: dispatched, reached };
  }

  dispatch(kind: number, a: number, b: number, c: number): void {
    switch (kind) {
      case events.EVENT_REQUEST_ARRIVES:
        this.#exchanges.handleRequestArrives(a, b, c);
        break;
      case events.EVENT_RESPONSE_ARRIVES:
        this.#exchanges.handleResponseArrives(a, b, c);
        break;
      case events.EVENT_COMPUTE_DONE:
        this.#applications.handleComputeDone(a, b);
        break;
      case events.EVENT_LOAD_ARRIVAL:
        this.#loads.handleArrival(a, b);
        break;
      case events.EVENT_LOAD_THOUGHT:
        this.#loads.handleThought(a, b);
        break;
      case events.EVENT_CONNECT_ARRIVES:
        this.#connections.handleConnectArrives(a, b, c);
        break;
      case events.EVENT_CONNECT_DONE:
        this.#connections.handleConnectDone(a, b);
        break;
      case events.EVENT_CLOSE_AT_SERVER:
        this.#connections.handleCloseAtServer(a, b, c);
        break;
      case events.EVENT_CLOSE_AT_CLIENT:
        this.#connections.handleCloseAtClient(a, b, c);
        break;
      case events.EVENT_CANCEL_ARRIVES:
        this.#exchanges.handleCancelArrives(a, b, c);
        break;
      case events.EVENT_RESET_ARRIVES:
        this.#exchanges.handleResetArrives(a, b, c);
        break;
      case events.EVENT_CALL_TIMEOUT:
        this.#calls.handleTimeout(a, b);
        break;
      case events.EVENT_CALL_FAILED:
        this.#calls.handleCallFailed(a, b);
        break;
      case events.EVENT_POD_GRACE_OVER:
        this.#lifecycle.handleGraceOver(a, b);
        break;
      case events.EVENT_CONTROL:
        this.#control?.handleControlEvent(this.#kernel.nowNs, a, b, c);
        break;
      default:
        assert(this.#proxies.dispatch(kind, a, b), 'event of an unknown kind');
    }
  }

  execute(command: EngineCommand): void {
    switch (command.kind) {
      case 'addPod':
        this.#lifecycle.addPod(command.pod);
        break;
      case 'removePod':
        this.#lifecycle.removePod(command.id, command.graceNs);
        break;
      case 'setPodUp':
        this.#lifecycle.setPodUp(command.id, command.up);
        break;
      case 'setApplication':
        this.#applications.setApplication(this.#pod(command.id).slot, command.application);
        break;
      case 'setServices':
        this.#services.setServices(command.services);
        break;
      case 'setExternalHosts':
        this.#lifecycle.setExternalHosts(command.hosts);
        break;
      case 'setLoads':
        for (const client of this.#loads.setLoads(command.loads)) this.#lifecycle.removeNow(client);
        break;
      case 'setNetwork':
        this.#paths.setNetwork(command.network);
        break;
      case 'setFault':
        this.#faults.set(command.id, command.fault);
        this.#lifecycle.handleFaultsChanged();
        break;
      case 'clearFault':
        this.#faults.clear(command.id);
        this.#lifecycle.handleFaultsChanged();
        break;
      case 'applySnapshot':
        this.#proxies.applySnapshot(this.#pod(command.pod).slot, command.snapshot);
        break;
      default:
        assertNever(command);
    }
  }

  #pod(id: EntityId): Pod {
    const pod = this.#pods.byId(id);
    assert(pod !== undefined, 'a command names an unknown pod');
    return pod;
  }

  requestFinished(frame: number, _response: number): void {
    if (this.#frames.table.arrays.kind[frame] === FRAME_LOAD) this.#loads.requestFinished(frame);
    else this.#frames.release(frame);
  }

  scheduleControl(atNs: Ns, code: number, a: number, b: number): number {
    return this.#kernel.at(atNs, PRIORITY_CONTROL, events.EVENT_CONTROL, code, a, b);
  }

  cancelControl(handle: number): void {
    this.#kernel.cancel(handle);
  }

  traceHash(): string {
    return this.#kernel.traceHash();
  }

  edgeStatistics(): readonly EdgeStatistics[] {
    return this.#edges.statistics();
  }

  edgeLatency(edge: number): LatencySketch {
    return this.#edges.latency(edge) ?? new LatencySketch();
  }

  takeFlights(): FlightColumns {
    return this.#flights.take();
  }

  setFlightRecording(on: boolean): void {
    this.#flights.recording = on;
    if (!on) this.#flights.clear();
  }
  accessLog(limit: number): readonly AccessLogEntry[] {
    return this.#proxies.accessLog(limit);
  }
  recentTraces(limit: number): readonly string[] {
    return this.#spans.recentTraces(limit);
  }
  spans(traceId: string): readonly Span[] {
    return this.#spans.ofTrace(traceId);
  }
  pods(): readonly PodObservation[] {
    const observations: PodObservation[] = [];
    const ejections = this.#proxies.ejectionsByIp();
    for (const pod of this.#pods.all()) {
      if (pod.source.kind === 'client') continue;
      observations.push({
        id: pod.facts.id,
        up: pod.up && !this.#faults.ofPod(pod.facts).crashed,
        busyWorkers: this.#applications.busyWorkers(pod.slot),
        queuedRequests: this.#applications.queuedRequests(pod.slot),
        completed: this.#applications.completed(pod.slot),
        errors: this.#applications.errors(pod.slot),
        ejectedBy: ejections.get(pod.facts.ip) ?? [],
        snapshotVersion: this.#proxies.snapshotVersion(pod.slot),
      });
    }
    return observations;
  }
  proxyStatistics(pod: EntityId): ProxyStatistics | undefined {
    const found = this.#pods.byId(pod);
    return found === undefined ? undefined : this.#proxies.statistics(found.slot);
  }
  probe(probe: ProbeRequest): number {
    const slot = probe.from === undefined ? this.#outsideClient() : this.#pod(probe.from).slot;
    const frame = this.#frames.allocate(FRAME_PROBE, slot, 0);
    this.#frames.table.arrays.callMarks[frame] = MARK_RECORDED;
    const call = this.#registry.compileCall({
      request: probe.request,
      forwardHeaders: [],
      probability: { numerator: 1, denominator: 1 },
      timeoutNs: 0,
      onError: { kind: 'ignore' },
    });
    return this.#calls.start(frame, call, this.#registry.call(call).request);
  }

  /** The client outside the mesh that sends probes nobody else sends. */
  #outsideClient(): number {
    const known = this.#pods.byId('client/probe');
    return known?.slot ?? this.#pods.add({ kind: 'client', name: 'probe', ip: '198.18.255.254' }).slot;
  }

  probeResult(requestId: number): ProbeResult | undefined {
    return this.#decisions.result(requestId);
  }
  setDecisionSampling(everyNth: number): void {
    this.#decisions.everyNth = everyNth;
  }
  checkpoint(): EngineCheckpoint {
    return { version: 1, state: this.#saveState() };
  }

  #saveState(): SimulationState {
    return {
      kernel: this.#kernel.save(),
      streams: this.#streams.save(),
      messages: this.#messages.save(),
      pods: this.#pods.save(),
      faults: this.#faults.save(),
      services: this.#services.save(),
      paths: this.#paths.save(),
      tables: this.#tables.save(),
      edges: this.#edges.save(),
      workload: this.#registry.save(),
      frames: this.#frames.save(),
      clientPools: this.#clientPools.save(),
      lastRequestId: this.#calls.save(),
      applications: this.#applications.save(),
      loads: this.#loads.save(),
      strings: this.#strings.save(),
      log: this.#log.save(),
      spans: this.#spans.save(),
      decisions: this.#decisions.save(),
      proxies: this.#proxies.save(),
    };
  }

  restore(checkpoint: EngineCheckpoint): void {
    const state = decodeState(checkpoint);
    this.#kernel.restore(state.kernel);
    this.#lanes.forget();
    this.#messages.restore(state.messages);
    this.#strings.restore(state.strings);
    this.#pods.restore(state.pods);
    this.#faults.restore(state.faults);
    this.#services.restore(state.services);
    this.#paths.restore(state.paths);
    this.#tables.restore(state.tables);
    this.#edges.restore(state.edges);
    this.#registry.restore(state.workload);
    this.#frames.restore(state.frames);
    this.#clientPools.restore(state.clientPools);
    this.#calls.restore(state.lastRequestId);
    this.#applications.restore(state.applications);
    this.#loads.restore(state.loads);
    this.#log.restore(state.log);
    this.#spans.restore(state.spans);
    this.#decisions.restore(state.decisions);
    this.#proxies.restore(state.proxies);
    this.#connections.partitions = this.#faults.anyPartition;
    // Last, because the components above ask for their streams while they come back.
    this.#streams.restore(state.streams);
    this.#flights.clear();
  }

  checkInvariants(): void {
    checkNetwork(this.#tables);
    this.#applications.checkInvariants();
    this.#proxies.checkInvariants();
    assert(this.#edges.findNegativeGauge() === undefined, 'an edge has fewer than no connections');
  }
}
