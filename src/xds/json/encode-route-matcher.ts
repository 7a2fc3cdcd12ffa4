import { assertNever } from '../../base';
import type { JsonObject } from '../json-value';
import type { Route, RouteMatcher, RouteMatchInput, RouteMatchPredicate, RouteOnMatch } from '../routes';
import { encodeStringMatcher } from './encode-matchers';
import { TYPE } from './type-names';
import { anyOf, each, extension, message, text } from './writer';

/** Encodes a route; given by the caller, since routes and the trees that lead to them contain each other. */
type EncodeRoute = (route: Route) => JsonObject;

function encodeInput(input: RouteMatchInput): JsonObject {
  if (input.kind === 'requestHeader') {
    return extension('request-headers', TYPE.requestHeaderInput, { headerName: input.headerName });
  }
  return message({
    name: text(input.name),
    typedConfig: input.typeUrl === '' ? undefined : anyOf(input.typeUrl, input.config),
  });
}

function encodePredicate(predicate: RouteMatchPredicate): JsonObject {
  switch (predicate.kind) {
    case 'single':
      return {
        singlePredicate: { input: encodeInput(predicate.input), valueMatch: encodeStringMatcher(predicate.match) },
      };
    case 'and':
      return { andMatcher: { predicate: predicate.predicates.map(encodePredicate) } };
    case 'or':
      return { orMatcher: { predicate: predicate.predicates.map(encodePredicate) } };
    case 'not':
      return { notMatcher: encodePredicate(predicate.predicate) };
    case 'opaque':
      return predicate.config;
    default:
      return assertNever(predicate);
  }
}

function encodeOnMatch(onMatch: RouteOnMatch, encodeRoute: EncodeRoute): JsonObject {
  switch (onMatch.kind) {
    case 'route':
      return { action: extension('route', TYPE.route, encodeRoute(onMatch.route)) };
    case 'routeList':
      return { action: extension('route', TYPE.routeList, message({ routes: each(onMatch.routes, encodeRoute) })) };
    case 'matcher':
      return { matcher: encodeRouteMatcher(onMatch.matcher, encodeRoute) };
    case 'opaque':
      return onMatch.config;
    default:
      return assertNever(onMatch);
  }
}

/** `xds.type.matcher.v3.Matcher` of a virtual host. */
export function encodeRouteMatcher(matcher: RouteMatcher, encodeRoute: EncodeRoute): JsonObject {
  if (matcher.kind === 'opaque') return matcher.config;
  const onNoMatch = matcher.onNoMatch && encodeOnMatch(matcher.onNoMatch, encodeRoute);
  if (matcher.kind === 'list') {
    const matchers = matcher.matchers.map((item) => ({
      predicate: encodePredicate(item.predicate),
      onMatch: encodeOnMatch(item.onMatch, encodeRoute),
    }));
    return message({ matcherList: { matchers }, onNoMatch });
  }
  const map = Object.fromEntries(
    matcher.entries.map((entry) => [entry.key, encodeOnMatch(entry.onMatch, encodeRoute)]),
  );
  const field = matcher.kind === 'exactMap' ? 'exactMatchMap' : 'prefixMatchMap';
  return message({ matcherTree: { input: encodeInput(matcher.input), [field]: { map } }, onNoMatch });
}
