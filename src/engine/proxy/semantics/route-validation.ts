import type {
  HttpFilterOverride,
  JsonObject,
  JsonValue,
  MirrorPolicy,
  PathMatcher,
  RedirectAction,
  RouteAction,
  RouteConfiguration,
} from '../../../xds';
import { refuse } from './config-error';

/** Rules about the values of single fields that configurations have to keep; each refuses with Envoy's words. */

/** `well_known_regex: HTTP_HEADER_VALUE` and `HTTP_HEADER_NAME`, both with `strict: false`. bufbuild/protoc-gen-validate templates/cc/string.go */
const NO_LINE_BREAK = String.raw`^[^\x00\n\r]*$`;
const LINE_BREAK_CODES: ReadonlySet<number> = new Set([0x00, 0x0a, 0x0d]);

function refuseValue(field: string, reason: string): never {
  return refuse(`Proto constraint validation failed (${field}: ${reason})`);
}

function checkHeaderText(value: string | undefined, field: string): void {
  for (const character of value ?? '') {
    if (LINE_BREAK_CODES.has(character.charCodeAt(0))) {
      refuseValue(field, `value does not match regex pattern "${NO_LINE_BREAK}"`);
    }
  }
}

const SEPARATED_PREFIX = '^[^?#]+[^?#/]$';

// envoyproxy/envoy api/envoy/config/route/v3/route_components.proto RouteMatch.path_separated_prefix
export function checkPath(path: PathMatcher): void {
  if (path.kind !== 'pathSeparatedPrefix' || /^[^?#]+[^?#/]$/.test(path.value)) return;
  refuseValue(
    'RouteMatchValidationError.PathSeparatedPrefix',
    `value does not match regex pattern "${SEPARATED_PREFIX}"`,
  );
}

// envoyproxy/envoy source/common/router/config_impl.cc validateMirrorClusterSpecifier
export function checkMirrorPolicies(policies: readonly MirrorPolicy[]): void {
  for (const { cluster, clusterHeader = '' } of policies) {
    checkHeaderText(clusterHeader, 'RequestMirrorPolicyValidationError.ClusterHeader');
    if (cluster !== '' && clusterHeader !== '') {
      refuse(
        `Only one of cluster '${cluster}' or cluster_header '${clusterHeader}' in request mirror policy can be specified`,
      );
    }
    if (cluster === '' && clusterHeader === '') {
      refuse('Exactly one of cluster or cluster_header in request mirror policy need to be specified');
    }
  }
}

// envoyproxy/envoy source/common/router/config_impl.cc RouteEntryImplBase::RouteEntryImplBase
function checkUpgrades(action: RouteAction): void {
  const seen = new Set<string>();
  const upgrades: readonly { readonly upgradeType: string; readonly extra?: JsonObject }[] = [
    ...action.upgradeTypes.map((upgradeType) => ({ upgradeType })),
    ...(action.otherUpgrades ?? []),
  ];
  for (const { upgradeType, extra } of upgrades) {
    if (upgradeType === '') {
      refuseValue('UpgradeConfigValidationError.UpgradeType', 'value length must be at least 1 characters');
    }
    const type = upgradeType.toLowerCase();
    if (seen.has(type)) refuse(`Duplicate upgrade ${upgradeType}`);
    seen.add(type);
    if (extra?.['connectConfig'] !== undefined && type !== 'connect' && type !== 'connect-udp') {
      refuse(`Non-CONNECT upgrade type ${upgradeType} has ConnectConfig`);
    }
  }
}

// envoyproxy/envoy source/common/router/config_impl.cc InternalRedirectPolicyImpl::InternalRedirectPolicyImpl
function checkInternalRedirect(action: RouteAction): void {
  for (const header of action.internalRedirectPolicy?.responseHeadersToCopy ?? []) {
    if (header.startsWith(':') || header.toLowerCase() === 'host') {
      refuse(':-prefixed headers or Hosts may not be specified here.');
    }
  }
}

/** The plug-in that a route names has to be one of the configuration. */
// envoyproxy/envoy source/common/router/config_impl.cc CommonConfigImpl::clusterSpecifierPlugin
function checkPlugin(action: RouteAction, configuration: RouteConfiguration): void {
  const { cluster } = action;
  if (cluster.kind !== 'plugin' || cluster.inline !== undefined) return;
  if (configuration.clusterSpecifierPlugins?.some(({ name }) => name === cluster.name) === true) return;
  refuse(`Unknown cluster specifier plugin name: ${cluster.name} is used in the route`);
}

export function checkRouteAction(action: RouteAction, configuration: RouteConfiguration): void {
  const { pathRewrite, hostRewrite, cluster } = action;
  if (pathRewrite?.kind === 'prefix') checkHeaderText(pathRewrite.value, 'RouteActionValidationError.PrefixRewrite');
  if (hostRewrite?.kind === 'literal') {
    checkHeaderText(hostRewrite.value, 'RouteActionValidationError.HostRewriteLiteral');
  }
  if (hostRewrite?.kind === 'header') {
    checkHeaderText(hostRewrite.header, 'RouteActionValidationError.HostRewriteHeader');
  }
  if (cluster.kind === 'clusterHeader') checkHeaderText(cluster.header, 'RouteActionValidationError.ClusterHeader');
  if (cluster.kind === 'weightedClusters') {
    for (const { clusterHeader } of cluster.clusters) {
      checkHeaderText(clusterHeader, 'ClusterWeightValidationError.ClusterHeader');
    }
  }
  checkPlugin(action, configuration);
  checkUpgrades(action);
  checkInternalRedirect(action);
  checkMirrorPolicies(action.requestMirrorPolicies);
}

export function checkRedirect({ hostRedirect, path }: RedirectAction): void {
  checkHeaderText(hostRedirect, 'RedirectActionValidationError.HostRedirect');
  if (path?.kind === 'path') checkHeaderText(path.value, 'RedirectActionValidationError.PathRedirect');
  if (path?.kind === 'prefixRewrite') checkHeaderText(path.value, 'RedirectActionValidationError.PrefixRewrite');
}

const FILTER_CONFIG = 'envoy.config.route.v3.FilterConfig';
const PROTOBUF_TYPE = /^google\.protobuf\.(?!Struct$|Empty$)/;

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The general wrapper must hold a configuration, and no filter has one of protobuf's own types. */
// envoyproxy/envoy source/common/router/config_impl.cc PerFilterConfigs::PerFilterConfigs, createRouteSpecificFilterConfig
export function checkFilterOverrides(overrides: readonly HttpFilterOverride[]): void {
  for (const override of overrides) {
    if (override.kind !== 'opaque') continue;
    const type = override.typeUrl.slice(override.typeUrl.lastIndexOf('/') + 1);
    const config = isObject(override.config) ? override.config : {};
    if (type === FILTER_CONFIG && config['config'] === undefined && config['disabled'] !== true) {
      refuse(`Empty route/virtual host per filter configuration for ${override.name} filter`);
    }
    if (PROTOBUF_TYPE.test(type)) {
      refuse(`Didn't find a registered implementation for '${override.name}' with type URL: '${type}'`);
    }
  }
}
