import { compareStrings } from '../../../../base';
import {
  type HeaderMatcher,
  headerMatcher,
  type MetadataMatcher,
  type PathMatcher,
  type QueryParameterMatcher,
  queryParameterMatcher,
  type Route,
  type RouteMatch,
  regexMatcher,
  routeMatch,
  type StringMatcher,
  stringMatcher,
} from '../../../../xds';
import type { HttpMatchRequest, StringMatch } from '../../kinds';
import type { Sourced } from '../push-context/http-rule';
import type { RouteSemantics } from '../push-context/virtual-services';

const JWT_CLAIM_PREFIX = '@request.auth.claims';
const JWT_FILTER = 'envoy.filters.http.jwt_authn';
const JWT_PAYLOAD = 'payload';

/** istio/istio pilot/pkg/networking/util/util.go (ConvertToEnvoyMatch) */
export function toStringMatcher(match: StringMatch): StringMatcher | undefined {
  if (match.exact !== undefined) return stringMatcher('exact', match.exact);
  if (match.prefix !== undefined) return stringMatcher('prefix', match.prefix);
  return match.regex === undefined ? undefined : regexMatcher(match.regex);
}

/** An empty condition, and the regular expression `*`, ask only that the value is there. */
function asksForPresence(match: StringMatch): boolean {
  return toStringMatcher(match) === undefined || match.regex === '*';
}

function toHeaderMatcher(name: string, match: StringMatch): HeaderMatcher {
  const text = asksForPresence(match) ? undefined : toStringMatcher(match);
  return headerMatcher(name, text ?? { kind: 'present', present: true });
}

/** A header that must not match: when it is missing it counts as empty, unless only its presence was asked for. */
function toAbsenceMatcher(name: string, match: StringMatch): HeaderMatcher {
  const positive = toHeaderMatcher(name, match);
  return { ...positive, invertMatch: true, treatMissingHeaderAsEmpty: !asksForPresence(match) };
}

/** `@request.auth.claims.a.b` or `@request.auth.claims[a][b]`. istio/istio pkg/jwt/routing.go (ToRoutingClaim) */
export function claimPath(name: string): readonly string[] | undefined {
  if (!name.toLowerCase().startsWith(JWT_CLAIM_PREFIX)) return undefined;
  const rest = name.slice(JWT_CLAIM_PREFIX.length);
  if (rest.startsWith('.') && rest.length > 1) return rest.slice(1).split('.');
  if (rest.startsWith('[') && rest.endsWith(']') && rest.length > 2) return rest.slice(1, -1).split('][');
  return undefined;
}

/** A claim is a text or a list that contains it. istio/istio pilot/pkg/security/authz/matcher/metadata.go (MetadataListMatcher) */
function toClaimMatcher(path: readonly string[], match: StringMatch, invert: boolean): MetadataMatcher | undefined {
  const text = toStringMatcher(match);
  if (text === undefined) return undefined;
  return {
    filter: JWT_FILTER,
    path: [JWT_PAYLOAD, ...path],
    value: {
      kind: 'or',
      any: [
        { kind: 'listOneOf', match: { kind: 'string', match: text } },
        { kind: 'string', match: text },
      ],
    },
    invert,
  };
}

function toQueryParameterMatcher(name: string, match: StringMatch): QueryParameterMatcher {
  const text = asksForPresence(match) ? undefined : toStringMatcher(match);
  return queryParameterMatcher(
    name,
    text === undefined ? { kind: 'present', present: true } : { kind: 'string', match: text },
  );
}

/** Gateway API and Ingress mean whole path segments by a prefix; a VirtualService means text. */
function toPathMatcher(match: HttpMatchRequest, semantics: RouteSemantics): PathMatcher {
  const caseSensitive = match.ignoreUriCase !== true;
  const { exact, prefix, regex } = match.uri ?? {};
  if (exact !== undefined) return { kind: 'path', value: exact, caseSensitive };
  if (regex !== undefined) return { kind: 'safeRegex', regex };
  if (prefix === undefined) return { kind: 'prefix', value: '/', caseSensitive };
  if (semantics === 'istio' || prefix === '/') return { kind: 'prefix', value: prefix, caseSensitive };
  const segments = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  return { kind: 'pathSeparatedPrefix', value: segments, caseSensitive };
}

interface HeaderConditions {
  readonly headers: readonly HeaderMatcher[];
  readonly dynamicMetadata: readonly MetadataMatcher[];
}

function headerConditions(match: HttpMatchRequest): HeaderConditions {
  const headers: HeaderMatcher[] = [];
  const dynamicMetadata: MetadataMatcher[] = [];
  const add = (name: string, condition: StringMatch, invert: boolean): void => {
    const claim = claimPath(name);
    const metadata = claim === undefined ? undefined : toClaimMatcher(claim, condition, invert);
    if (metadata !== undefined) dynamicMetadata.push(metadata);
    else headers.push(invert ? toAbsenceMatcher(name, condition) : toHeaderMatcher(name, condition));
  };
  for (const [name, condition] of Object.entries(match.headers ?? {})) add(name, condition, false);
  for (const [name, condition] of Object.entries(match.withoutHeaders ?? {})) add(name, condition, true);
  headers.sort((a, b) => compareStrings(a.name, b.name));
  for (const field of ['method', 'authority', 'scheme'] as const) {
    const condition = match[field];
    if (condition !== undefined) headers.push(toHeaderMatcher(`:${field}`, condition));
  }
  return { headers, dynamicMetadata };
}

/** istio/istio pilot/pkg/networking/core/route/route.go (TranslateRouteMatch) */
export function toRouteMatch(match: Sourced<HttpMatchRequest> | undefined, semantics: RouteSemantics): RouteMatch {
  if (match === undefined) return routeMatch();
  const queryParameters = Object.entries(match.value.queryParams ?? {})
    .sort(([a], [b]) => compareStrings(a, b))
    .map(([name, condition]) => toQueryParameterMatcher(name, condition));
  return routeMatch({
    path: toPathMatcher(match.value, semantics),
    ...headerConditions(match.value),
    queryParameters,
    origin: match.origin,
  });
}

/** Whether nothing can pass this route: later ones are never reached. istio/istio pilot/pkg/networking/core/route/route.go (IsCatchAllRoute) */
export function isCatchAllRoute({ match }: Route): boolean {
  const { path } = match;
  const everything =
    path.kind === 'safeRegex'
      ? path.regex === '.*'
      : (path.kind === 'prefix' || path.kind === 'pathSeparatedPrefix') && path.value === '/';
  return (
    everything && match.headers.length === 0 && match.queryParameters.length === 0 && match.dynamicMetadata.length === 0
  );
}
