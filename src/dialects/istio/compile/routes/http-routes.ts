import {
  type ClusterSpecifier,
  type ConfigOrigin,
  type HashPolicy,
  type HeaderMutations,
  hostRewriteLiteral,
  type JsonObject,
  type MirrorPolicy,
  mirrorPolicy,
  NO_HEADER_MUTATIONS,
  type Route,
  type RouteAction,
  type RouteActionKind,
  routeAction,
  runtimeFraction,
  type WeightedCluster,
  weightedCluster,
} from '../../../../xds';
import type { Destination, HttpMatchRequest, HttpRoute, HttpRouteDestination } from '../../kinds';
import { configMetadata } from '../config-metadata';
import { durationNs } from '../durations';
import type { Service } from '../model';
import { outboundClusterName } from '../names';
import { isSubset } from '../push-context/endpoint-index';
import type { HttpRule, Sourced } from '../push-context/http-rule';
import { destinationRuleFor } from '../push-context/sidecar-scope';
import type { VirtualService } from '../push-context/virtual-services';
import { toDirectResponse, toRedirect } from './answers';
import { toFilterOverrides, toFractionalPercent } from './filter-overrides';
import { hashForDestination, toHashPolicy } from './hash-policy';
import { concatMutations, type HeaderChanges, toHeaderChanges } from './header-operations';
import { toRetryPolicy } from './retry-policy';
import type { RouteContext } from './route-context';
import { isCatchAllRoute, toRouteMatch } from './route-match';
import { routesKey } from './routes-key';

interface RuleContext extends RouteContext {
  readonly vs: VirtualService;
  readonly rule: HttpRule;
  /** Names the VirtualService on each of its routes. */
  readonly metadata: JsonObject;
}

const NO_TIMEOUT_NS = 0;
const INTERNAL_SERVER_ERROR = 500;

/** istio/istio pilot/pkg/networking/core/route/route.go (GetDestinationCluster) */
export function destinationCluster(destination: Destination, service: Service | undefined, listenPort: number): string {
  if (destination.host === '') return 'UnknownService';
  const host = service?.externalName ?? destination.host;
  const only = service?.ports.length === 1 ? service.ports[0]?.port : undefined;
  const port = destination.port === undefined ? (only ?? listenPort) : (destination.port.number ?? 0);
  return outboundClusterName(host, port, destination.subset ?? '');
}

function clusterOf(destination: Destination, context: RouteContext): string {
  return destinationCluster(destination, context.lookupService(destination.host), context.listenPort);
}

/** Conditions that are settled when the configuration is built. istio/istio pilot/pkg/networking/core/route/route.go (sourceMatchHTTP) */
function appliesHere(match: HttpMatchRequest, context: RouteContext): boolean {
  if ((match.port ?? 0) !== 0 && match.port !== context.listenPort) return false;
  const gateways = match.gateways ?? [];
  if (gateways.length > 0) return gateways.some((gateway) => context.gatewayNames.has(gateway));
  if (!isSubset(match.sourceLabels ?? {}, context.proxy.labels)) return false;
  const namespace = match.sourceNamespace ?? '';
  return namespace === '' || namespace === context.proxy.namespace;
}

/** Where a field of the rule was written: the delegate, or the root that it was taken over from. */
function originOf(rule: HttpRule, field: string): ConfigOrigin {
  return rule.inherited.get(field) ?? { ref: rule.origin.ref, path: [...rule.origin.path, field] };
}

/** The same for an entry of a list. */
function entryOrigin(rule: HttpRule, field: string, index: number): ConfigOrigin {
  const base = originOf(rule, field);
  return rule.inherited.get(`${field}.${index}`) ?? { ref: base.ref, path: [...base.path, index] };
}

/** A share of 0 that was written means no mirroring. istio/istio pilot/pkg/networking/core/route/route.go (MirrorPercent) */
function mirrorShare(route: HttpRoute): MirrorPolicy['runtimeFraction'] | 'none' {
  const whole = route.mirrorPercent ?? route.mirror_percent;
  if (route.mirrorPercentage !== undefined) {
    if ((route.mirrorPercentage.value ?? 0) <= 0) return 'none';
    return runtimeFraction(toFractionalPercent(route.mirrorPercentage));
  }
  if (whole === 0) return 'none';
  return runtimeFraction({ numerator: whole ?? 100, denominator: 100 });
}

function toMirror(cluster: string, share: MirrorPolicy['runtimeFraction'], origin: ConfigOrigin): MirrorPolicy {
  return mirrorPolicy({
    cluster,
    ...(share === undefined ? {} : { runtimeFraction: share }),
    traceSampled: false,
    disableShadowHostSuffixAppend: true,
    origin,
  });
}

function mirrorsOf(context: RuleContext): readonly MirrorPolicy[] {
  const { route } = context.rule;
  const mirrors: MirrorPolicy[] = [];
  if (route.mirror !== undefined) {
    const share = mirrorShare(route);
    if (share !== 'none') {
      mirrors.push(toMirror(clusterOf(route.mirror, context), share, originOf(context.rule, 'mirror')));
    }
  }
  for (const [index, mirror] of (route.mirrors ?? []).entries()) {
    if (mirror.percentage !== undefined && (mirror.percentage.value ?? 0) <= 0) continue;
    const fraction =
      mirror.percentage === undefined
        ? { numerator: 100, denominator: 100 as const }
        : toFractionalPercent(mirror.percentage);
    const origin = entryOrigin(context.rule, 'mirrors', index);
    mirrors.push(toMirror(clusterOf(mirror.destination, context), runtimeFraction(fraction), origin));
  }
  return mirrors;
}

function hashOf(entry: HttpRouteDestination, context: RouteContext): readonly HashPolicy[] {
  const rule = destinationRuleFor(context.scope, entry.destination.host, { outboundLabels: context.proxy.labels });
  return toHashPolicy(hashForDestination(rule, entry.destination));
}

interface Targets {
  readonly cluster: ClusterSpecifier;
  readonly hashPolicy: readonly HashPolicy[];
  /** A single destination adds its changes to those of the route. */
  readonly headers: HeaderChanges | undefined;
  readonly hashed: boolean;
}

function weightedTarget(entry: HttpRouteDestination, context: RuleContext, index: number): WeightedCluster {
  const changes = entry.headers === undefined ? undefined : toHeaderChanges(entry.headers);
  return weightedCluster({
    name: clusterOf(entry.destination, context),
    weight: entry.weight ?? 0,
    headers: changes?.mutations ?? NO_HEADER_MUTATIONS,
    ...(changes === undefined || changes.authority === '' ? {} : { hostRewriteLiteral: changes.authority }),
    origin: entryOrigin(context.rule, 'route', index),
  });
}

/**
 * One destination takes everything, whatever its weight; of several, those of weight 0 are left out.
 * istio/istio pilot/pkg/networking/core/route/route.go (applyHTTPRouteDestination)
 */
function targetsOf(context: RuleContext): Targets {
  const entries = context.rule.route.route ?? [];
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) {
    const hashPolicy = hashOf(only, context);
    return {
      cluster: { kind: 'cluster', cluster: clusterOf(only.destination, context) },
      hashPolicy,
      headers: only.headers === undefined ? undefined : toHeaderChanges(only.headers),
      hashed: hashPolicy.length > 0,
    };
  }
  const weighted = entries.flatMap((entry, index) => ((entry.weight ?? 0) === 0 ? [] : [{ entry, index }]));
  return {
    cluster: {
      kind: 'weightedClusters',
      clusters: weighted.map(({ entry, index }) => weightedTarget(entry, context, index)),
      useHashPolicy: false,
    },
    hashPolicy: weighted.flatMap(({ entry }) => hashOf(entry, context)),
    headers: undefined,
    hashed: false,
  };
}

function quoteRegex(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

function pathRewriteOf(context: RuleContext, prefix: string): Pick<RouteAction, 'pathRewrite'> {
  const { rewrite } = context.rule.route;
  if (rewrite?.uriRegexRewrite !== undefined) {
    const { match = '', rewrite: substitution = '' } = rewrite.uriRegexRewrite;
    return { pathRewrite: { kind: 'regex', rewrite: { regex: match, substitution } } };
  }
  const uri = rewrite?.uri ?? '';
  if (uri === '') return {};
  if (context.vs.semantics === 'gateway-api' && uri === '/') {
    // Taking a whole prefix away must leave a path that still starts with a slash.
    const regex = `^${quoteRegex(prefix)}(/?)(.*)`;
    return { pathRewrite: { kind: 'regex', rewrite: { regex, substitution: '/\\2' } } };
  }
  return { pathRewrite: { kind: 'prefix', value: uri } };
}

interface Forwarding {
  readonly action: RouteActionKind;
  readonly headers: HeaderMutations;
}

/** istio/istio pilot/pkg/networking/core/route/route.go (applyHTTPRouteDestination, processDestination) */
function forward(context: RuleContext, headers: HeaderChanges | undefined, prefix: string): Forwarding {
  const { rule, vs } = context;
  const targets = targetsOf(context);
  const authority = [rule.route.rewrite?.authority, headers?.authority, targets.headers?.authority].find(
    (value) => value !== undefined && value !== '',
  );
  const timeoutNs = durationNs(rule.route.timeout) ?? NO_TIMEOUT_NS;
  const retryPolicy = toRetryPolicy(rule.route.retries, targets.hashed, originOf(rule, 'retries'));
  const own = headers?.mutations ?? NO_HEADER_MUTATIONS;
  return {
    headers: targets.headers === undefined ? own : concatMutations(own, targets.headers.mutations),
    action: {
      kind: 'route',
      route: routeAction(targets.cluster, {
        timeoutNs,
        maxGrpcTimeoutNs: timeoutNs,
        ...(vs.semantics === 'gateway-api' ? { clusterNotFoundResponseCode: INTERNAL_SERVER_ERROR } : {}),
        ...pathRewriteOf(context, prefix),
        ...(authority === undefined ? {} : { hostRewrite: hostRewriteLiteral(authority) }),
        requestMirrorPolicies: mirrorsOf(context),
        hashPolicy: targets.hashPolicy,
        ...(retryPolicy === undefined ? {} : { retryPolicy }),
        origin: originOf(rule, 'route'),
      }),
    },
  };
}

function pathText(route: Route): string {
  const { path } = route.match;
  switch (path.kind) {
    case 'prefix':
      return `${path.value}*`;
    case 'path':
      return path.value;
    case 'safeRegex':
      return path.regex;
    default:
      return '/*';
  }
}

/** Name of the server's span: the destination when there is only one. istio/istio pilot/pkg/networking/core/route/route.go (GetRouteOperation) */
function operationOf(route: Route, context: RuleContext): string {
  const { action } = route;
  const single = action.kind === 'route' && action.route.cluster.kind === 'cluster' ? action.route.cluster.cluster : '';
  const [direction, port, , host] = single.split('|');
  if (direction === 'outbound' && host !== undefined) return `${host}:${port}${pathText(route)}`;
  return `${context.vs.name}:${context.listenPort}${pathText(route)}`;
}

function routeName(rule: HttpRule, match: HttpMatchRequest | undefined): string {
  const name = rule.route.name ?? '';
  const suffix = match?.name ?? '';
  return suffix === '' ? name : `${name}.${suffix}`;
}

/** One match of one rule as a route. istio/istio pilot/pkg/networking/core/route/route.go (TranslateRoute) */
function toRoute(context: RuleContext, match: Sourced<HttpMatchRequest> | undefined): Route {
  const { rule } = context;
  const changes = rule.route.headers === undefined ? undefined : toHeaderChanges(rule.route.headers);
  const routeMatch = toRouteMatch(match, context.vs.semantics);
  const prefix = routeMatch.path.kind === 'pathSeparatedPrefix' ? routeMatch.path.value : '';
  const fixed =
    rule.route.redirect !== undefined
      ? toRedirect(rule.route.redirect, context.listenPort, context.tls)
      : rule.route.directResponse !== undefined
        ? toDirectResponse(rule.route.directResponse)
        : undefined;
  const forwarding = fixed === undefined ? forward(context, changes, prefix) : undefined;
  const statPrefix = match?.value.statPrefix ?? '';
  const route: Route = {
    name: routeName(rule, match?.value),
    match: routeMatch,
    action: fixed ?? forwarding?.action ?? { kind: 'nonForwarding' },
    headers: forwarding?.headers ?? changes?.mutations ?? NO_HEADER_MUTATIONS,
    filterOverrides: toFilterOverrides(rule.route, (field) => originOf(rule, field)),
    ...(statPrefix === '' ? {} : { statPrefix }),
    metadata: context.metadata,
    origin: rule.origin,
  };
  return { ...route, decoratorOperation: operationOf(route, context) };
}

/** The routes of a VirtualService at one port, built once for all who get the same. */
export function buildHttpRoutes(vs: VirtualService, context: RouteContext): readonly Route[] {
  const build = (): readonly Route[] => newHttpRoutes(vs, context);
  return context.memo === undefined ? build() : context.memo.get(routesKey(vs, context), build);
}

/**
 * The routes of a VirtualService at one port, in order; generation stops at the first that takes everything.
 * Empty: no rule applies here, and the VirtualService does not count at all.
 * istio/istio pilot/pkg/networking/core/route/route.go (BuildHTTPRoutesForVirtualService)
 */
function newHttpRoutes(vs: VirtualService, context: RouteContext): readonly Route[] {
  const routes: Route[] = [];
  const metadata = configMetadata({ kind: 'virtual-service', namespace: vs.namespace, name: vs.name });
  for (const rule of vs.http) {
    const ruleContext: RuleContext = { ...context, vs, rule, metadata };
    if (rule.matches.length === 0) {
      routes.push(toRoute(ruleContext, undefined));
      return routes;
    }
    for (const match of rule.matches) {
      if (!appliesHere(match.value, context)) continue;
      const route = toRoute(ruleContext, match);
      routes.push(route);
      if (isCatchAllRoute(route)) return routes;
    }
  }
  return routes;
}
