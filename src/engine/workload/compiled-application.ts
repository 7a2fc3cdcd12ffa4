import { assert, type Ns } from '../../base';
import type { MessageTable } from '../core';
import { GrpcStatus, HeaderMap, type RequestView } from '../proxy/semantics';
import type {
  ApplicationModel,
  ApplicationProtocol,
  CallModel,
  Distribution,
  EndpointModel,
  RequestModel,
  StepModel,
} from './model';

/** Instructions of an endpoint's program. */
export const OP_COMPUTE = 0;
export const OP_CALL = 1;
export const OP_FORK = 2;
/** End of a branch or of the whole program. */
export const OP_END = 3;

/** Steps in a flat form: one instruction per index; `argument` points into the table that the instruction needs. */
export interface Program {
  readonly ops: Uint8Array;
  readonly arguments: Int32Array;
  readonly durations: readonly Distribution[];
  readonly calls: readonly number[];
  readonly forks: readonly (readonly number[])[];
}

/** A request that an application or a load sends, with everything about it that does not change. */
export interface CompiledCall {
  readonly model: RequestModel;
  readonly request: number;
  readonly forwardHeaders: readonly string[];
  /** The served request's trace goes on in the call. */
  readonly propagatesTrace: boolean;
  readonly numerator: number;
  readonly denominator: number;
  readonly timeoutNs: Ns;
  readonly onError: CallModel['onError'];
  /** Number of host, port, protocol and scheme: what a pool of connections is for. */
  readonly destination: number;
  /** Head of the call by head of the served request, where headers are forwarded. */
  readonly byServedRequest: Map<number, number>;
}

export interface CompiledEndpoint {
  readonly model: EndpointModel;
  readonly program: Program;
  readonly protocol: ApplicationProtocol;
  readonly responses: Int32Array;
  readonly cumulativeWeights: Float64Array;
  readonly totalWeight: number;
}

/** Where a call goes, apart from who makes it. */
export interface CallDestination {
  readonly host: string;
  readonly port: number;
  readonly protocol: ApplicationProtocol;
  readonly tls: boolean;
}

export interface CompiledApplication {
  readonly model: ApplicationModel;
  readonly endpoints: readonly number[];
  readonly ports: ReadonlySet<number>;
  /** Answers of the application itself: no such endpoint, no worker and no place in the queue. */
  readonly notFound: number;
  readonly unimplemented: number;
  readonly overloaded: number;
  readonly grpcOverloaded: number;
  /** Endpoint by request head: -1 none, -2 not looked up yet. */
  endpointByRequest: Int32Array;
}

const TRACE_HEADERS: ReadonlySet<string> = new Set([
  'x-request-id',
  'traceparent',
  'b3',
  'x-b3-traceid',
  'x-datadog-trace-id',
  'x-cloud-trace-context',
]);

const UNKNOWN_ENDPOINT = -2;
const NO_ENDPOINT = -1;

/** Sources in the order in which they were compiled: enough to compile them again with the same numbers. */
export interface WorkloadRegistryState {
  readonly sources: readonly WorkloadSource[];
}

type WorkloadSource =
  | { readonly kind: 'application'; readonly model: ApplicationModel }
  | { readonly kind: 'call'; readonly model: CallModel };

/** Compiles models once each; state refers to the results by number. */
export class WorkloadRegistry {
  readonly #messages: MessageTable;
  readonly #applications: CompiledApplication[] = [];
  readonly #applicationNumbers = new Map<ApplicationModel, number>();
  readonly #endpoints: CompiledEndpoint[] = [];
  readonly #calls: CompiledCall[] = [];
  readonly #destinations: CallDestination[] = [];
  readonly #destinationNumbers = new Map<string, number>();
  readonly #sources: WorkloadSource[] = [];

  constructor(messages: MessageTable) {
    this.#messages = messages;
  }

  application(number: number): CompiledApplication {
    return defined(this.#applications[number]);
  }

  endpoint(number: number): CompiledEndpoint {
    return defined(this.#endpoints[number]);
  }

  call(number: number): CompiledCall {
    return defined(this.#calls[number]);
  }

  destination(number: number): CallDestination {
    return defined(this.#destinations[number]);
  }

  compileApplication(model: ApplicationModel): number {
    const known = this.#applicationNumbers.get(model);
    if (known !== undefined) return known;
    this.#sources.push({ kind: 'application', model });
    const endpoints = model.endpoints.map((endpoint) => this.#compileEndpoint(endpoint));
    const number = this.#applications.length;
    this.#applications.push({
      model,
      endpoints,
      ports: new Set(model.ports),
      notFound: this.#messages.internResponse({ status: 404, headers: HeaderMap.empty }),
      unimplemented: this.grpcResponse(GrpcStatus.Unimplemented),
      overloaded: this.#messages.internResponse({ status: 503, headers: HeaderMap.empty }),
      grpcOverloaded: this.grpcResponse(GrpcStatus.Unavailable),
      endpointByRequest: new Int32Array(64).fill(UNKNOWN_ENDPOINT),
    });
    this.#applicationNumbers.set(model, number);
    return number;
  }

  /** A trailers-only response. */
  grpcResponse(grpcStatus: number): number {
    const headers = HeaderMap.of([
      ['content-type', 'application/grpc'],
      ['grpc-status', String(grpcStatus)],
    ]);
    return this.#messages.internResponse({ status: 200, headers });
  }

  #compileEndpoint(model: EndpointModel): number {
    const { outcomes, headers } = model.response;
    assert(outcomes.length > 0, 'an endpoint has at least one outcome');
    const cumulativeWeights = new Float64Array(outcomes.length);
    let totalWeight = 0;
    outcomes.forEach((outcome, index) => {
      totalWeight += outcome.weight;
      cumulativeWeights[index] = totalWeight;
    });
    const responses = outcomes.map(({ status, grpcStatus }) => {
      const grpc: (readonly [string, string])[] =
        model.protocol === 'grpc'
          ? [
              ['content-type', 'application/grpc'],
              ['grpc-status', String(grpcStatus ?? 0)],
            ]
          : [];
      return this.#messages.internResponse({ status, headers: HeaderMap.of([...grpc, ...headers]) });
    });
    const number = this.#endpoints.length;
    this.#endpoints.push({
      model,
      program: this.#compileProgram(model.steps),
      protocol: model.protocol,
      responses: Int32Array.from(responses),
      cumulativeWeights,
      totalWeight,
    });
    return number;
  }

  #compileProgram(steps: readonly StepModel[]): Program {
    const builder: ProgramBuilder = { ops: [], arguments: [], durations: [], calls: [], forks: [] };
    this.#compileSteps(steps, builder);
    return {
      ops: Uint8Array.from(builder.ops),
      arguments: Int32Array.from(builder.arguments),
      durations: builder.durations,
      calls: builder.calls,
      forks: builder.forks,
    };
  }

  /** Writes the steps, then the code of their branches behind them, and returns the index of the first instruction. */
  #compileSteps(steps: readonly StepModel[], builder: ProgramBuilder): number {
    const start = builder.ops.length;
    const pending: { readonly fork: number[]; readonly branches: readonly (readonly StepModel[])[] }[] = [];
    for (const step of steps) {
      if (step.kind === 'compute') {
        builder.ops.push(OP_COMPUTE);
        builder.arguments.push(builder.durations.push(step.duration) - 1);
      } else if (step.kind === 'call') {
        builder.ops.push(OP_CALL);
        builder.arguments.push(builder.calls.push(this.#compileCall(step.call)) - 1);
      } else if (step.branches.length > 0) {
        const fork: number[] = [];
        builder.ops.push(OP_FORK);
        builder.arguments.push(builder.forks.push(fork) - 1);
        pending.push({ fork, branches: step.branches });
      }
    }
    builder.ops.push(OP_END);
    builder.arguments.push(0);
    for (const { fork, branches } of pending) {
      for (const branch of branches) fork.push(this.#compileSteps(branch, builder));
    }
    return start;
  }

  /** Compiles a call that belongs to no application: a load's or a probe's. */
  compileCall(model: CallModel): number {
    this.#sources.push({ kind: 'call', model });
    return this.#compileCall(model);
  }

  #compileCall(model: CallModel): number {
    const { request } = model;
    const number = this.#calls.length;
    this.#calls.push({
      model: request,
      request: this.#messages.internRequest(requestHead(request)),
      forwardHeaders: model.forwardHeaders.map((name) => name.toLowerCase()),
      propagatesTrace: model.forwardHeaders.some((name) => TRACE_HEADERS.has(name.toLowerCase())),
      numerator: model.probability.numerator,
      denominator: model.probability.denominator,
      timeoutNs: model.timeoutNs,
      onError: model.onError,
      destination: this.#destinationNumber({
        host: request.host,
        port: request.port,
        protocol: request.protocol,
        tls: request.scheme === 'https',
      }),
      byServedRequest: new Map(),
    });
    return number;
  }

  #destinationNumber(destination: CallDestination): number {
    const key = `${destination.protocol}\u0000${destination.tls ? 's' : ''}\u0000${destination.host}\u0000${destination.port}`;
    const known = this.#destinationNumbers.get(key);
    if (known !== undefined) return known;
    const number = this.#destinations.length;
    this.#destinations.push(destination);
    this.#destinationNumbers.set(key, number);
    return number;
  }

  /** The head that a call has when it is made while `served` is being served. */
  requestOf(call: CompiledCall, served: number): number {
    if (call.forwardHeaders.length === 0 || served < 0) return call.request;
    const known = call.byServedRequest.get(served);
    if (known !== undefined) return known;
    const source = this.#messages.request(served).headers;
    const view = this.#messages.request(call.request);
    let { headers } = view;
    for (const name of call.forwardHeaders) {
      if (headers.has(name)) continue;
      for (const value of source.getAll(name)) headers = headers.withAdded(name, value);
    }
    const request = this.#messages.internRequest({ ...view, headers });
    call.byServedRequest.set(served, request);
    return request;
  }

  save(): WorkloadRegistryState {
    return { sources: this.#sources.slice() };
  }

  /** Makes the saved numbers valid here. The registry only grows, so one that already holds them keeps what it has. */
  restore(state: WorkloadRegistryState): void {
    for (const source of state.sources.slice(this.#sources.length)) {
      if (source.kind === 'application') this.compileApplication(source.model);
      else this.compileCall(source.model);
    }
  }

  /** The endpoint that answers a request, or -1. */
  endpointFor(application: CompiledApplication, request: number): number {
    const table = application.endpointByRequest;
    const known = request < table.length ? (table[request] ?? UNKNOWN_ENDPOINT) : UNKNOWN_ENDPOINT;
    return known === UNKNOWN_ENDPOINT ? this.#findEndpoint(application, request) : known;
  }

  #findEndpoint(application: CompiledApplication, request: number): number {
    const view = this.#messages.request(request);
    const path = view.path.split('?', 1)[0] ?? '';
    const grpc = this.#messages.isGrpc(request);
    const found = application.endpoints.find((number) => {
      const { model } = this.endpoint(number);
      if (model.protocol === 'tcp') return view.method === '';
      if (view.method === '' || (model.protocol === 'grpc') !== grpc) return false;
      if (model.method !== '' && model.method !== view.method) return false;
      if (model.headers?.some(([name, value]) => view.headers.first(name) !== value)) return false;
      return model.path.kind === 'exact' ? model.path.value === path : path.startsWith(model.path.value);
    });
    if (request >= application.endpointByRequest.length) {
      const grown = new Int32Array(Math.max(request + 1, application.endpointByRequest.length * 2));
      grown.fill(UNKNOWN_ENDPOINT);
      grown.set(application.endpointByRequest);
      application.endpointByRequest = grown;
    }
    application.endpointByRequest[request] = found ?? NO_ENDPOINT;
    return found ?? NO_ENDPOINT;
  }
}

interface ProgramBuilder {
  readonly ops: number[];
  readonly arguments: number[];
  readonly durations: Distribution[];
  readonly calls: number[];
  readonly forks: number[][];
}

function defined<T>(value: T | undefined): T {
  assert(value !== undefined, 'unknown number in the workload registry');
  return value;
}

/** Bytes without a head (TCP) are a request whose method and path are empty. */
function requestHead(request: RequestModel): RequestView {
  if (request.protocol === 'tcp') {
    return { method: '', scheme: request.scheme, authority: request.host, path: '', headers: HeaderMap.empty };
  }
  return {
    method: request.method,
    scheme: request.scheme,
    authority: request.authority ?? defaultAuthority(request),
    path: request.path,
    headers: HeaderMap.of(request.protocol === 'grpc' ? withGrpcHeaders(request.headers) : request.headers),
  };
}

function defaultAuthority(request: RequestModel): string {
  const ownPort = request.scheme === 'https' ? 443 : 80;
  return request.port === ownPort ? request.host : `${request.host}:${request.port}`;
}

function withGrpcHeaders(headers: RequestModel['headers']): RequestModel['headers'] {
  const has = (name: string): boolean => headers.some(([key]) => key.toLowerCase() === name);
  const grpc: [string, string][] = [];
  if (!has('content-type')) grpc.push(['content-type', 'application/grpc']);
  if (!has('te')) grpc.push(['te', 'trailers']);
  return [...grpc, ...headers];
}
