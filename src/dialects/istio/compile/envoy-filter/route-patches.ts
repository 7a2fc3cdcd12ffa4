import type { Route, RouteConfiguration, VirtualHost } from '../../../../xds';
import { mergeJson } from './json-merge';
import { changeList } from './lists';
import { isMerge, type Patch, type PatchContext, type ProxyPatches } from './patches';
import { changed, fromPatch, HTTP_ROUTE, ROUTE_CONFIGURATION, VIRTUAL_HOST } from './units';

/** Ports of the gateway's service by the ports that lead to them in its pods. */
export type PortMap = ReadonlyMap<number, ReadonlySet<number>>;

const GATEWAY_HTTPS = /^https\.(\d+)\.([^.]*)\.([^.]*)\.([^.]*)/;
const GATEWAY_HTTP = /^http\.(\d+)/;
const INBOUND = /^inbound\|(\d+)\|/;

interface GatewayRoutes {
  readonly port: number;
  readonly portName: string;
  readonly gateway: string;
}

/** istio/istio pilot/pkg/model/gateway.go (ParseGatewayRDSRouteName) */
function parseGatewayRoutes(name: string): GatewayRoutes {
  const [, port = '', portName = '', gateway = '', namespace = ''] = GATEWAY_HTTPS.exec(name) ?? [];
  if (port !== '') return { port: Number(port), portName, gateway: `${namespace}/${gateway}` };
  return { port: Number(GATEWAY_HTTP.exec(name)?.[1] ?? 0), portName: '', gateway: '' };
}

function sidecarPort(name: string): number {
  const port = Number(INBOUND.exec(name)?.[1] ?? name);
  return Number.isInteger(port) ? port : 0;
}

/** istio/istio pilot/pkg/networking/core/envoyfilter/rc_patch.go (routeConfigurationMatch) */
function configurationMatches(name: string, { match }: Patch, context: PatchContext, ports: PortMap): boolean {
  const wanted = match.routeConfiguration;
  if (wanted === undefined) return true;
  if ((wanted.name ?? '') !== '' && wanted.name !== name) return false;
  const port = wanted.portNumber ?? 0;
  if (context !== 'GATEWAY') return port === 0 || port === sidecarPort(name);
  const routes = parseGatewayRoutes(name);
  const known = ports.get(routes.port);
  return (
    ((wanted.portName ?? '') === '' || wanted.portName === routes.portName) &&
    ((wanted.gateway ?? '') === '' || wanted.gateway === routes.gateway) &&
    (port === 0 || (known === undefined ? routes.port === port : known.has(port)))
  );
}

function hostMatches(host: VirtualHost, { match }: Patch): boolean {
  const { name = '', domainName = '' } = match.routeConfiguration?.vhost ?? {};
  return (name === '' || name === host.name) && (domainName === '' || host.domains.includes(domainName));
}

const ACTIONS: Readonly<Record<string, string>> = {
  route: 'ROUTE',
  redirect: 'REDIRECT',
  directResponse: 'DIRECT_RESPONSE',
};

function routeMatches({ name, action }: Route, { match }: Patch): boolean {
  const wanted = match.routeConfiguration?.vhost?.route;
  if (wanted === undefined) return true;
  if ((wanted.name ?? '') !== '' && wanted.name !== name) return false;
  const kind = ACTIONS[action.kind];
  return wanted.action === undefined || wanted.action === 'ANY' || kind === undefined || kind === wanted.action;
}

function lists({ operation }: Patch): 'append' | 'replace' {
  return operation === 'MERGE_AND_REPLACE_LIST' ? 'replace' : 'append';
}

/** Undefined: it is removed. */
function patchRoute(before: Route, patches: readonly Patch[]): Route | undefined {
  let route = before;
  for (const patch of patches) {
    if (!routeMatches(route, patch)) continue;
    if (patch.operation === 'REMOVE') return undefined;
    if (isMerge(patch)) route = changed(HTTP_ROUTE, route, (json) => mergeJson(json, patch.value, lists(patch)));
  }
  return route;
}

/** istio/istio pilot/pkg/networking/core/envoyfilter/rc_patch.go (patchHTTPRoutes) */
function patchRoutes(before: readonly Route[], patches: readonly Patch[]): readonly Route[] {
  let routes: readonly Route[] = before.flatMap((route) => patchRoute(route, patches) ?? []);
  for (const patch of patches) {
    if (patch.operation === 'REMOVE' || patch.operation === 'REPLACE') continue;
    const hasMatch = patch.match.routeConfiguration?.vhost?.route !== undefined;
    const matches = (route: Route): boolean => routeMatches(route, patch);
    // Even the first place is only taken where the route that is named exists.
    if (patch.operation === 'INSERT_FIRST' && hasMatch && !routes.some(matches)) continue;
    const make = (): Route | undefined => fromPatch(HTTP_ROUTE, patch.value, patch.origin);
    routes = changeList(routes, { patch, hasMatch, matches, make });
  }
  return routes;
}

/** Undefined: it is removed. */
function patchHost(
  before: VirtualHost,
  hostPatches: readonly Patch[],
  routePatches: readonly Patch[],
): VirtualHost | undefined {
  let host = before;
  for (const patch of hostPatches) {
    if (!hostMatches(host, patch)) continue;
    if (patch.operation === 'REMOVE') return undefined;
    if (isMerge(patch)) host = changed(VIRTUAL_HOST, host, (json) => mergeJson(json, patch.value, lists(patch)));
    if (patch.operation === 'REPLACE') host = fromPatch(VIRTUAL_HOST, patch.value, patch.origin) ?? host;
  }
  const own = routePatches.filter((patch) => hostMatches(host, patch));
  return own.length === 0 ? host : { ...host, routes: patchRoutes(host.routes, own) };
}

/** istio/istio pilot/pkg/networking/core/envoyfilter/rc_patch.go (ApplyRouteConfigurationPatches) */
export function patchRouteConfiguration(
  before: RouteConfiguration,
  patches: ProxyPatches,
  context: PatchContext,
  ports: PortMap,
): RouteConfiguration {
  const of = (applyTo: Parameters<ProxyPatches['of']>[0]): readonly Patch[] =>
    patches.of(applyTo, context).filter((patch) => configurationMatches(before.name, patch, context, ports));
  const [whole, hosts, routes] = [of('ROUTE_CONFIGURATION'), of('VIRTUAL_HOST'), of('HTTP_ROUTE')];
  if (whole.length + hosts.length + routes.length === 0) return before;
  let configuration = before;
  for (const patch of whole.filter(isMerge)) {
    configuration = changed(ROUTE_CONFIGURATION, configuration, (json) => mergeJson(json, patch.value, lists(patch)));
  }
  const kept = configuration.virtualHosts.flatMap((host) => patchHost(host, hosts, routes) ?? []);
  const added = hosts.flatMap((patch) =>
    patch.operation === 'ADD' ? (fromPatch(VIRTUAL_HOST, patch.value, patch.origin) ?? []) : [],
  );
  return { ...configuration, virtualHosts: [...kept, ...added] };
}
