import {
  grpcStatusOf,
  HeaderMap,
  isGrpcRequest,
  type RequestView,
  type ResponseView,
  requestKey,
  responseKey,
} from '../proxy/semantics';

/** Heads of messages as plain data: method, scheme, authority, path and header fields; status and header fields. */
export interface MessageTableState {
  readonly requests: readonly PlainRequest[];
  readonly responses: readonly PlainResponse[];
}

interface PlainRequest {
  readonly method: string;
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
}

interface PlainResponse {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
}

/** No gRPC status: the response is not one of gRPC, or its status comes in trailers and is 0. */
export const NO_GRPC_STATUS = -1;

const INITIAL_CAPACITY = 256;

/**
 * Interned heads of requests and responses. Equal heads have equal numbers, so decisions about a head can be cached by its
 * number, and a message in flight is one integer. Numbers never enter events: they do not influence a run.
 */
export class MessageTable {
  readonly #requests: RequestView[] = [];
  readonly #requestNumbers = new Map<string, number>();
  readonly #responses: ResponseView[] = [];
  readonly #responseNumbers = new Map<string, number>();
  #grpcRequests = new Uint8Array(INITIAL_CAPACITY);
  #statuses = new Int32Array(INITIAL_CAPACITY);
  #grpcStatuses = new Int32Array(INITIAL_CAPACITY);

  /** Number of distinct request heads seen so far; every request number is below it. */
  get requestCount(): number {
    return this.#requests.length;
  }

  internRequest(view: RequestView): number {
    const key = requestKey(view);
    const known = this.#requestNumbers.get(key);
    if (known !== undefined) return known;
    const number = this.#requests.length;
    this.#requests.push(view);
    this.#requestNumbers.set(key, number);
    if (number === this.#grpcRequests.length) this.#grpcRequests = doubledBytes(this.#grpcRequests);
    this.#grpcRequests[number] = isGrpcRequest(view) ? 1 : 0;
    return number;
  }

  internResponse(view: ResponseView): number {
    const key = responseKey(view);
    const known = this.#responseNumbers.get(key);
    if (known !== undefined) return known;
    const number = this.#responses.length;
    this.#responses.push(view);
    this.#responseNumbers.set(key, number);
    if (number === this.#statuses.length) {
      this.#statuses = doubledIntegers(this.#statuses);
      this.#grpcStatuses = doubledIntegers(this.#grpcStatuses);
    }
    this.#statuses[number] = view.status;
    this.#grpcStatuses[number] = grpcStatusOf(view.headers) ?? NO_GRPC_STATUS;
    return number;
  }

  request(number: number): RequestView {
    return this.#requests[number] ?? EMPTY_REQUEST;
  }

  response(number: number): ResponseView {
    return this.#responses[number] ?? EMPTY_RESPONSE;
  }

  isGrpc(request: number): boolean {
    return this.#grpcRequests[request] === 1;
  }

  /** HTTP status; 0 for a number below zero (no response). */
  status(response: number): number {
    return response < 0 ? 0 : (this.#statuses[response] ?? 0);
  }

  /** A server error of HTTP, or any gRPC status but OK. */
  isFailure(response: number): boolean {
    return this.status(response) >= 500 || response < 0 || this.grpcStatus(response) > 0;
  }

  /** The grpc-status in the headers of the response, or `NO_GRPC_STATUS`. */
  grpcStatus(response: number): number {
    return response < 0 ? NO_GRPC_STATUS : (this.#grpcStatuses[response] ?? NO_GRPC_STATUS);
  }

  save(): MessageTableState {
    return {
      requests: this.#requests.map((view) => ({ ...view, headers: view.headers.entries() })),
      responses: this.#responses.map((view) => ({ status: view.status, headers: view.headers.entries() })),
    };
  }

  /** Makes the saved numbers valid here: a table only grows, so one that already holds them keeps what it has. */
  restore(state: MessageTableState): void {
    state.requests.forEach((plain, number) => {
      if (number >= this.#requests.length) {
        this.internRequest({ ...plain, headers: HeaderMap.of(plain.headers) });
      }
    });
    state.responses.forEach((plain, number) => {
      if (number >= this.#responses.length) {
        this.internResponse({ status: plain.status, headers: HeaderMap.of(plain.headers) });
      }
    });
  }
}

const EMPTY_REQUEST: RequestView = { method: '', scheme: '', authority: '', path: '', headers: HeaderMap.empty };
const EMPTY_RESPONSE: ResponseView = { status: 0, headers: HeaderMap.empty };

function doubledBytes(array: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(array.length * 2);
  copy.set(array);
  return copy;
}

function doubledIntegers(array: Int32Array): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(array.length * 2);
  copy.set(array);
  return copy;
}
