import type { ConfigPath, DiagnosticBag, Resource } from '../../../../config';
import type { EnvoyConfigMatch, EnvoyConfigPatch, EnvoyFilterObject } from '../envoy-filter';
import { type Check, createCheck } from './check';
import { checkMetadata, checkWorkloadSelector } from './common';
import { regexProblem } from './http-match';

/** istio/istio pkg/config/validation/envoyfilter/envoyfilter.go (maxProxyVersionLen) */
const PROXY_VERSION_MAX = 1024;
const CONNECTION_MANAGERS: ReadonlySet<string> = new Set([
  'envoy.filters.network.http_connection_manager',
  'envoy.http_connection_manager',
]);

type MatchField = 'listener' | 'routeConfiguration' | 'cluster';

/** What a patch of each sort may be matched by. */
const MATCH_FIELDS: Readonly<Record<string, MatchField>> = {
  LISTENER: 'listener',
  FILTER_CHAIN: 'listener',
  NETWORK_FILTER: 'listener',
  HTTP_FILTER: 'listener',
  ROUTE_CONFIGURATION: 'routeConfiguration',
  VIRTUAL_HOST: 'routeConfiguration',
  HTTP_ROUTE: 'routeConfiguration',
  CLUSTER: 'cluster',
};

/** istio/istio pkg/config/validation/envoyfilter/envoyfilter.go (validateEnvoyFilter), without the patched content */
export function validateEnvoyFilter(resource: Resource<EnvoyFilterObject>, bag: DiagnosticBag): void {
  const check = createCheck(resource, bag);
  checkMetadata(check, resource);
  const { workloadSelector, configPatches = [] } = resource.object.spec ?? {};
  checkWorkloadSelector(check, workloadSelector, ['spec', 'workloadSelector']);
  for (const [index, patch] of configPatches.entries()) checkPatch(check, patch, ['spec', 'configPatches', index]);
}

function checkPatch(check: Check, { applyTo = 'INVALID', match, patch }: EnvoyConfigPatch, path: ConfigPath): void {
  const forWaypoint = match?.context === 'WAYPOINT';
  if (forWaypoint !== (match?.waypoint !== undefined) && match !== undefined) {
    check.report('waypoint-match', [...path, 'match']);
  }
  if (forWaypoint) return;
  const operation = patch?.operation ?? 'INVALID';
  if (applyTo === 'INVALID') check.report('patch-incomplete', path, { field: 'applyTo' });
  else if (operation === 'INVALID') check.report('patch-incomplete', path, { field: 'patch.operation' });
  else if (operation !== 'REMOVE' && patch?.value === undefined) {
    check.report('patch-incomplete', [...path, 'patch'], { field: 'patch.value' });
  }
  if (match !== undefined) checkMatch(check, match, applyTo, [...path, 'match']);
}

function checkMatch(check: Check, match: EnvoyConfigMatch, applyTo: string, path: ConfigPath): void {
  checkProxyVersion(check, match.proxy?.proxyVersion ?? '', [...path, 'proxy', 'proxyVersion']);
  const field = MATCH_FIELDS[applyTo];
  const written = (['listener', 'routeConfiguration', 'cluster'] as const).find((name) => match[name] !== undefined);
  if (field === undefined || written === undefined) return;
  if (written !== field) check.report('patch-match', [...path, written], { applyTo, field });
  else if (field === 'listener') checkFilter(check, match, applyTo, [...path, 'listener', 'filterChain', 'filter']);
}

function checkProxyVersion(check: Check, pattern: string, path: ConfigPath): void {
  if (pattern === '') return;
  if (pattern.length > PROXY_VERSION_MAX) {
    check.report('proxy-version-long', path, { limit: PROXY_VERSION_MAX });
    return;
  }
  const problem = regexProblem(pattern);
  if (problem !== undefined) check.report('regex', path, { problem });
}

function checkFilter(check: Check, match: EnvoyConfigMatch, applyTo: string, path: ConfigPath): void {
  const filter = match.listener?.filterChain?.filter;
  if (filter === undefined) return;
  if (applyTo === 'LISTENER' || applyTo === 'FILTER_CHAIN')
    check.report('filter-match-without-effect', path, { applyTo });
  const name = filter.name ?? '';
  if (name === '') check.report('name-empty', [...path, 'name'], { what: 'The filter' });
  else if (filter.subFilter !== undefined) {
    const at = [...path, 'subFilter'];
    if (applyTo !== 'HTTP_FILTER' || !CONNECTION_MANAGERS.has(name)) check.report('sub-filter', at);
    else if ((filter.subFilter.name ?? '') === '') check.report('name-empty', [...at, 'name'], { what: 'The filter' });
  }
  if (name.startsWith('envoy.') && !name.startsWith('envoy.filters.')) {
    check.report('filter-name-old', [...path, 'name'], { value: name });
  }
}
