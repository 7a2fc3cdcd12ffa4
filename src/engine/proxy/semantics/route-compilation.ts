import { assertNever, err, ok, type Result, utf8ByteLength } from '../../../base';
import type {
  HeaderMutations,
  MirrorPolicy,
  RedirectAction,
  Route,
  RouteAction,
  RouteConfiguration,
  VirtualHost,
} from '../../../xds';
import type {
  CompiledActionKind,
  CompiledHostRewrite,
  CompiledMutationLevel,
  CompiledPathRewrite,
  CompiledRedirect,
  CompiledRoute,
  CompiledRouteAction,
  CompiledRouteConfiguration,
  CompiledVirtualHost,
  CompiledWeightedCluster,
  DomainTable,
  WildcardLength,
} from './compiled-route';
import { ConfigRefusal, refuse } from './config-error';
import { compileHashPolicies } from './hash-policy';
import { compileHeaderMutations } from './header-parser';
import {
  compileFilterStateMatcher,
  compileHeaderMatchers,
  compileMetadataMatcher,
  compileQueryParameterMatcher,
  regexOrRefuse,
} from './matchers';
import { type CompiledPathMatcher, compilePathMatcher } from './path-matcher';
import { compileRetryPolicy } from './retry-policy';
import { compileRouteMatcher } from './route-matcher-tree';
import {
  checkFilterOverrides,
  checkMirrorPolicies,
  checkPath,
  checkRedirect,
  checkRouteAction,
} from './route-validation';
import { type CompiledFormat, compileFormat } from './substitution-format';
import { compileUriTemplateRewrite } from './uri-template';

const MAX_TOTAL_WEIGHT = 4294967295;
const DEFAULT_MAX_DIRECT_RESPONSE_BODY_SIZE_BYTES = 4096;

function compileMutations(headers: HeaderMutations): CompiledMutationLevel {
  return {
    request: compileHeaderMutations(headers.requestToAdd, headers.requestToRemove),
    response: compileHeaderMutations(headers.responseToAdd, headers.responseToRemove),
  };
}

// envoyproxy/envoy source/common/router/weighted_cluster_specifier.cc WeightedClusterSpecifierPlugin
function compileWeightedClusters(action: RouteAction, routeName: string): readonly CompiledWeightedCluster[] {
  if (action.cluster.kind !== 'weightedClusters') return [];
  let total = 0;
  const clusters = action.cluster.clusters.map((source): CompiledWeightedCluster => {
    const header = source.clusterHeader ?? '';
    if (source.name !== '' && header !== '') refuse('Only one of name or cluster_header can be specified');
    if (source.name === '' && header === '') refuse('At least one of name or cluster_header need to be specified');
    total += source.weight;
    if (total > MAX_TOTAL_WEIGHT) {
      refuse(`The sum of weights of all weighted clusters of route ${routeName} exceeds ${MAX_TOTAL_WEIGHT}`);
    }
    const metadataMatch =
      source.metadataMatch === undefined ? action.metadataMatch : { ...action.metadataMatch, ...source.metadataMatch };
    return { source, mutations: compileMutations(source.headers), cumulativeWeight: total, metadataMatch };
  });
  if (total === 0) refuse('Sum of weights in the weighted_cluster must be greater than 0.');
  return clusters;
}

function formatOrRefuse(text: string, what: 'path' | 'host'): CompiledFormat {
  try {
    return compileFormat(text);
  } catch (error) {
    if (error instanceof ConfigRefusal) return refuse(`Failed to create ${what} rewrite formatter: ${error.message}`);
    throw error;
  }
}

function compilePathRewrite(action: RouteAction, path: CompiledPathMatcher): CompiledPathRewrite | undefined {
  const rewrite = action.pathRewrite;
  if (rewrite === undefined) return undefined;
  switch (rewrite.kind) {
    case 'prefix':
      if (path.source.kind === 'uriTemplate') refuse('Cannot use prefix_rewrite with matcher extension');
      return { kind: 'prefix', value: rewrite.value };
    case 'regex':
      return {
        kind: 'regex',
        regex: regexOrRefuse(rewrite.rewrite.regex),
        substitution: rewrite.rewrite.substitution,
      };
    case 'uriTemplate': {
      const substitution = compileUriTemplateRewrite(rewrite.template, path.template);
      return path.regex === undefined ? undefined : { kind: 'regex', regex: path.regex, substitution };
    }
    case 'formatter':
      return { kind: 'formatter', format: formatOrRefuse(rewrite.format, 'path') };
    default:
      return assertNever(rewrite);
  }
}

function compileHostRewrite(action: RouteAction): CompiledHostRewrite | undefined {
  const rewrite = action.hostRewrite;
  if (rewrite?.kind === 'formatter') return { kind: 'formatter', format: formatOrRefuse(rewrite.format, 'host') };
  if (rewrite?.kind !== 'pathRegex') return rewrite;
  const { regex, substitution } = rewrite.rewrite;
  return { kind: 'pathRegex', regex: regexOrRefuse(regex), substitution };
}

function compileRouteAction(
  action: RouteAction,
  route: Route,
  path: CompiledPathMatcher,
  levels: ParentLevels,
): CompiledRouteAction {
  checkRouteAction(action, levels.configuration);
  const weightedClusters = compileWeightedClusters(action, route.name);
  const own = action.requestMirrorPolicies;
  const retryPolicy = action.retryPolicy ?? levels.virtualHost.retryPolicy;
  return {
    source: action,
    weightedClusters,
    totalWeight: weightedClusters.at(-1)?.cumulativeWeight ?? 0,
    pathRewrite: compilePathRewrite(action, path),
    hostRewrite: compileHostRewrite(action),
    hashPolicies: compileHashPolicies(action.hashPolicy),
    retryPolicy: retryPolicy === undefined ? undefined : compileRetryPolicy(retryPolicy),
    hedgePolicy: action.hedgePolicy ?? levels.virtualHost.hedgePolicy,
    mirrorPolicies: own.length > 0 ? own : levels.mirrorPolicies,
  };
}

function compileRedirect(redirect: RedirectAction): CompiledRedirect {
  checkRedirect(redirect);
  const { path } = redirect;
  if (path?.kind === 'prefixRewrite') return { source: redirect, pathRewrite: { kind: 'prefix', value: path.value } };
  if (path?.kind === 'regexRewrite') {
    const { regex, substitution } = path.rewrite;
    return { source: redirect, pathRewrite: { kind: 'regex', regex: regexOrRefuse(regex), substitution } };
  }
  return { source: redirect, pathRewrite: undefined };
}

interface ParentLevels {
  readonly configuration: RouteConfiguration;
  readonly virtualHost: VirtualHost;
  /** Mirror policies that a route without its own inherits. */
  readonly mirrorPolicies: readonly MirrorPolicy[];
  readonly maxDirectResponseBodySizeBytes: number;
}

function compileAction(route: Route, path: CompiledPathMatcher, levels: ParentLevels): CompiledActionKind {
  const { action } = route;
  switch (action.kind) {
    case 'route':
      return { kind: 'route', route: compileRouteAction(action.route, route, path, levels) };
    case 'redirect':
      return { kind: 'redirect', redirect: compileRedirect(action.redirect) };
    case 'directResponse': {
      const bytes = utf8ByteLength(action.directResponse.body ?? '');
      const limit = levels.maxDirectResponseBodySizeBytes;
      if (bytes > limit) refuse(`response body size is ${bytes} bytes; maximum is ${limit}`);
      return action;
    }
    case 'nonForwarding':
      return action;
    default:
      return assertNever(action);
  }
}

function compileRoute(source: Route, index: number, levels: ParentLevels): CompiledRoute {
  checkPath(source.match.path);
  checkFilterOverrides(source.filterOverrides);
  const path = compilePathMatcher(source.match.path);
  return {
    source,
    index,
    path,
    headers: compileHeaderMatchers(source.match.headers),
    queryParameters: source.match.queryParameters.map(compileQueryParameterMatcher),
    metadata: source.match.dynamicMetadata.map(compileMetadataMatcher),
    filterState: (source.match.filterState ?? []).map(compileFilterStateMatcher),
    action: compileAction(source, path, levels),
    mutations: compileMutations(source.headers),
  };
}

function compileVirtualHost(
  source: VirtualHost,
  index: number,
  configuration: RouteConfiguration,
): CompiledVirtualHost {
  checkFilterOverrides(source.filterOverrides);
  checkMirrorPolicies(source.requestMirrorPolicies);
  const levels: ParentLevels = {
    configuration,
    virtualHost: source,
    mirrorPolicies:
      source.requestMirrorPolicies.length > 0 ? source.requestMirrorPolicies : configuration.requestMirrorPolicies,
    maxDirectResponseBodySizeBytes:
      configuration.maxDirectResponseBodySizeBytes ?? DEFAULT_MAX_DIRECT_RESPONSE_BODY_SIZE_BYTES,
  };
  const virtualClusters = source.virtualClusters.map((cluster) => {
    if (cluster.headers.length === 0) refuse("virtual clusters must define 'headers'");
    return { name: cluster.name, headers: compileHeaderMatchers(cluster.headers) };
  });
  const { routes, selectRoutes } = compileRoutes(source, levels);
  return {
    source,
    index,
    routes,
    selectRoutes,
    virtualClusters,
    mutations: compileMutations(source.headers),
    usesRandom: routes.some((route) => route.source.match.runtimeFraction !== undefined),
    usesConnection: routes.some(
      ({ source: { match } }) => match.tlsContext !== undefined || (match.filterState ?? []).length > 0,
    ),
    usesMetadata: routes.some((route) => route.source.match.dynamicMetadata.length > 0),
  };
}

// envoyproxy/envoy source/common/router/config_impl.cc VirtualHostImpl::VirtualHostImpl
function compileRoutes(
  source: VirtualHost,
  levels: ParentLevels,
): Pick<CompiledVirtualHost, 'routes' | 'selectRoutes'> {
  if (source.matcher === undefined) {
    const listed = source.routes.map((route, routeIndex) => compileRoute(route, routeIndex, levels));
    return { routes: listed, selectRoutes: undefined };
  }
  if (source.routes.length > 0) refuse('cannot set both matcher and routes on virtual host');
  const routes: CompiledRoute[] = [];
  const selectRoutes = compileRouteMatcher(source.matcher, (route) => {
    const compiled = compileRoute(route, routes.length, levels);
    routes.push(compiled);
    return compiled;
  });
  return { routes, selectRoutes };
}

class DomainTableBuilder {
  private readonly exact = new Map<string, CompiledVirtualHost>();
  private readonly suffixes = new Map<number, Map<string, CompiledVirtualHost>>();
  private readonly prefixes = new Map<number, Map<string, CompiledVirtualHost>>();
  private any: CompiledVirtualHost | undefined;
  private readonly configurationName: string;

  constructor(configurationName: string) {
    this.configurationName = configurationName;
  }

  // envoyproxy/envoy source/common/router/config_impl.cc RouteMatcher::RouteMatcher
  add(domainText: string, host: CompiledVirtualHost): void {
    const domain = domainText.toLowerCase();
    if (domain === '*') {
      if (this.any !== undefined) {
        refuse(`Only a single wildcard domain is permitted in route ${this.configurationName}`);
      }
      this.any = host;
    } else if (domain.startsWith('*')) {
      this.put(this.ofLength(this.suffixes, domain.length - 1), domain.slice(1), domain, host);
    } else if (domain.endsWith('*')) {
      this.put(this.ofLength(this.prefixes, domain.length - 1), domain.slice(0, -1), domain, host);
    } else {
      this.put(this.exact, domain, domain, host);
    }
  }

  build(): DomainTable {
    return {
      exact: this.exact,
      suffixes: longestFirst(this.suffixes),
      prefixes: longestFirst(this.prefixes),
      any: this.any,
    };
  }

  private ofLength(
    table: Map<number, Map<string, CompiledVirtualHost>>,
    length: number,
  ): Map<string, CompiledVirtualHost> {
    const known = table.get(length);
    if (known !== undefined) return known;
    const hosts = new Map<string, CompiledVirtualHost>();
    table.set(length, hosts);
    return hosts;
  }

  private put(table: Map<string, CompiledVirtualHost>, key: string, domain: string, host: CompiledVirtualHost): void {
    if (table.has(key)) {
      refuse(
        `Only unique values for domains are permitted. Duplicate entry of domain ${domain} in route ${this.configurationName}`,
      );
    }
    table.set(key, host);
  }
}

function longestFirst(table: ReadonlyMap<number, ReadonlyMap<string, CompiledVirtualHost>>): readonly WildcardLength[] {
  return [...table].map(([length, hosts]) => ({ length, hosts })).sort((a, b) => b.length - a.length);
}

// envoyproxy/envoy source/common/router/config_impl.cc RouteEntryImplBase::validateClusters, createAndValidateRoute
function checkClusters(host: CompiledVirtualHost, known: ReadonlySet<string>): void {
  for (const route of host.routes) {
    if (route.action.kind !== 'route') continue;
    const action = route.action.route;
    const specifier = action.source.cluster;
    if (specifier.kind === 'cluster' && !known.has(specifier.cluster)) {
      refuse(`route: unknown cluster '${specifier.cluster}'`);
    }
    for (const { source } of action.weightedClusters) {
      if (source.name !== '' && !known.has(source.name)) refuse(`route: unknown weighted cluster '${source.name}'`);
    }
    for (const mirror of action.mirrorPolicies) {
      if (mirror.cluster !== '' && !known.has(mirror.cluster))
        refuse(`route: unknown shadow cluster '${mirror.cluster}'`);
    }
  }
}

function compileOrThrow(
  source: RouteConfiguration,
  knownClusters: ReadonlySet<string> | undefined,
): CompiledRouteConfiguration {
  const builder = new DomainTableBuilder(source.name);
  const virtualHosts = source.virtualHosts.map((virtualHost, index) => {
    const compiled = compileVirtualHost(virtualHost, index, source);
    if (source.validateClusters && knownClusters !== undefined) checkClusters(compiled, knownClusters);
    for (const domain of virtualHost.domains) builder.add(domain, compiled);
    return compiled;
  });
  return {
    source,
    virtualHosts,
    mutations: compileMutations(source.headers),
    domains: builder.build(),
    usesRandom: virtualHosts.some((host) => host.usesRandom),
    usesConnection: virtualHosts.some((host) => host.usesConnection),
    usesMetadata: virtualHosts.some((host) => host.usesMetadata),
  };
}

/**
 * Compiles a route configuration once, for any number of requests. The error is the message with which Envoy refuses it.
 * `knownClusters` is only looked at where the configuration asks to validate clusters.
 */
export function compileRouteConfiguration(
  source: RouteConfiguration,
  knownClusters?: ReadonlySet<string>,
): Result<CompiledRouteConfiguration, string> {
  try {
    return ok(compileOrThrow(source, knownClusters));
  } catch (error) {
    if (error instanceof ConfigRefusal) return err(error.message);
    throw error;
  }
}
