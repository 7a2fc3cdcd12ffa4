import type { HttpRule } from '../compile/push-context/http-rule';
import type { HttpMatchRequest } from '../kinds';

function uriRank({ uri }: HttpMatchRequest): number {
  if (uri?.exact !== undefined) return 3;
  if (uri?.prefix !== undefined) return 2;
  return uri?.regex === undefined ? -1 : 1;
}

function uriLength({ uri }: HttpMatchRequest): number {
  return (uri?.exact ?? uri?.prefix ?? uri?.regex ?? '').length;
}

/** Before 0: `a` is looked at first. */
function compareMatches(a: HttpMatchRequest, b: HttpMatchRequest): number {
  const count = (values: object | undefined): number => Object.keys(values ?? {}).length;
  return (
    uriRank(b) - uriRank(a) ||
    uriLength(b) - uriLength(a) ||
    Number(b.method !== undefined) - Number(a.method !== undefined) ||
    count(b.headers) - count(a.headers) ||
    count(b.queryParams) - count(a.queryParams)
  );
}

/**
 * The most specific match first; among equals the order of the rules. A rule without a match comes last.
 * istio/istio pilot/pkg/config/kube/gateway/conversion.go (sortHTTPRoutes)
 */
export function inOrderOfPrecedence(rules: readonly HttpRule[]): readonly HttpRule[] {
  return [...rules].sort((a, b) => {
    const [first] = a.matches;
    const [second] = b.matches;
    if (first === undefined || second === undefined) return Number(first === undefined) - Number(second === undefined);
    return compareMatches(first.value, second.value);
  });
}
