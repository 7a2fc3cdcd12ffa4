import type { Rng } from '../../base';
import type { MessageTable } from '../core';
import { NONE } from '../network';
import { HeaderMap } from '../proxy/semantics';
import type { CompiledEndpoint, WorkloadRegistry } from './compiled-application';
import type { CallModel } from './model';

/** What applications answer. */
export class Answers {
  readonly #messages: MessageTable;
  readonly #registry: WorkloadRegistry;

  constructor(messages: MessageTable, registry: WorkloadRegistry) {
    this.#messages = messages;
    this.#registry = registry;
  }

  /** An answer of the application with a status of HTTP; gRPC gets the status it maps to. */
  error(request: number, status: number): number {
    if (this.#messages.isGrpc(request)) return this.#registry.grpcResponse(grpcStatusFor(status));
    return this.#messages.internResponse({ status, headers: HeaderMap.empty });
  }

  /** What a failed call makes of the request being served; without a response the status to forward is 503. */
  afterFailedCall(request: number, response: number, onError: CallModel['onError']): number {
    if (onError.kind === 'fail') return this.error(request, onError.status);
    const grpcStatus = this.#messages.grpcStatus(response);
    if (this.#messages.isGrpc(request) && grpcStatus > 0) return this.#registry.grpcResponse(grpcStatus);
    const status = this.#messages.status(response);
    return this.error(request, status >= 500 ? status : 503);
  }

  /** One of an endpoint's responses, by their weights. */
  draw(rng: Rng, { responses, cumulativeWeights, totalWeight }: CompiledEndpoint): number {
    if (responses.length === 1 || totalWeight <= 0) return responses[0] ?? NONE;
    const draw = rng.nextFloat() * totalWeight;
    let index = 0;
    while (index < responses.length - 1 && draw >= (cumulativeWeights[index] ?? 0)) index += 1;
    return responses[index] ?? NONE;
  }
}

// envoyproxy/envoy source/common/grpc/status.cc Utility::httpToGrpcStatus, as applications' own libraries do it.
function grpcStatusFor(status: number): number {
  return status === 500 ? 2 : status >= 502 && status <= 504 ? 14 : 2;
}
