import type { Ns } from '../../../base';
import type { RequestView, ResponseView } from './http-message';

const NS_PER_MS = 1_000_000;

/** Marks the number of the try on a request, where the virtual host includes it. */
// envoyproxy/envoy source/common/router/router.cc Filter::decodeHeaders, doRetry
export function withRequestAttemptCount(request: RequestView, attemptCount: number): RequestView {
  return { ...request, headers: request.headers.with('x-envoy-attempt-count', String(attemptCount)) };
}

/** Marks the number of tries made on a response or local reply, where the virtual host includes it. */
// envoyproxy/envoy source/common/router/router.cc modify_headers_
export function withResponseAttemptCount(response: ResponseView, attemptCount: number): ResponseView {
  return { ...response, headers: response.headers.with('x-envoy-attempt-count', String(attemptCount)) };
}

/** Adds the time from the end of the request to the response headers; `suppressEnvoyHeaders` leaves the response as it is. */
// envoyproxy/envoy source/common/router/router.cc Filter::onUpstreamHeaders
export function withUpstreamServiceTime(
  response: ResponseView,
  elapsedNs: Ns,
  suppressEnvoyHeaders: boolean,
): ResponseView {
  if (suppressEnvoyHeaders) return response;
  const elapsedMs = String(Math.floor(elapsedNs / NS_PER_MS));
  return { ...response, headers: response.headers.with('x-envoy-upstream-service-time', elapsedMs) };
}
