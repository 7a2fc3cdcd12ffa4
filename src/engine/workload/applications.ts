import { assert, assertDefined, IntrusiveFifo, type IntrusiveFifoState, type Ns } from '../../base';
import {
  EVENT_COMPUTE_DONE,
  type MessageTable,
  PRIORITY_TRAFFIC,
  type RandomStreams,
  type StringTable,
  sampleNs,
} from '../core';
import type { Kernel } from '../kernel';
import {
  CONNECT_ACCEPTED,
  CONNECT_REFUSED,
  CONNECT_TLS_FAILED,
  type Connections,
  type Exchanges,
  type Faults,
  MARK_CUT_OFF,
  type NetworkTables,
  NONE,
  PAYLOAD_HTTP2,
  PAYLOAD_TCP,
  type Party,
  type Pod,
  type Pods,
  podOf,
  processOf,
  RESET_REMOTE,
  ROLE_APPLICATION,
  type ServiceDirectory,
} from '../network';
import type { Spans } from '../telemetry';
import { Answers } from './answers';
import type { ApplicationTls, RequestOwner } from './application-contract';
import type { CallOwner, Calls } from './calls';
import { OP_CALL, OP_COMPUTE, OP_FORK, type WorkloadRegistry } from './compiled-application';
import { FRAME_BRANCH, FRAME_LOAD, FRAME_PROBE, FRAME_TASK, type Frames } from './frames';
import type { ApplicationModel, ResponseModel } from './model';
import { Process } from './process';
import { TaskSpans } from './task-spans';

/** `serverContext` of a leg that waits for a worker, or that a hung process has accepted. */
const WAITING = -2;
const HUNG = -3;
/** Whoever is outside of the cluster speaks TLS on this port, and on others only where it is said so. */
const HTTPS_PORT = 443;

/** Plain-data state of {@link Applications}. */
export interface ApplicationsState {
  readonly processes: readonly (
    | {
        readonly model: ApplicationModel;
        readonly busyWorkers: number;
        readonly admitted: number;
        readonly completed: number;
        readonly abandoned: number;
        readonly errors: number;
      }
    | undefined
  )[];
  readonly queues: IntrusiveFifoState;
  readonly hung: IntrusiveFifoState;
}

/** Serves requests: workers, a bounded queue, and for each request the steps of its endpoint. */
export class Applications implements Party, CallOwner {
  readonly #kernel: Kernel;
  readonly #tables: NetworkTables;
  readonly #connections: Connections;
  readonly #exchanges: Exchanges;
  readonly #pods: Pods;
  readonly #services: ServiceDirectory;
  readonly #faults: Faults;
  readonly #streams: RandomStreams;
  readonly #messages: MessageTable;
  readonly #registry: WorkloadRegistry;
  readonly #frames: Frames;
  readonly #calls: Calls;
  readonly #processes: (Process | undefined)[] = [];
  /** Legs that wait for a worker, and those that a hung process holds, by pod slot. */
  readonly #queues = new IntrusiveFifo();
  readonly #hung = new IntrusiveFifo();
  readonly #spans: Spans;
  readonly #strings: StringTable;
  readonly #answers: Answers;
  readonly #taskSpans: TaskSpans;
  #requestOwner: RequestOwner | undefined;
  #tls: ApplicationTls | undefined;
  // biome-ignore lint/complexity/useMaxParams: a component is given its collaborators once.
  constructor(
    kernel: Kernel,
    tables: NetworkTables,
    connections: Connections,
    exchanges: Exchanges,
    pods: Pods,
    services: ServiceDirectory,
    faults: Faults,
    streams: RandomStreams,
    messages: MessageTable,
    registry: WorkloadRegistry,
    frames: Frames,
    calls: Calls,
    spans: Spans,
    strings: StringTable,
  ) {
    this.#spans = spans;
    this.#strings = strings;
    this.#kernel = kernel;
    this.#tables = tables;
    this.#connections = connections;
    this.#exchanges = exchanges;
    this.#pods = pods;
    this.#services = services;
    this.#faults = faults;
    this.#streams = streams;
    this.#messages = messages;
    this.#registry = registry;
    this.#frames = frames;
    this.#calls = calls;
    this.#answers = new Answers(messages, registry);
    this.#taskSpans = new TaskSpans(kernel, messages, strings, spans, frames);
  }

  bind(requestOwner: RequestOwner, tls: ApplicationTls): void {
    this.#requestOwner = requestOwner;
    this.#tls = tls;
  }

  /** Starts the process of a pod, or gives a running one another behaviour for requests to come. */
  setApplication(slot: number, model: ApplicationModel): void {
    const number = this.#registry.compileApplication(model);
    const process = this.#processes[slot];
    if (process === undefined) this.#processes[slot] = this.#createProcess(slot, number);
    else process.application = number;
  }

  #createProcess(slot: number, application: number): Process {
    const { facts } = this.#pods.get(slot);
    const rng = this.#streams.get(`app/${facts.id}`);
    const texts = [this.#strings.numberOf(facts.id), this.#strings.numberOf(facts.service)] as const;
    return new Process(texts, rng, application, this.#faults.ofPod(facts));
  }

  removePod(slot: number): void {
    this.#processes[slot] = undefined;
  }

  #process(slot: number): Process {
    const process = assertDefined(this.#processes[slot], 'the pod has no application');
    if (process.faultsVersion !== this.#faults.version) {
      process.faults = this.#faults.ofPod(this.#pods.get(slot).facts);
      process.faultsVersion = this.#faults.version;
    }
    return process;
  }

  passNs(): Ns {
    return 0;
  }

  accept(connection: number): number {
    const c = this.#tables.connections.arrays;
    const slot = podOf(c.serverProcess[connection] ?? 0);
    const pod = this.#pods.find(slot);
    const process = this.#processes[slot];
    if (pod === undefined || process === undefined || !pod.up || pod.draining) return CONNECT_REFUSED;
    if (this.#process(slot).faults.crashed) return CONNECT_REFUSED;
    const { ports } = this.#registry.application(process.application);
    const { port } = this.#services.address(c.address[connection] ?? 0);
    if (ports.size > 0 && !ports.has(port)) return CONNECT_REFUSED;
    for (const share of this.#process(slot).faults.refusals) {
      if (process.rng.chance(share.numerator, share.denominator)) return CONNECT_REFUSED;
    }
    return this.#shakeHands(connection, pod);
  }

  #shakeHands(connection: number, pod: Pod): number {
    const c = this.#tables.connections.arrays;
    const { source } = pod;
    const { port } = this.#services.address(c.address[connection] ?? 0);
    const speaksTls = source.kind === 'externalHost' && (source.spec.tls || port === HTTPS_PORT);
    const hostname = speaksTls ? source.spec.host : undefined;
    if (hostname === undefined && c.clientTls[connection] === NONE && c.innerTls[connection] === 0) {
      return CONNECT_ACCEPTED;
    }
    const { kind } = assertDefined(this.#tls, 'applications have no TLS yet').serveApplication(connection, hostname);
    if (kind === 'failed') return CONNECT_TLS_FAILED;
    if (kind === 'failsLater') c.doomed[connection] = 1;
    return CONNECT_ACCEPTED;
  }

  serveRequest(leg: number): void {
    const l = this.#tables.legs.arrays;
    const connection = l.connection[leg] ?? 0;
    const slot = podOf(this.#tables.connections.arrays.serverProcess[connection] ?? 0);
    const process = this.#process(slot);
    process.admitted += 1;
    if (process.faults.hung) {
      l.serverContext[leg] = HUNG;
      this.#hung.pushBack(slot, leg);
      return;
    }
    this.#admit(slot, process, leg);
  }

  #admit(slot: number, process: Process, leg: number): void {
    const { model } = this.#registry.application(process.application);
    if (process.busyWorkers < model.workers) {
      this.#startTask(slot, process, leg);
    } else if (this.#queues.size(slot) < model.queueLimit) {
      this.#tables.legs.arrays.serverContext[leg] = WAITING;
      this.#queues.pushBack(slot, leg);
    } else {
      this.#overload(slot, process, leg);
    }
  }

  #overload(slot: number, process: Process, leg: number): void {
    const l = this.#tables.legs.arrays;
    const connection = l.connection[leg] ?? 0;
    process.errors += 1;
    process.completed += 1;
    if (this.#tables.connections.arrays.payload[connection] === PAYLOAD_TCP) {
      this.#connections.closeByServer(connection);
      return;
    }
    const application = this.#registry.application(process.application);
    const grpc = this.#messages.isGrpc(l.request[leg] ?? 0);
    this.#answer(slot, leg, grpc ? application.grpcOverloaded : application.overloaded, 0, 0);
  }

  #startTask(slot: number, process: Process, leg: number): void {
    const l = this.#tables.legs.arrays;
    const request = l.request[leg] ?? 0;
    process.busyWorkers += 1;
    const endpoint = this.#registry.endpointFor(this.#registry.application(process.application), request);
    const frame = this.#frames.allocate(FRAME_TASK, slot, endpoint);
    const f = this.#frames.table.arrays;
    f.servedLeg[frame] = leg;
    f.served[frame] = request;
    f.startNs[frame] = this.#kernel.nowNs;
    f.requestId[frame] = l.requestId[leg] ?? 0;
    f.traceId[frame] = l.traceId[leg] ?? 0;
    f.parentSpan[frame] = l.parentSpan[leg] ?? 0;
    f.span[frame] = this.#spans.nextId();
    l.serverContext[leg] = frame;
    if (endpoint === NONE) {
      const application = this.#registry.application(process.application);
      f.failure[frame] = this.#messages.isGrpc(request) ? application.unimplemented : application.notFound;
    } else {
      for (const { share, status } of process.faults.errors) {
        if (process.rng.chance(share.numerator, share.denominator)) {
          f.failure[frame] = this.#answers.error(request, status);
          break;
        }
      }
    }
    if (f.failure[frame] === NONE) this.#run(frame);
    else this.#finishTask(frame);
  }

  /** Runs a frame's program until it has to wait or ends. */
  #run(frame: number): void {
    const f = this.#frames.table.arrays;
    const slot = f.pod[frame] ?? 0;
    const { program } = this.#registry.endpoint(f.subject[frame] ?? 0);
    for (;;) {
      const pc = f.pc[frame] ?? 0;
      const argument = program.arguments[pc] ?? 0;
      const op = program.ops[pc];
      if (op === OP_COMPUTE) {
        const durationNs = this.#computeNs(slot, program.durations[argument]);
        if (durationNs > 0) {
          const generation = this.#frames.generation(frame);
          this.#kernel.after(durationNs, PRIORITY_TRAFFIC, EVENT_COMPUTE_DONE, frame, generation, 0);
          return;
        }
      } else if (op === OP_CALL) {
        if (this.#startCall(frame, slot, program.calls[argument] ?? 0)) return;
      } else if (op === OP_FORK) {
        this.#fork(frame, program.forks[argument] ?? []);
        return;
      } else {
        this.#end(frame);
        return;
      }
      f.pc[frame] = pc + 1;
    }
  }

  #computeNs(slot: number, duration: Parameters<typeof sampleNs>[0] | undefined): Ns {
    const process = this.#process(slot);
    if (duration === undefined) return 0;
    const { slowFactor, slowExtra } = process.faults;
    let durationNs = sampleNs(duration, process.rng);
    if (slowFactor !== 1) durationNs = Math.round(durationNs * slowFactor);
    for (const extra of slowExtra) durationNs += sampleNs(extra, process.rng);
    return durationNs;
  }

  /** Makes the frame's next call; false when the draw says that it is left out. */
  #startCall(frame: number, slot: number, callNumber: number): boolean {
    const call = this.#registry.call(callNumber);
    if (call.numerator < call.denominator) {
      if (!this.#process(slot).rng.chance(call.numerator, call.denominator)) return false;
    }
    const request = this.#registry.requestOf(call, this.#frames.table.arrays.served[frame] ?? NONE);
    this.#calls.start(frame, callNumber, request);
    return true;
  }

  #fork(parent: number, starts: readonly number[]): void {
    const table = this.#frames.table;
    table.arrays.pendingBranches[parent] = starts.length;
    const branches = starts.map((start) => {
      const branch = this.#frames.allocate(
        FRAME_BRANCH,
        table.arrays.pod[parent] ?? 0,
        table.arrays.subject[parent] ?? 0,
      );
      const f = table.arrays;
      f.pc[branch] = start;
      f.parent[branch] = parent;
      f.served[branch] = f.served[parent] ?? NONE;
      f.requestId[branch] = f.requestId[parent] ?? 0;
      f.traceId[branch] = f.traceId[parent] ?? 0;
      f.span[branch] = f.span[parent] ?? 0;
      f.parentSpan[branch] = f.parentSpan[parent] ?? 0;
      return branch;
    });
    for (const branch of branches) this.#run(branch);
  }

  /** A program has ended: a branch reports to its parent, a task answers. */
  #end(frame: number): void {
    const f = this.#frames.table.arrays;
    const parent = f.parent[frame] ?? NONE;
    if (parent === NONE) {
      this.#finishTask(frame);
      return;
    }
    if (f.failure[parent] === NONE) f.failure[parent] = f.failure[frame] ?? NONE;
    this.#frames.release(frame);
    const pending = (f.pendingBranches[parent] ?? 0) - 1;
    f.pendingBranches[parent] = pending;
    if (pending > 0) return;
    if (f.failure[parent] !== NONE) {
      this.#end(parent);
      return;
    }
    f.pc[parent] = (f.pc[parent] ?? 0) + 1;
    this.#run(parent);
  }

  handleComputeDone(frame: number, generation: number): void {
    if (!this.#frames.isCurrent(frame, generation)) return;
    const f = this.#frames.table.arrays;
    f.pc[frame] = (f.pc[frame] ?? 0) + 1;
    this.#run(frame);
  }

  callFinished(frame: number, call: number, response: number): void {
    const f = this.#frames.table.arrays;
    const kind = f.kind[frame] ?? 0;
    if (kind === FRAME_LOAD || kind === FRAME_PROBE) {
      const owner = assertDefined(this.#requestOwner, 'applications have no owner of requests yet');
      owner.requestFinished(frame, response);
      return;
    }
    const { onError } = this.#registry.call(call);
    if (onError.kind !== 'ignore' && this.#messages.isFailure(response)) {
      f.failure[frame] = this.#answers.afterFailedCall(f.served[frame] ?? 0, response, onError);
      this.#end(frame);
      return;
    }
    f.pc[frame] = (f.pc[frame] ?? 0) + 1;
    this.#run(frame);
  }

  #finishTask(frame: number): void {
    const f = this.#frames.table.arrays;
    const slot = f.pod[frame] ?? 0;
    const leg = f.servedLeg[frame] ?? NONE;
    const process = this.#process(slot);
    let response = f.failure[frame] ?? NONE;
    let bytes = 0;
    let reset: ResponseModel['reset'];
    if (response === NONE) {
      const endpoint = this.#registry.endpoint(f.subject[frame] ?? 0);
      response = this.#answers.draw(process.rng, endpoint);
      bytes = endpoint.model.response.bodyBytes;
      reset = endpoint.model.response.reset;
    }
    process.completed += 1;
    if (this.#messages.isFailure(response)) process.errors += 1;
    process.busyWorkers -= 1;
    this.#taskSpans.end(frame, process, response);
    this.#frames.release(frame);
    if (leg !== NONE && reset === 'beforeHeaders') this.#reset(leg);
    else if (leg !== NONE) this.#answer(slot, leg, response, bytes, reset === undefined ? 0 : MARK_CUT_OFF);
    this.#startWaiting(slot, process);
  }

  #reset(leg: number): void {
    const connection = this.#tables.legs.arrays.connection[leg] ?? 0;
    if (this.#tables.connections.arrays.payload[connection] === PAYLOAD_HTTP2) {
      this.#exchanges.resetByServer(leg, RESET_REMOTE);
    } else {
      this.#connections.closeByServer(connection);
    }
  }

  // biome-ignore lint/complexity/useMaxParams: an answer and where it goes.
  #answer(slot: number, leg: number, response: number, bytes: number, marks: number): void {
    const connection = this.#tables.legs.arrays.connection[leg] ?? 0;
    const { draining } = this.#pods.get(slot);
    if (draining) this.#tables.connections.arrays.draining[connection] = 1;
    this.#exchanges.respond(leg, response, bytes, marks);
  }

  #startWaiting(slot: number, process: Process): void {
    if (process.starting || this.#queues.size(slot) === 0) return;
    const { model } = this.#registry.application(process.application);
    process.starting = true;
    while (process.busyWorkers < model.workers && !process.faults.hung) {
      const leg = this.#queues.popFront(slot);
      if (leg === NONE) break;
      this.#startTask(slot, process, leg);
    }
    process.starting = false;
  }

  dropServedLeg(leg: number): void {
    const l = this.#tables.legs.arrays;
    const context = l.serverContext[leg] ?? NONE;
    if (context >= 0) {
      // An application notices only when it answers: the work goes on.
      this.#frames.table.arrays.servedLeg[context] = NONE;
      return;
    }
    const waited = context === WAITING ? this.#queues.remove(leg) : this.#hung.remove(leg);
    const slot = podOf(this.#tables.connections.arrays.serverProcess[l.connection[leg] ?? 0] ?? 0);
    const process = this.#processes[slot];
    if (waited && process !== undefined) process.abandoned += 1;
  }

  forgetServedConnection(): void {}

  handleConnected(connection: number): void {
    this.#calls.handleConnected(connection);
  }

  handleConnectFailure(connection: number): void {
    this.#calls.handleConnectFailure(connection);
  }

  handleResponse(leg: number): void {
    this.#calls.handleResponse(leg);
  }

  handleReset(leg: number): void {
    this.#calls.handleReset(leg);
  }

  handleClosedByServer(connection: number): void {
    this.#calls.handleClosedByServer(connection);
  }

  /** Faults have changed: whoever was hung and no longer is goes on with what it accepted. */
  handleFaultsChanged(): void {
    this.#processes.forEach((known, slot) => {
      if (known === undefined) return;
      const process = this.#process(slot);
      if (process.faults.hung) return;
      for (let leg = this.#hung.popFront(slot); leg !== NONE; leg = this.#hung.popFront(slot)) {
        this.#admit(slot, process, leg);
      }
      this.#startWaiting(slot, process);
    });
  }

  /** The process dies: what it served and what it asked for is gone, and both ends of its connections learn it. */
  kill(slot: number): void {
    const process = this.#processes[slot];
    if (process !== undefined) {
      process.abandoned += process.busyWorkers + this.queuedRequests(slot);
      process.busyWorkers = 0;
    }
    while (this.#queues.popFront(slot) !== NONE);
    while (this.#hung.popFront(slot) !== NONE);
    this.#abandonFrames(slot);
    const c = this.#tables.connections;
    const self = processOf(slot, ROLE_APPLICATION);
    for (let connection = 0; connection < c.slots.used; connection++) {
      if (!c.isLive(connection)) continue;
      if (c.arrays.serverProcess[connection] === self && c.arrays.serverAccepted[connection] === 1) {
        this.#connections.closeByServer(connection);
      }
      if (c.isLive(connection) && c.arrays.clientProcess[connection] === self) this.#calls.closeConnection(connection);
    }
  }

  #abandonFrames(slot: number): void {
    const { table } = this.#frames;
    const f = table.arrays;
    for (let frame = 0; frame < table.slots.used; frame++) {
      if (!table.isLive(frame) || f.pod[frame] !== slot) continue;
      const kind = f.kind[frame] ?? 0;
      const calling = f.call[frame] !== NONE;
      this.#calls.abandon(frame);
      if (kind === FRAME_LOAD || kind === FRAME_PROBE) {
        // A user of a load who thinks has nothing to lose.
        if (!calling) continue;
        assertDefined(this.#requestOwner, 'applications have no owner of requests yet').requestFinished(frame, NONE);
      } else {
        this.#frames.release(frame);
      }
    }
  }

  busyWorkers(slot: number): number {
    return this.#processes[slot]?.busyWorkers ?? 0;
  }

  queuedRequests(slot: number): number {
    return this.#queues.size(slot) + this.#hung.size(slot);
  }

  completed(slot: number): number {
    return this.#processes[slot]?.completed ?? 0;
  }

  errors(slot: number): number {
    return this.#processes[slot]?.errors ?? 0;
  }

  /** Requests taken in = answered + in work + waiting, per process; and every frame that serves is known to its leg. */
  checkInvariants(): void {
    const { table } = this.#frames;
    const f = table.arrays;
    const l = this.#tables.legs.arrays;
    const tasks = new Map<number, number>();
    for (let frame = 0; frame < table.slots.used; frame++) {
      if (!table.isLive(frame) || f.kind[frame] !== FRAME_TASK) continue;
      const slot = f.pod[frame] ?? 0;
      tasks.set(slot, (tasks.get(slot) ?? 0) + 1);
      const leg = f.servedLeg[frame] ?? NONE;
      assert(leg === NONE || l.serverContext[leg] === frame, 'a request in work and its leg disagree');
    }
    this.#processes.forEach((process, slot) => {
      if (process === undefined) return;
      const { busyWorkers, admitted, completed, abandoned } = process;
      assert(busyWorkers === (tasks.get(slot) ?? 0), 'busy workers do not equal requests in work');
      const waiting = this.queuedRequests(slot);
      assert(admitted === completed + abandoned + busyWorkers + waiting, 'requests got lost in an application');
    });
  }

  save(): ApplicationsState {
    return {
      processes: this.#processes.map((process) =>
        process === undefined
          ? undefined
          : {
              model: this.#registry.application(process.application).model,
              busyWorkers: process.busyWorkers,
              admitted: process.admitted,
              completed: process.completed,
              abandoned: process.abandoned,
              errors: process.errors,
            },
      ),
      queues: this.#queues.save(),
      hung: this.#hung.save(),
    };
  }

  /** Pods, faults and the workload registry must have been restored before. */
  restore(state: ApplicationsState): void {
    this.#processes.length = 0;
    state.processes.forEach((saved, slot) => {
      if (saved === undefined) {
        this.#processes[slot] = undefined;
        return;
      }
      const process = this.#createProcess(slot, this.#registry.compileApplication(saved.model));
      process.busyWorkers = saved.busyWorkers;
      process.admitted = saved.admitted;
      process.completed = saved.completed;
      process.abandoned = saved.abandoned;
      process.errors = saved.errors;
      this.#processes[slot] = process;
    });
    this.#queues.restore(state.queues);
    this.#hung.restore(state.hung);
  }
}
