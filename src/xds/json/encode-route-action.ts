import { assertNever } from '../../base';
import type { JsonObject } from '../json-value';
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
import { filterOverrideFields } from './encode-filter-overrides';
import { encodeRegexRewrite, headerMutationFields } from './encode-matchers';
import { encodeRateLimit } from './encode-rate-limits';
import { encodeCorsPolicy, encodeHedgePolicy, encodeMirrorPolicy, encodeRetryPolicy } from './encode-retry';
import { NAME, TYPE } from './type-names';
import { duration, each, extension, type Fields, flag, list, message, optionalDuration, text, unless } from './writer';

/** Metadata that selects a subset of a cluster's endpoints. */
export function encodeMetadataMatch(match: Readonly<Record<string, string>> | undefined): JsonObject | undefined {
  return match === undefined ? undefined : { filterMetadata: { 'envoy.lb': match } };
}

function encodeWeightedCluster(cluster: WeightedCluster): JsonObject {
  return message(
    {
      name: text(cluster.name),
      clusterHeader: cluster.clusterHeader,
      weight: cluster.weight,
      metadataMatch: encodeMetadataMatch(cluster.metadataMatch),
      ...headerMutationFields(cluster.headers),
      typedPerFilterConfig: filterOverrideFields(cluster.filterOverrides),
      hostRewriteLiteral: cluster.hostRewriteLiteral,
    },
    cluster.extra,
  );
}

function clusterSpecifierFields(specifier: ClusterSpecifier): Fields {
  switch (specifier.kind) {
    case 'cluster':
      return { cluster: specifier.cluster };
    case 'clusterHeader':
      return { clusterHeader: specifier.header };
    case 'weightedClusters':
      return {
        weightedClusters: message({
          clusters: each(specifier.clusters, encodeWeightedCluster),
          runtimeKeyPrefix: specifier.runtimeKeyPrefix,
          headerName: specifier.headerName,
          useHashPolicy: flag(specifier.useHashPolicy),
        }),
      };
    case 'plugin':
      return specifier.inline === undefined
        ? { clusterSpecifierPlugin: specifier.name }
        : {
            inlineClusterSpecifierPlugin: message({
              extension: { name: specifier.inline.name, typedConfig: specifier.inline.config },
              isOptional: flag(specifier.inline.isOptional),
            }),
          };
    default:
      return assertNever(specifier);
  }
}

function hostRewriteFields(rewrite: HostRewrite | undefined): Fields {
  switch (rewrite?.kind) {
    case undefined:
      return {};
    case 'literal':
      return { hostRewriteLiteral: rewrite.value };
    case 'header':
      return { hostRewriteHeader: rewrite.header };
    case 'pathRegex':
      return { hostRewritePathRegex: encodeRegexRewrite(rewrite.rewrite) };
    case 'formatter':
      return { hostRewrite: rewrite.format };
    case 'auto':
      return { autoHostRewrite: true };
    default:
      return assertNever(rewrite);
  }
}

function pathRewriteFields(rewrite: PathRewrite | undefined): Fields {
  switch (rewrite?.kind) {
    case undefined:
      return {};
    case 'prefix':
      return { prefixRewrite: rewrite.value };
    case 'regex':
      return { regexRewrite: encodeRegexRewrite(rewrite.rewrite) };
    case 'uriTemplate':
      return {
        pathRewritePolicy: extension(NAME.uriTemplateRewrite, TYPE.uriTemplateRewrite, {
          pathTemplateRewrite: rewrite.template,
        }),
      };
    case 'formatter':
      return { pathRewrite: rewrite.format };
    default:
      return assertNever(rewrite);
  }
}

function hashPolicyFields(policy: HashPolicyKind): Fields {
  switch (policy.kind) {
    case 'header':
      return {
        header: message({
          headerName: policy.headerName,
          regexRewrite: policy.regexRewrite && encodeRegexRewrite(policy.regexRewrite),
        }),
      };
    case 'cookie':
      return {
        cookie: message({
          name: policy.name,
          ttl: optionalDuration(policy.ttlNs),
          path: text(policy.path),
          attributes: each(policy.attributes, (attribute) =>
            message({ name: attribute.name, value: text(attribute.value) }),
          ),
        }),
      };
    case 'sourceIp':
      return { connectionProperties: { sourceIp: true } };
    case 'queryParameter':
      return { queryParameter: { name: policy.name } };
    case 'filterState':
      return { filterState: { key: policy.key } };
    default:
      return assertNever(policy);
  }
}

function encodeHashPolicy(policy: HashPolicy): JsonObject {
  return message({ ...hashPolicyFields(policy.policy), terminal: flag(policy.terminal) });
}

/** `upgrade_configs` of a route or a connection manager. */
export function encodeUpgrades(
  types: readonly string[],
  others: readonly UpgradeConfig[] | undefined,
): readonly JsonObject[] | undefined {
  const configs: JsonObject[] = types.map((upgradeType) => ({ upgradeType }));
  for (const other of others ?? []) {
    configs.push(
      message({ upgradeType: other.upgradeType, enabled: unless<boolean>(other.enabled, true) }, other.extra),
    );
  }
  return configs.length === 0 ? undefined : configs;
}

function encodeInternalRedirectPolicy(policy: InternalRedirectPolicy): JsonObject {
  const codes = policy.redirectResponseCodes;
  return message(
    {
      maxInternalRedirects: unless<number>(policy.maxInternalRedirects, 1),
      redirectResponseCodes: codes.length === 1 && codes[0] === 302 ? undefined : list(codes),
      allowCrossSchemeRedirect: flag(policy.allowCrossSchemeRedirect),
      responseHeadersToCopy: list(policy.responseHeadersToCopy),
    },
    policy.extra,
  );
}

function encodeMaxStreamDuration(limits: NonNullable<RouteAction['maxStreamDuration']>): JsonObject {
  return message({
    maxStreamDuration: optionalDuration(limits.maxStreamDurationNs),
    grpcTimeoutHeaderMax: optionalDuration(limits.grpcTimeoutHeaderMaxNs),
    grpcTimeoutHeaderOffset: optionalDuration(limits.grpcTimeoutHeaderOffsetNs),
  });
}

function encodeNotFoundCode(code: number): string | undefined {
  if (code === 404) return 'NOT_FOUND';
  return code === 500 ? 'INTERNAL_SERVER_ERROR' : undefined;
}

export function encodeRouteAction(action: RouteAction): JsonObject {
  return message(
    {
      ...clusterSpecifierFields(action.cluster),
      clusterNotFoundResponseCode: encodeNotFoundCode(action.clusterNotFoundResponseCode),
      metadataMatch: encodeMetadataMatch(action.metadataMatch),
      ...pathRewriteFields(action.pathRewrite),
      ...hostRewriteFields(action.hostRewrite),
      appendXForwardedHost: flag(action.appendXForwardedHost),
      timeout: duration(action.timeoutNs),
      idleTimeout: optionalDuration(action.idleTimeoutNs),
      retryPolicy: action.retryPolicy && encodeRetryPolicy(action.retryPolicy),
      requestMirrorPolicies: each(action.requestMirrorPolicies, encodeMirrorPolicy),
      priority: unless<string>(action.priority, 'DEFAULT'),
      rateLimits: each(action.rateLimits, encodeRateLimit),
      hashPolicy: each(action.hashPolicy, encodeHashPolicy),
      cors: action.corsPolicy && encodeCorsPolicy(action.corsPolicy),
      maxGrpcTimeout: optionalDuration(action.maxGrpcTimeoutNs),
      grpcTimeoutOffset: optionalDuration(action.grpcTimeoutOffsetNs),
      upgradeConfigs: encodeUpgrades(action.upgradeTypes, action.otherUpgrades),
      internalRedirectPolicy:
        action.internalRedirectPolicy && encodeInternalRedirectPolicy(action.internalRedirectPolicy),
      hedgePolicy: action.hedgePolicy && encodeHedgePolicy(action.hedgePolicy),
      maxStreamDuration: action.maxStreamDuration && encodeMaxStreamDuration(action.maxStreamDuration),
    },
    action.extra,
  );
}
