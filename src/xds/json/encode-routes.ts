import { assertNever } from '../../base';
import type { JsonObject } from '../json-value';
import type {
  ClusterSpecifierPlugin,
  DirectResponseAction,
  RedirectAction,
  Route,
  RouteActionKind,
  RouteConfiguration,
  RouteMatch,
  VirtualCluster,
  VirtualHost,
} from '../routes';
import { textToBase64 } from './base64';
import { filterOverrideFields } from './encode-filter-overrides';
import {
  encodeFilterStateMatcher,
  encodeHeaderMatcher,
  encodeMetadataMatcher,
  encodeQueryParameterMatcher,
  encodeRegexRewrite,
  encodeRuntimeFraction,
  headerMutationFields,
  pathMatcherFields,
} from './encode-matchers';
import { encodeRateLimit } from './encode-rate-limits';
import { encodeCorsPolicy, encodeHedgePolicy, encodeMirrorPolicy, encodeRetryPolicy } from './encode-retry';
import { encodeRouteAction } from './encode-route-action';
import { encodeRouteMatcher } from './encode-route-matcher';
import { count, each, type Fields, flag, list, message, text, unless } from './writer';

/** A Metadata message of untyped metadata only. */
export function encodeMetadata(filterMetadata: JsonObject): JsonObject {
  return { filterMetadata };
}

export function encodeRouteMatch(match: RouteMatch): JsonObject {
  return message(
    {
      ...pathMatcherFields(match.path),
      headers: each(match.headers, encodeHeaderMatcher),
      queryParameters: each(match.queryParameters, encodeQueryParameterMatcher),
      runtimeFraction: match.runtimeFraction && encodeRuntimeFraction(match.runtimeFraction),
      grpc: match.grpc ? {} : undefined,
      tlsContext:
        match.tlsContext && message({ presented: match.tlsContext.presented, validated: match.tlsContext.validated }),
      dynamicMetadata: each(match.dynamicMetadata, encodeMetadataMatcher),
      filterState: each(match.filterState, encodeFilterStateMatcher),
    },
    match.extra,
  );
}

const REDIRECT_CODE_NAMES = {
  301: 'MOVED_PERMANENTLY',
  302: 'FOUND',
  303: 'SEE_OTHER',
  307: 'TEMPORARY_REDIRECT',
  308: 'PERMANENT_REDIRECT',
} as const;

function redirectPathFields(path: RedirectAction['path']): Fields {
  switch (path?.kind) {
    case undefined:
      return {};
    case 'path':
      return { pathRedirect: path.value };
    case 'prefixRewrite':
      return { prefixRewrite: path.value };
    case 'regexRewrite':
      return { regexRewrite: encodeRegexRewrite(path.rewrite) };
    default:
      return assertNever(path);
  }
}

function encodeRedirect(redirect: RedirectAction): JsonObject {
  return message(
    {
      httpsRedirect: flag(redirect.httpsRedirect),
      schemeRedirect: redirect.schemeRedirect,
      hostRedirect: text(redirect.hostRedirect),
      portRedirect: count(redirect.portRedirect),
      ...redirectPathFields(redirect.path),
      responseCode: unless<string>(REDIRECT_CODE_NAMES[redirect.responseCode], 'MOVED_PERMANENTLY'),
      stripQuery: flag(redirect.stripQuery),
    },
    redirect.extra,
  );
}

function encodeDirectResponse(response: DirectResponseAction): JsonObject {
  const { body } = response;
  const source = response.bodyForm === 'inlineBytes' ? 'inlineBytes' : 'inlineString';
  const content = body !== undefined && source === 'inlineBytes' ? textToBase64(body) : body;
  return message(
    {
      status: count(response.status),
      body: content === undefined ? undefined : { [source]: content },
    },
    response.extra,
  );
}

function actionFields(action: RouteActionKind): Fields {
  switch (action.kind) {
    case 'route':
      return { route: encodeRouteAction(action.route) };
    case 'redirect':
      return { redirect: encodeRedirect(action.redirect) };
    case 'directResponse':
      return { directResponse: encodeDirectResponse(action.directResponse) };
    case 'nonForwarding':
      return { nonForwardingAction: {} };
    default:
      return assertNever(action);
  }
}

export function encodeRoute(route: Route): JsonObject {
  // A route whose action nothing simulates carries it in the rest.
  const isForeign = route.action.kind === 'nonForwarding' && route.extra?.['filterAction'] !== undefined;
  return message(
    {
      name: text(route.name),
      match: encodeRouteMatch(route.match),
      ...(isForeign ? {} : actionFields(route.action)),
      metadata: route.metadata && encodeMetadata(route.metadata),
      decorator: route.decoratorOperation === undefined ? undefined : { operation: route.decoratorOperation },
      typedPerFilterConfig: filterOverrideFields(route.filterOverrides),
      ...headerMutationFields(route.headers),
      statPrefix: text(route.statPrefix),
    },
    route.extra,
  );
}

function encodeVirtualCluster(virtualCluster: VirtualCluster): JsonObject {
  return message({ name: text(virtualCluster.name), headers: each(virtualCluster.headers, encodeHeaderMatcher) });
}

export function encodeVirtualHost(host: VirtualHost): JsonObject {
  return message(
    {
      name: text(host.name),
      domains: list(host.domains),
      routes: each(host.routes, encodeRoute),
      matcher: host.matcher && encodeRouteMatcher(host.matcher, encodeRoute),
      requireTls: unless<string>(host.requireTls, 'NONE'),
      virtualClusters: each(host.virtualClusters, encodeVirtualCluster),
      rateLimits: each(host.rateLimits, encodeRateLimit),
      ...headerMutationFields(host.headers),
      cors: host.corsPolicy && encodeCorsPolicy(host.corsPolicy),
      typedPerFilterConfig: filterOverrideFields(host.filterOverrides),
      includeRequestAttemptCount: flag(host.includeRequestAttemptCount),
      includeAttemptCountInResponse: flag(host.includeAttemptCountInResponse),
      retryPolicy: host.retryPolicy && encodeRetryPolicy(host.retryPolicy),
      hedgePolicy: host.hedgePolicy && encodeHedgePolicy(host.hedgePolicy),
      requestMirrorPolicies: each(host.requestMirrorPolicies, encodeMirrorPolicy),
      metadata: host.metadata && encodeMetadata(host.metadata),
    },
    host.extra,
  );
}

export function encodeClusterSpecifierPlugin(plugin: ClusterSpecifierPlugin): JsonObject {
  return message({
    extension: { name: plugin.name, typedConfig: plugin.config },
    isOptional: flag(plugin.isOptional),
  });
}

/** `envoy.config.route.v3.RouteConfiguration` as protojson. */
export function encodeRouteConfiguration(configuration: RouteConfiguration): JsonObject {
  return message(
    {
      name: text(configuration.name),
      virtualHosts: each(configuration.virtualHosts, encodeVirtualHost),
      internalOnlyHeaders: list(configuration.internalOnlyHeaders),
      ...headerMutationFields(configuration.headers),
      mostSpecificHeaderMutationsWins: flag(configuration.mostSpecificHeaderMutationsWins),
      validateClusters: configuration.validateClusters,
      maxDirectResponseBodySizeBytes: configuration.maxDirectResponseBodySizeBytes,
      clusterSpecifierPlugins: each(configuration.clusterSpecifierPlugins, encodeClusterSpecifierPlugin),
      requestMirrorPolicies: each(configuration.requestMirrorPolicies, encodeMirrorPolicy),
      ignorePortInHostMatching: flag(configuration.ignorePortInHostMatching),
      typedPerFilterConfig: filterOverrideFields(configuration.filterOverrides),
    },
    configuration.extra,
  );
}
