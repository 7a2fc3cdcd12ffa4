import {
  type Cluster,
  type ConfigOrigin,
  type DecodeResult,
  decodeCluster,
  decodeListener,
  decodeRouteConfiguration,
  encodeCluster,
  encodeListener,
  encodeRouteConfiguration,
  type FilterChain,
  filterChain,
  type HttpFilter,
  httpConnectionManager,
  type JsonObject,
  type JsonValue,
  type Listener,
  type ListenerFilter,
  listener,
  type NetworkFilter,
  type Route,
  type RouteConfiguration,
  routeConfiguration,
  type VirtualHost,
  virtualHost,
} from '../../../../xds';
import { isObject } from './json-merge';

/** One sort of thing that patches change, and its JSON. */
export interface Unit<T> {
  readonly encode: (value: T) => JsonObject;
  /** Undefined: nothing can be made of the JSON. */
  readonly decode: (json: JsonObject) => T | undefined;
}

const HTTP_MANAGER = 'envoy.filters.network.http_connection_manager';
const HTTP_MANAGER_TYPE =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const NO_ADDRESS = { address: '0.0.0.0', port: 0 };
const NO_ADDRESS_JSON: JsonObject = { socketAddress: { address: '0.0.0.0', portValue: 0 } };

function decodedOf<T>(result: DecodeResult<T>): T | undefined {
  return result.ok ? result.value.value : undefined;
}

/** The first entry of a list in an object. */
function firstOf(object: JsonValue | undefined, list: string): JsonObject {
  const entries = isObject(object) ? object[list] : undefined;
  const [first] = Array.isArray(entries) ? entries : [];
  return isObject(first) ? first : {};
}

export const LISTENER: Unit<Listener> = { encode: encodeListener, decode: (json) => decodedOf(decodeListener(json)) };

export const CLUSTER: Unit<Cluster> = { encode: encodeCluster, decode: (json) => decodedOf(decodeCluster(json)) };

export const ROUTE_CONFIGURATION: Unit<RouteConfiguration> = {
  encode: encodeRouteConfiguration,
  decode: (json) => decodedOf(decodeRouteConfiguration(json)),
};

export const FILTER_CHAIN: Unit<FilterChain> = {
  encode: (chain) =>
    firstOf(encodeListener(listener({ name: '', address: NO_ADDRESS, filterChains: [chain] })), 'filterChains'),
  decode: (json) => LISTENER.decode({ name: 'unit', address: NO_ADDRESS_JSON, filterChains: [json] })?.filterChains[0],
};

export const LISTENER_FILTER: Unit<ListenerFilter> = {
  encode: (filter) =>
    firstOf(encodeListener(listener({ name: '', address: NO_ADDRESS, listenerFilters: [filter] })), 'listenerFilters'),
  decode: (json) =>
    LISTENER.decode({ name: 'unit', address: NO_ADDRESS_JSON, listenerFilters: [json] })?.listenerFilters[0],
};

export const NETWORK_FILTER: Unit<NetworkFilter> = {
  encode: (filter) => firstOf(FILTER_CHAIN.encode(filterChain({ filters: [filter] })), 'filters'),
  decode: (json) => FILTER_CHAIN.decode({ filters: [json] })?.filters[0],
};

export const HTTP_FILTER: Unit<HttpFilter> = {
  encode: (filter) => {
    const routes = { kind: 'rds' as const, routeConfigName: '' };
    const hcm = httpConnectionManager({ statPrefix: '', routes, httpFilters: [filter] });
    return firstOf(NETWORK_FILTER.encode({ kind: 'httpConnectionManager', hcm })['typedConfig'], 'httpFilters');
  },
  decode: (json) => {
    const typedConfig = { '@type': HTTP_MANAGER_TYPE, statPrefix: 'unit', routeConfig: {}, httpFilters: [json] };
    const filter = NETWORK_FILTER.decode({ name: HTTP_MANAGER, typedConfig });
    return filter?.kind === 'httpConnectionManager' ? filter.hcm.httpFilters[0] : undefined;
  },
};

export const VIRTUAL_HOST: Unit<VirtualHost> = {
  encode: (host) =>
    firstOf(encodeRouteConfiguration(routeConfiguration({ name: '', virtualHosts: [host] })), 'virtualHosts'),
  decode: (json) => ROUTE_CONFIGURATION.decode({ name: 'unit', virtualHosts: [json] })?.virtualHosts[0],
};

export const HTTP_ROUTE: Unit<Route> = {
  encode: (route) => firstOf(VIRTUAL_HOST.encode(virtualHost({ name: '', routes: [route] })), 'routes'),
  decode: (json) => VIRTUAL_HOST.decode({ name: 'unit', domains: ['*'], routes: [json] })?.routes[0],
};

/** Puts the origins of one value into the freshly read other one, wherever the two agree in shape. */
function copyOrigins(from: unknown, to: unknown): void {
  if (Array.isArray(from) && Array.isArray(to)) {
    for (const [index, entry] of from.entries()) copyOrigins(entry, to[index]);
    return;
  }
  if (typeof from !== 'object' || from === null || typeof to !== 'object' || to === null) return;
  const target = new Map<string, unknown>(Object.entries(to));
  for (const [key, value] of Object.entries(from)) {
    if (key === 'origin' || key === 'policyOrigin') Object.assign(to, { [key]: value });
    else copyOrigins(value, target.get(key));
  }
}

/** A new thing that a patch brings. */
export function fromPatch<T extends { readonly origin?: ConfigOrigin }>(
  unit: Unit<T>,
  json: JsonObject,
  origin: ConfigOrigin,
): T | undefined {
  const made = unit.decode(json);
  return made === undefined ? undefined : { ...made, origin };
}

/** A thing after a change of its JSON; as it was, when the change makes no sense. What decided it before is kept. */
export function changed<T>(unit: Unit<T>, before: T, change: (json: JsonObject) => JsonObject | undefined): T {
  const json = change(unit.encode(before));
  const after = json === undefined ? undefined : unit.decode(json);
  if (after === undefined) return before;
  copyOrigins(before, after);
  return after;
}

export function networkFilterName(filter: NetworkFilter): string {
  const name = NETWORK_FILTER.encode(filter)['name'];
  return typeof name === 'string' ? name : '';
}

export function listenerFilterName(filter: ListenerFilter): string {
  const name = LISTENER_FILTER.encode(filter)['name'];
  return typeof name === 'string' ? name : '';
}
