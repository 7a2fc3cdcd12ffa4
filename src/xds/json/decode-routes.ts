import type { RouteConfiguration, VirtualCluster, VirtualHost } from '../routes';
import { filterOverridesOf } from './decode-filter-overrides';
import { headerMatchersOf, readHeaderMutations } from './decode-matchers';
import { metadataOf } from './decode-metadata';
import { readClusterSpecifierPlugin } from './decode-plugins';
import { rateLimitsOf } from './decode-rate-limits';
import { corsPolicyOf, hedgePolicyOf, mirrorPoliciesOf, retryPolicyOf } from './decode-retry';
import { readRoute } from './decode-route';
import { readRouteMatcher } from './decode-route-matcher';
import type { MessageReader } from './reader';

function readVirtualCluster(reader: MessageReader): VirtualCluster {
  const virtualCluster = { name: reader.text('name'), headers: headerMatchersOf(reader, 'headers') };
  reader.finish();
  return virtualCluster;
}

export function readVirtualHost(reader: MessageReader): VirtualHost {
  const matcher = reader.message('matcher');
  const retryPolicy = retryPolicyOf(reader, 'retryPolicy');
  const hedgePolicy = hedgePolicyOf(reader, 'hedgePolicy');
  const corsPolicy = corsPolicyOf(reader, 'cors');
  const rateLimits = rateLimitsOf(reader, 'rateLimits');
  const metadata = metadataOf(reader, 'metadata');
  return {
    name: reader.text('name'),
    domains: reader.texts('domains'),
    routes: reader.messages('routes', 'envoy.config.route.v3.Route').map(readRoute),
    requireTls: reader.choice('requireTls', ['NONE', 'EXTERNAL_ONLY', 'ALL']),
    headers: readHeaderMutations(reader),
    virtualClusters: reader.messages('virtualClusters', 'envoy.config.route.v3.VirtualCluster').map(readVirtualCluster),
    requestMirrorPolicies: mirrorPoliciesOf(reader, 'requestMirrorPolicies'),
    includeRequestAttemptCount: reader.flag('includeRequestAttemptCount'),
    includeAttemptCountInResponse: reader.flag('includeAttemptCountInResponse'),
    filterOverrides: filterOverridesOf(reader, 'typedPerFilterConfig'),
    ...(matcher === undefined ? {} : { matcher: readRouteMatcher(matcher) }),
    ...(retryPolicy === undefined ? {} : { retryPolicy }),
    ...(hedgePolicy === undefined ? {} : { hedgePolicy }),
    ...(corsPolicy === undefined ? {} : { corsPolicy }),
    ...(rateLimits.length === 0 ? {} : { rateLimits }),
    ...(metadata === undefined ? {} : { metadata }),
    ...reader.extra(),
  };
}

/**
 * `validateClusters` absent means true in a static configuration and false in a discovered one.
 * envoyproxy/envoy api/envoy/config/route/v3/route.proto
 */
export function readRouteConfiguration(reader: MessageReader, validateByDefault: boolean): RouteConfiguration {
  const maxBody = reader.optionalCount('maxDirectResponseBodySizeBytes');
  const internalOnlyHeaders = reader.texts('internalOnlyHeaders');
  const filterOverrides = filterOverridesOf(reader, 'typedPerFilterConfig');
  const plugins = reader
    .messages('clusterSpecifierPlugins', 'envoy.config.route.v3.ClusterSpecifierPlugin')
    .map(readClusterSpecifierPlugin);
  return {
    name: reader.text('name'),
    virtualHosts: reader.messages('virtualHosts', 'envoy.config.route.v3.VirtualHost').map(readVirtualHost),
    validateClusters: reader.optionalFlag('validateClusters') ?? validateByDefault,
    ignorePortInHostMatching: reader.flag('ignorePortInHostMatching'),
    mostSpecificHeaderMutationsWins: reader.flag('mostSpecificHeaderMutationsWins'),
    headers: readHeaderMutations(reader),
    requestMirrorPolicies: mirrorPoliciesOf(reader, 'requestMirrorPolicies'),
    ...(maxBody === undefined ? {} : { maxDirectResponseBodySizeBytes: maxBody }),
    ...(internalOnlyHeaders.length === 0 ? {} : { internalOnlyHeaders }),
    ...(plugins.length === 0 ? {} : { clusterSpecifierPlugins: plugins }),
    ...(filterOverrides.length === 0 ? {} : { filterOverrides }),
    ...reader.extra(),
  };
}
