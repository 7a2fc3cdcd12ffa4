import type { ConfigPath } from '../../../config';
import type { BackendReference, GrpcBackendReference, HttpBackendReference } from '../../gateway-api';
import type { Headers, HttpRouteDestination, RouteDestination } from '../kinds';
import { type BackendRequest, toDestination } from './backends';
import { toHeaderOperations } from './filters';

/** Something with a weight, and where it is written. */
interface Placed<T> {
  readonly value: T;
  readonly path: ConfigPath;
}

/** Destinations with the places that they were written at. */
export interface Destinations<T> {
  readonly entries: readonly Placed<T>[];
}

/** Backends of weight 0 take nothing and are left out. */
function withShare<T extends { readonly weight: number }>(
  backends: readonly T[],
  path: ConfigPath,
): readonly Placed<T>[] {
  return backends.flatMap((value, index) => (value.weight === 0 ? [] : [{ value, path: [...path, index] }]));
}

/** A single destination takes everything, which is written as no weight at all. */
function weightOf({ weight }: { readonly weight: number }, count: number): number {
  return count === 1 ? 0 : weight;
}

type FilteredBackend = HttpBackendReference | GrpcBackendReference;

/** Undefined: a filter is not implemented, which is reported. */
function headersOf(
  { context, route }: BackendRequest,
  { filters = [] }: FilteredBackend,
  path: ConfigPath,
): Headers | undefined {
  let headers: Headers = {};
  for (const [index, filter] of filters.entries()) {
    if (filter.type === 'RequestHeaderModifier' && filter.requestHeaderModifier !== undefined) {
      headers = { ...headers, request: toHeaderOperations(filter.requestHeaderModifier) };
    } else if (filter.type === 'ResponseHeaderModifier' && filter.responseHeaderModifier !== undefined) {
      headers = { ...headers, response: toHeaderOperations(filter.responseHeaderModifier) };
    } else {
      context.report(route.ref, 'filter-unsupported', [...path, 'filters', index, 'type'], { type: filter.type });
      return undefined;
    }
  }
  return headers;
}

/** Undefined: the route cannot be translated. istio/istio pilot/pkg/config/kube/gateway/conversion.go (buildHTTPDestination) */
export function toHttpDestinations(
  request: BackendRequest,
  backends: readonly FilteredBackend[],
  path: ConfigPath,
): Destinations<HttpRouteDestination> | undefined {
  const shares = withShare(backends, path);
  const entries: Placed<HttpRouteDestination>[] = [];
  for (const { value, path: at } of shares) {
    const backend = toDestination(request, value, at);
    const headers = headersOf(request, value, at);
    if (backend.kind === 'fatal' || headers === undefined) return undefined;
    const destination: HttpRouteDestination = {
      destination: backend.destination,
      weight: weightOf(value, shares.length),
      ...(Object.keys(headers).length === 0 ? {} : { headers }),
    };
    entries.push({ value: destination, path: at });
  }
  return { entries };
}

/** istio/istio pilot/pkg/config/kube/gateway/conversion.go (buildTCPDestination) */
export function toL4Destinations(
  request: BackendRequest,
  backends: readonly BackendReference[],
  path: ConfigPath,
): readonly RouteDestination[] | undefined {
  const shares = withShare(backends, path);
  const destinations: RouteDestination[] = [];
  for (const { value, path: at } of shares) {
    const backend = toDestination(request, value, at);
    if (backend.kind === 'fatal') return undefined;
    destinations.push({ destination: backend.destination, weight: weightOf(value, shares.length) });
  }
  return destinations;
}
