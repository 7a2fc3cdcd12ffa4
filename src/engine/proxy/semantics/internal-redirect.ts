import type { InternalRedirectPolicy } from '../../../xds';
import type { HeaderMap } from './header-map';
import type { RequestView, ResponseView } from './http-message';

/** Why a redirect response is passed through instead of being followed. */
export type InternalRedirectRefusal =
  | 'responseCode'
  | 'missingLocation'
  | 'invalidLocation'
  | 'schemeChange'
  | 'tooManyRedirects';

export type InternalRedirectDecision =
  | { readonly kind: 'follow'; readonly request: RequestView }
  | { readonly kind: 'passThrough'; readonly reason: InternalRedirectRefusal };

/** What the redirect depends on beside policy and messages. */
export interface RedirectHistory {
  /** Redirects that were followed before for this downstream request. */
  readonly redirectsSoFar: number;
  /** The downstream connection has no TLS. */
  readonly plaintext: boolean;
}

const ABSOLUTE_URL = /^(https?):\/\/([^/?#]+)([^#]*)/i;

function pass(reason: InternalRedirectRefusal): InternalRedirectDecision {
  return { kind: 'passThrough', reason };
}

/** 303 turns everything but GET and HEAD into a GET without body. */
function redirectedMethod(status: number, method: string): string {
  return status === 303 && method !== 'GET' && method !== 'HEAD' ? 'GET' : method;
}

/** Headers that the policy copies from the redirect response replace those of the request; absent ones are removed. */
function copiedHeaders(policy: InternalRedirectPolicy, headers: HeaderMap, response: ResponseView): HeaderMap {
  let result = headers;
  for (const header of policy.responseHeadersToCopy ?? []) {
    const name = header.toLowerCase();
    result = result.without(name);
    for (const value of response.headers.getAll(name)) result = result.withAdded(name, value);
  }
  return result;
}

/**
 * Whether the proxy follows a redirect response itself. The caller still has to find a route for the new request; without one
 * the response is passed through.
 */
// envoyproxy/envoy source/common/router/router.cc Filter::setupRedirect, convertRequestHeadersForInternalRedirect
export function decideInternalRedirect(
  policy: InternalRedirectPolicy,
  request: RequestView,
  response: ResponseView,
  history: RedirectHistory,
): InternalRedirectDecision {
  if (!policy.redirectResponseCodes.includes(response.status)) return pass('responseCode');
  const location = response.headers.first('location');
  if (location === undefined) return pass('missingLocation');
  const url = ABSOLUTE_URL.exec(location);
  if (url === null) return pass('invalidLocation');
  const scheme = (url[1] ?? '').toLowerCase();
  const isHttp = request.scheme === 'http' || history.plaintext;
  if (!policy.allowCrossSchemeRedirect && isHttp !== (scheme === 'http')) return pass('schemeChange');
  if (history.redirectsSoFar >= policy.maxInternalRedirects) return pass('tooManyRedirects');
  const target = url[3] ?? '';
  const original = `${isHttp ? 'http' : 'https'}://${request.authority}${request.path}`;
  return {
    kind: 'follow',
    request: {
      ...request,
      method: redirectedMethod(response.status, request.method),
      scheme,
      authority: url[2] ?? '',
      path: target.startsWith('/') ? target : `/${target}`,
      headers: copiedHeaders(policy, request.headers, response).with('x-envoy-original-url', original),
    },
  };
}
