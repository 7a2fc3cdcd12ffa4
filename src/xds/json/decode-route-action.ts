import type {
  ClusterSpecifier,
  HashPolicy,
  HashPolicyKind,
  HostRewrite,
  InternalRedirectPolicy,
  PathRewrite,
  RouteAction,
  UpgradeConfig,
  WeightedCluster,
} from '../routes';
import { filterOverridesOf } from './decode-filter-overrides';
import { readHeaderMutations, readRegexRewrite, readUriTemplate } from './decode-matchers';
import { metadataMatchOf } from './decode-metadata';
import { readClusterSpecifierPlugin } from './decode-plugins';
import { rateLimitsOf } from './decode-rate-limits';
import { corsPolicyOf, hedgePolicyOf, mirrorPoliciesOf, retryPolicyOf } from './decode-retry';
import type { MessageReader } from './reader';
import { TYPE } from './type-names';

/** Envoy's default of `RouteAction.timeout`. */
const DEFAULT_TIMEOUT_NS = 15_000_000_000;

function readWeightedCluster(reader: MessageReader): WeightedCluster {
  const clusterHeader = reader.text('clusterHeader');
  const hostRewriteLiteral = reader.optionalText('hostRewriteLiteral');
  const metadataMatch = metadataMatchOf(reader);
  if (!reader.has('weight')) reader.problem('weight', 'is missing');
  return {
    name: reader.text('name'),
    weight: reader.count('weight'),
    headers: readHeaderMutations(reader),
    filterOverrides: filterOverridesOf(reader, 'typedPerFilterConfig'),
    ...(clusterHeader === '' ? {} : { clusterHeader }),
    ...(hostRewriteLiteral === undefined ? {} : { hostRewriteLiteral }),
    ...(metadataMatch === undefined ? {} : { metadataMatch }),
    ...reader.extra(),
  };
}

const CLUSTER_SPECIFIERS = [
  'cluster',
  'clusterHeader',
  'weightedClusters',
  'clusterSpecifierPlugin',
  'inlineClusterSpecifierPlugin',
] as const;

function readClusterSpecifier(reader: MessageReader): ClusterSpecifier {
  reader.oneOf(CLUSTER_SPECIFIERS);
  const cluster = reader.optionalText('cluster');
  if (cluster !== undefined) return { kind: 'cluster', cluster };
  const header = reader.optionalText('clusterHeader');
  if (header !== undefined) return { kind: 'clusterHeader', header };
  const weighted = reader.message('weightedClusters', 'envoy.config.route.v3.WeightedCluster');
  if (weighted !== undefined) {
    const runtimeKeyPrefix = weighted.text('runtimeKeyPrefix');
    const headerName = weighted.text('headerName');
    // The sum of the weights counts, whatever the deprecated total says.
    weighted.keep('totalWeight');
    return {
      kind: 'weightedClusters',
      clusters: weighted
        .messages('clusters', 'envoy.config.route.v3.WeightedCluster.ClusterWeight')
        .map(readWeightedCluster),
      useHashPolicy: weighted.wrappedFlag('useHashPolicy', false),
      ...(runtimeKeyPrefix === '' ? {} : { runtimeKeyPrefix }),
      ...(headerName === '' ? {} : { headerName }),
    };
  }
  const inline = reader.message('inlineClusterSpecifierPlugin', 'envoy.config.route.v3.ClusterSpecifierPlugin');
  if (inline !== undefined) {
    const plugin = readClusterSpecifierPlugin(inline);
    return { kind: 'plugin', name: plugin.name, inline: plugin };
  }
  const plugin = reader.optionalText('clusterSpecifierPlugin');
  if (plugin !== undefined) return { kind: 'plugin', name: plugin };
  reader.problem('clusterSpecifier', 'is required');
  return { kind: 'cluster', cluster: '' };
}

const HOST_REWRITES = [
  'hostRewriteLiteral',
  'hostRewriteHeader',
  'hostRewritePathRegex',
  'hostRewrite',
  'autoHostRewrite',
] as const;

function readHostRewrite(reader: MessageReader): HostRewrite | undefined {
  reader.oneOf(HOST_REWRITES);
  const literal = reader.optionalText('hostRewriteLiteral');
  if (literal !== undefined) return { kind: 'literal', value: literal };
  const header = reader.optionalText('hostRewriteHeader');
  if (header !== undefined) return { kind: 'header', header };
  const regex = reader.message('hostRewritePathRegex', 'envoy.type.matcher.v3.RegexMatchAndSubstitute');
  if (regex !== undefined) return { kind: 'pathRegex', rewrite: readRegexRewrite(regex) };
  const format = reader.optionalText('hostRewrite');
  if (format !== undefined) return { kind: 'formatter', format };
  return reader.wrappedFlag('autoHostRewrite', false) ? { kind: 'auto' } : undefined;
}

function readPathRewrite(reader: MessageReader): PathRewrite | undefined {
  const rewrites: PathRewrite[] = [];
  const prefix = reader.text('prefixRewrite');
  if (prefix !== '') rewrites.push({ kind: 'prefix', value: prefix });
  const regex = reader.message('regexRewrite', 'envoy.type.matcher.v3.RegexMatchAndSubstitute');
  if (regex !== undefined) rewrites.push({ kind: 'regex', rewrite: readRegexRewrite(regex) });
  const template = readUriTemplate(reader, 'pathRewritePolicy', TYPE.uriTemplateRewrite);
  if (template !== undefined) rewrites.push({ kind: 'uriTemplate', template });
  const format = reader.text('pathRewrite');
  if (format !== '') rewrites.push({ kind: 'formatter', format });
  // envoyproxy/envoy source/common/router/config_impl.cc
  if (rewrites.length > 1) reader.problem('', 'specifies more than one path rewrite');
  return rewrites[0];
}

function readHashPolicyKind(reader: MessageReader): HashPolicyKind | undefined {
  const header = reader.message('header', 'envoy.config.route.v3.RouteAction.HashPolicy.Header');
  if (header !== undefined) {
    const regex = header.message('regexRewrite', 'envoy.type.matcher.v3.RegexMatchAndSubstitute');
    return {
      kind: 'header',
      headerName: header.text('headerName').toLowerCase(),
      ...(regex === undefined ? {} : { regexRewrite: readRegexRewrite(regex) }),
    };
  }
  const cookie = reader.message('cookie', 'envoy.config.route.v3.RouteAction.HashPolicy.Cookie');
  if (cookie !== undefined) {
    const path = cookie.text('path');
    const ttlNs = cookie.optionalDuration('ttl');
    const attributes = cookie
      .messages('attributes')
      .map((attribute) => ({ name: attribute.text('name'), value: attribute.text('value') }));
    return {
      kind: 'cookie',
      name: cookie.text('name'),
      ...(path === '' ? {} : { path }),
      ...(ttlNs === undefined ? {} : { ttlNs }),
      ...(attributes.length === 0 ? {} : { attributes }),
    };
  }
  const connection = reader.message('connectionProperties');
  if (connection?.flag('sourceIp')) return { kind: 'sourceIp' };
  const query = reader.message('queryParameter');
  if (query !== undefined) return { kind: 'queryParameter', name: query.text('name') };
  const filterState = reader.message('filterState');
  return filterState === undefined ? undefined : { kind: 'filterState', key: filterState.text('key') };
}

function hashPoliciesOf(reader: MessageReader): HashPolicy[] {
  const policies: HashPolicy[] = [];
  for (const item of reader.messages('hashPolicy', 'envoy.config.route.v3.RouteAction.HashPolicy')) {
    const policy = readHashPolicyKind(item);
    const terminal = item.flag('terminal');
    if (policy === undefined) item.problem('', 'has no policy specifier');
    else policies.push({ policy, terminal });
    item.finish();
  }
  return policies;
}

/** Upgrades without settings of their own, and the others. */
export function upgradesOf(reader: MessageReader): {
  readonly upgradeTypes: readonly string[];
  readonly otherUpgrades?: readonly UpgradeConfig[];
} {
  const upgradeTypes: string[] = [];
  const otherUpgrades: UpgradeConfig[] = [];
  for (const item of reader.messages('upgradeConfigs')) {
    const upgradeType = item.text('upgradeType');
    const enabled = item.wrappedFlag('enabled', true);
    const rest = item.extra();
    if (enabled && rest.extra === undefined) upgradeTypes.push(upgradeType);
    else otherUpgrades.push({ upgradeType, enabled, ...rest });
  }
  return otherUpgrades.length === 0 ? { upgradeTypes } : { upgradeTypes, otherUpgrades };
}

function internalRedirectPolicyOf(reader: MessageReader): InternalRedirectPolicy | undefined {
  const policy = reader.message('internalRedirectPolicy', 'envoy.config.route.v3.InternalRedirectPolicy');
  if (policy === undefined) return undefined;
  const codes = policy.counts('redirectResponseCodes');
  const responseHeadersToCopy = policy.texts('responseHeadersToCopy');
  return {
    maxInternalRedirects: policy.wrappedCount('maxInternalRedirects', 1),
    redirectResponseCodes: codes.length === 0 ? [302] : codes,
    allowCrossSchemeRedirect: policy.flag('allowCrossSchemeRedirect'),
    ...(responseHeadersToCopy.length === 0 ? {} : { responseHeadersToCopy }),
    ...policy.extra(),
  };
}

function maxStreamDurationOf(reader: MessageReader): RouteAction['maxStreamDuration'] {
  const limits = reader.message('maxStreamDuration', 'envoy.config.route.v3.RouteAction.MaxStreamDuration');
  if (limits === undefined) return undefined;
  const maxStreamDurationNs = limits.optionalDuration('maxStreamDuration');
  const grpcTimeoutHeaderMaxNs = limits.optionalDuration('grpcTimeoutHeaderMax');
  const grpcTimeoutHeaderOffsetNs = limits.optionalDuration('grpcTimeoutHeaderOffset');
  return {
    ...(maxStreamDurationNs === undefined ? {} : { maxStreamDurationNs }),
    ...(grpcTimeoutHeaderMaxNs === undefined ? {} : { grpcTimeoutHeaderMaxNs }),
    ...(grpcTimeoutHeaderOffsetNs === undefined ? {} : { grpcTimeoutHeaderOffsetNs }),
  };
}

/** api/envoy/config/route/v3/route_components.proto RouteAction.ClusterNotFoundResponseCode */
const CLUSTER_NOT_FOUND_CODES = { SERVICE_UNAVAILABLE: 503, NOT_FOUND: 404, INTERNAL_SERVER_ERROR: 500 } as const;

type OptionalPart = Pick<
  RouteAction,
  | 'idleTimeoutNs'
  | 'maxStreamDuration'
  | 'maxGrpcTimeoutNs'
  | 'grpcTimeoutOffsetNs'
  | 'retryPolicy'
  | 'hedgePolicy'
  | 'hostRewrite'
  | 'pathRewrite'
  | 'metadataMatch'
  | 'corsPolicy'
  | 'rateLimits'
  | 'internalRedirectPolicy'
>;

function readOptionalPart(reader: MessageReader): OptionalPart {
  const idleTimeoutNs = reader.optionalDuration('idleTimeout');
  const maxStreamDuration = maxStreamDurationOf(reader);
  const maxGrpcTimeoutNs = reader.optionalDuration('maxGrpcTimeout');
  const grpcTimeoutOffsetNs = reader.optionalDuration('grpcTimeoutOffset');
  const retryPolicy = retryPolicyOf(reader, 'retryPolicy');
  const hedgePolicy = hedgePolicyOf(reader, 'hedgePolicy');
  const hostRewrite = readHostRewrite(reader);
  const pathRewrite = readPathRewrite(reader);
  const metadataMatch = metadataMatchOf(reader);
  const corsPolicy = corsPolicyOf(reader, 'cors');
  const rateLimits = rateLimitsOf(reader, 'rateLimits');
  const internalRedirectPolicy = internalRedirectPolicyOf(reader);
  return {
    ...(idleTimeoutNs === undefined ? {} : { idleTimeoutNs }),
    ...(maxStreamDuration === undefined ? {} : { maxStreamDuration }),
    ...(maxGrpcTimeoutNs === undefined ? {} : { maxGrpcTimeoutNs }),
    ...(grpcTimeoutOffsetNs === undefined ? {} : { grpcTimeoutOffsetNs }),
    ...(retryPolicy === undefined ? {} : { retryPolicy }),
    ...(hedgePolicy === undefined ? {} : { hedgePolicy }),
    ...(hostRewrite === undefined ? {} : { hostRewrite }),
    ...(pathRewrite === undefined ? {} : { pathRewrite }),
    ...(metadataMatch === undefined ? {} : { metadataMatch }),
    ...(corsPolicy === undefined ? {} : { corsPolicy }),
    ...(rateLimits.length === 0 ? {} : { rateLimits }),
    ...(internalRedirectPolicy === undefined ? {} : { internalRedirectPolicy }),
  };
}

export function readRouteAction(reader: MessageReader): RouteAction {
  const notFound = reader.choice('clusterNotFoundResponseCode', [
    'SERVICE_UNAVAILABLE',
    'NOT_FOUND',
    'INTERNAL_SERVER_ERROR',
  ]);
  return {
    cluster: readClusterSpecifier(reader),
    clusterNotFoundResponseCode: CLUSTER_NOT_FOUND_CODES[notFound],
    timeoutNs: reader.optionalDuration('timeout') ?? DEFAULT_TIMEOUT_NS,
    appendXForwardedHost: reader.flag('appendXForwardedHost'),
    requestMirrorPolicies: mirrorPoliciesOf(reader, 'requestMirrorPolicies'),
    hashPolicy: hashPoliciesOf(reader),
    priority: reader.choice('priority', ['DEFAULT', 'HIGH']),
    ...upgradesOf(reader),
    ...readOptionalPart(reader),
    ...reader.extra(),
  };
}
