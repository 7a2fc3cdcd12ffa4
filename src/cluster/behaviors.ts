import { assert, NS_PER_MS } from '../base';
import {
  type BehaviorBranch,
  type BehaviorCall,
  type BehaviorEndpoint,
  type BehaviorLeafStep,
  type BehaviorResponse,
  type BehaviorSpec,
  type BehaviorStep,
  callOf,
  parseQuantity,
  parseShare,
  parseTargetUrl,
} from '../config';
import type { ApplicationModel, CallModel, EndpointModel, RequestModel, ResponseModel, StepModel } from '../engine';
import { distributionOf, spanNs } from './distributions';

/** Headers that an application passes on by itself so that traces hold together: request id, B3 and W3C. */
export const TRACE_HEADERS: readonly string[] = [
  'x-request-id',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  'b3',
  'traceparent',
  'tracestate',
  'x-ot-span-context',
];

const DEFAULT_RESPONSE_BYTES = 512;
const DEFAULT_ERROR_STATUS = 500;

/** Bytes of a size as written: a number, or a quantity. */
export function bytesOf(size: number | string | undefined, fallback: number): number {
  return size === undefined ? fallback : Math.max(0, Math.round(parseQuantity(size) ?? fallback));
}

/** Headers as the engine wants them: lower-case names, in the order written. */
export function headerPairs(
  headers: Readonly<Record<string, string>> | undefined,
): readonly (readonly [string, string])[] {
  return Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
}

/** A request to a URL that the schema has already checked. */
export function requestTo(
  url: string,
  rest: {
    readonly method?: string | undefined;
    readonly host?: string | undefined;
    readonly headers?: Readonly<Record<string, string>> | undefined;
    readonly body?: number | string | undefined;
  },
): RequestModel {
  const target = parseTargetUrl(url);
  assert(target.ok, 'URLs are checked before they are used');
  const { scheme, protocol, host, port, path } = target.value;
  return {
    protocol,
    scheme,
    method: rest.method ?? (protocol === 'grpc' ? 'POST' : 'GET'),
    host,
    port,
    path: path === '' ? '/' : path,
    ...(rest.host === undefined ? {} : { authority: rest.host }),
    headers: headerPairs(rest.headers),
    bodyBytes: bytesOf(rest.body, 0),
  };
}

function onErrorOf(call: BehaviorCall): CallModel['onError'] {
  switch (call.onError) {
    case 'ignore':
      return { kind: 'ignore' };
    case 'forward':
      return { kind: 'forwardStatus' };
    default:
      return { kind: 'fail', status: call.errorStatus ?? DEFAULT_ERROR_STATUS };
  }
}

function callModel(spec: string | BehaviorCall): CallModel {
  const call = callOf(spec);
  return {
    request: requestTo(call.url, call),
    forwardHeaders: [...TRACE_HEADERS, ...(call.forwardHeaders ?? []).map((name) => name.toLowerCase())],
    probability: call.probability === undefined ? { numerator: 1, denominator: 1 } : parseShare(call.probability),
    timeoutNs: spanNs(call.timeout, 0),
    onError: onErrorOf(call),
  };
}

function leafModel(step: BehaviorLeafStep | BehaviorStep | BehaviorBranch): readonly StepModel[] {
  if (step.compute !== undefined) return [{ kind: 'compute', duration: distributionOf(step.compute) }];
  if (step.call !== undefined) return [{ kind: 'call', call: callModel(step.call) }];
  return [];
}

function branchModel(branch: BehaviorBranch): readonly StepModel[] {
  return branch.sequence === undefined ? leafModel(branch) : branch.sequence.flatMap(leafModel);
}

function stepModel(step: BehaviorStep): readonly StepModel[] {
  if (step.parallel === undefined) return leafModel(step);
  return [{ kind: 'parallel', branches: step.parallel.map(branchModel) }];
}

function responseModel(response: BehaviorResponse | undefined, protocol: BehaviorEndpoint['protocol']): ResponseModel {
  const single = {
    weight: 1,
    status: response?.status ?? 200,
    ...grpcStatus(response?.grpcStatus ?? (protocol === 'grpc' ? 0 : undefined)),
  };
  return {
    outcomes: response?.outcomes?.map((outcome) => ({
      weight: outcome.weight,
      status: outcome.status,
      ...grpcStatus(outcome.grpcStatus),
    })) ?? [single],
    headers: headerPairs(response?.headers),
    bodyBytes: bytesOf(response?.size, DEFAULT_RESPONSE_BYTES),
  };
}

function grpcStatus(status: number | undefined): { readonly grpcStatus?: number } {
  return status === undefined ? {} : { grpcStatus: status };
}

function endpointModel(endpoint: BehaviorEndpoint): EndpointModel {
  const wildcard = endpoint.path.endsWith('*');
  return {
    method: endpoint.method ?? '',
    path: wildcard
      ? { kind: 'prefix', value: endpoint.path.slice(0, -1) || '/' }
      : { kind: 'exact', value: endpoint.path },
    protocol: endpoint.protocol,
    steps: endpoint.steps.flatMap(stepModel),
    response: responseModel(endpoint.response, endpoint.protocol),
  };
}

/** A behaviour in the engine's words. */
export function applicationModel(name: string, spec: BehaviorSpec): ApplicationModel {
  return {
    name,
    workers: spec.workers,
    queueLimit: spec.queue,
    ports: spec.ports ?? [],
    endpoints: spec.endpoints.map(endpointModel),
  };
}

const LEAF_STEPS: readonly StepModel[] = [
  { kind: 'compute', duration: { kind: 'lognormal', medianNs: 3 * NS_PER_MS, sigma: 0.3 } },
];
const LEAF_WORKERS = 16;
const LEAF_QUEUE = 128;

/** What a workload without a behaviour does: it answers everything with 200 after a few milliseconds. */
export function leafApplication(name: string, ports: readonly number[]): ApplicationModel {
  const endpoint = (protocol: EndpointModel['protocol']): EndpointModel => ({
    method: '',
    path: { kind: 'prefix', value: '/' },
    protocol,
    steps: LEAF_STEPS,
    response: {
      outcomes: [{ weight: 1, status: 200, ...grpcStatus(protocol === 'grpc' ? 0 : undefined) }],
      headers: [],
      bodyBytes: DEFAULT_RESPONSE_BYTES,
    },
  });
  return {
    name,
    workers: LEAF_WORKERS,
    queueLimit: LEAF_QUEUE,
    ports,
    endpoints: [endpoint('http'), endpoint('grpc'), endpoint('tcp')],
  };
}
