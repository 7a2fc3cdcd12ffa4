import { assertNever } from '../../../base';
import type { Route, RouteMatcher, RouteMatchInput, RouteMatchPredicate, RouteOnMatch } from '../../../xds';
import type { CompiledRoute, RouteSelector } from './compiled-route';
import { refuse } from './config-error';
import { type RequestView, requestHeader } from './http-message';
import { compileStringMatcher, matchString } from './matchers';

type CompileRoute = (route: Route) => CompiledRoute;
type ReadInput = (request: RequestView) => string | undefined;

const NOWHERE: RouteSelector = () => undefined;

// envoyproxy/envoy source/common/router/config_impl.cc RouteActionValidationVisitor::performDataInputValidation
function compileInput(input: RouteMatchInput): ReadInput {
  if (input.kind === 'other') {
    const violation = `INVALID_ARGUMENT: Route table can only match on request headers, saw ${input.typeUrl}`;
    return refuse(`requirement violation while creating route match tree: ${violation}`);
  }
  const { headerName } = input;
  return (request) => requestHeader(request, headerName);
}

/** A header that is absent fits no value. */
// envoyproxy/envoy source/common/matcher/field_matcher.h
function compilePredicate(predicate: RouteMatchPredicate): (request: RequestView) => boolean {
  switch (predicate.kind) {
    case 'single': {
      const read = compileInput(predicate.input);
      const matcher = compileStringMatcher(predicate.match);
      return (request) => {
        const value = read(request);
        return value !== undefined && matchString(matcher, value);
      };
    }
    case 'and': {
      const parts = predicate.predicates.map(compilePredicate);
      return (request) => parts.every((part) => part(request));
    }
    case 'or': {
      const parts = predicate.predicates.map(compilePredicate);
      return (request) => parts.some((part) => part(request));
    }
    case 'not': {
      const inner = compilePredicate(predicate.predicate);
      return (request) => !inner(request);
    }
    case 'opaque':
      return () => false;
    default:
      return assertNever(predicate);
  }
}

function compileOnMatch(onMatch: RouteOnMatch | undefined, compileRoute: CompileRoute): RouteSelector {
  if (onMatch === undefined) return NOWHERE;
  switch (onMatch.kind) {
    case 'route': {
      const routes = [compileRoute(onMatch.route)];
      return () => routes;
    }
    case 'routeList': {
      const routes = onMatch.routes.map(compileRoute);
      return () => routes;
    }
    case 'matcher':
      return compileRouteMatcher(onMatch.matcher, compileRoute);
    case 'opaque':
      return NOWHERE;
    default:
      return assertNever(onMatch);
  }
}

/** The first branch whose predicate holds and that leads somewhere. */
// envoyproxy/envoy source/common/matcher/list_matcher.h ListMatcher::match
function compileList(matcher: Extract<RouteMatcher, { kind: 'list' }>, compileRoute: CompileRoute): RouteSelector {
  const branches = matcher.matchers.map(({ predicate, onMatch }) => ({
    holds: compilePredicate(predicate),
    select: compileOnMatch(onMatch, compileRoute),
  }));
  const otherwise = compileOnMatch(matcher.onNoMatch, compileRoute);
  return (request) => {
    for (const { holds, select } of branches) {
      const routes = holds(request) ? select(request) : undefined;
      if (routes !== undefined) return routes;
    }
    return otherwise(request);
  };
}

/** An exact key, or the longest prefix that leads somewhere. */
// envoyproxy/envoy source/common/matcher/exact_map_matcher.h, prefix_map_matcher.h
function compileMap(
  matcher: Extract<RouteMatcher, { kind: 'exactMap' | 'prefixMap' }>,
  compileRoute: CompileRoute,
): RouteSelector {
  const read = compileInput(matcher.input);
  const exact = matcher.kind === 'exactMap';
  const branches = matcher.entries
    .map(({ key, onMatch }) => ({ key, select: compileOnMatch(onMatch, compileRoute) }))
    .sort((a, b) => b.key.length - a.key.length);
  const otherwise = compileOnMatch(matcher.onNoMatch, compileRoute);
  return (request) => {
    const value = read(request);
    for (const { key, select } of value === undefined ? [] : branches) {
      const fits = exact ? value === key : value?.startsWith(key);
      const routes = fits === true ? select(request) : undefined;
      if (routes !== undefined) return routes;
    }
    return otherwise(request);
  };
}

/** Compiles the tree of a virtual host; every route in it is compiled in the order in which the tree names it. */
// envoyproxy/envoy source/common/router/config_impl.cc VirtualHostImpl::getRouteFromEntries, RouteMatchActionFactory
export function compileRouteMatcher(matcher: RouteMatcher, compileRoute: CompileRoute): RouteSelector {
  switch (matcher.kind) {
    case 'list':
      return compileList(matcher, compileRoute);
    case 'exactMap':
    case 'prefixMap':
      return compileMap(matcher, compileRoute);
    case 'opaque':
      return NOWHERE;
    default:
      return assertNever(matcher);
  }
}
