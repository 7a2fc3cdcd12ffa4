import type {
  FilterChain,
  HttpConnectionManager,
  HttpFilter,
  Listener,
  ListenerFilter,
  NetworkFilter,
} from '../../../../xds';
import { isObject, mergeFilter, mergeJson, mergeTyped } from './json-merge';
import { changeList } from './lists';
import { isMerge, type Patch, type PatchContext, type ProxyPatches } from './patches';
import { patchRouteConfiguration } from './route-patches';
import {
  changed,
  FILTER_CHAIN,
  fromPatch,
  HTTP_FILTER,
  LISTENER,
  LISTENER_FILTER,
  listenerFilterName,
  NETWORK_FILTER,
  networkFilterName,
} from './units';

const VIRTUAL_LISTENERS: ReadonlySet<string> = new Set(['virtualInbound', 'virtualOutbound']);

function lists(patch: Patch): 'append' | 'replace' {
  return patch.operation === 'MERGE_AND_REPLACE_LIST' ? 'replace' : 'append';
}

/** Ports of captured traffic are looked for in the filter chains. istio/istio pilot/pkg/networking/core/envoyfilter/listener_patch.go (listenerMatch) */
function listenerMatches({ name, address }: Listener, { match }: Patch, itself: boolean): boolean {
  const wanted = match.listener;
  if (wanted === undefined) return true;
  if ((wanted.name ?? '') !== '' && wanted.name !== name) return false;
  if (!itself && VIRTUAL_LISTENERS.has(name)) return true;
  return (wanted.portNumber ?? 0) === 0 || wanted.portNumber === address.port;
}

/** istio/istio pilot/pkg/networking/core/envoyfilter/listener_patch.go (filterChainMatch) */
function chainMatches(listener: Listener, { name = '', match: own }: FilterChain, { match }: Patch): boolean {
  const wanted = match.listener;
  const port = wanted?.portNumber ?? 0;
  if (VIRTUAL_LISTENERS.has(listener.name) && port > 0 && own.destinationPort !== port) return false;
  const chain = wanted?.filterChain;
  if (chain === undefined) return true;
  const { sni = '', transportProtocol = '', applicationProtocols = '', destinationPort = 0 } = chain;
  return (
    ((chain.name ?? '') === '' || chain.name === name) &&
    (sni === '' || own.serverNames.includes(sni)) &&
    (transportProtocol === '' || own.transportProtocol === transportProtocol) &&
    (applicationProtocols === '' ||
      applicationProtocols.split(',').every((protocol) => own.applicationProtocols.includes(protocol))) &&
    (destinationPort === 0 || own.destinationPort === destinationPort)
  );
}

function wantedFilter({
  match,
}: Patch): { readonly name?: string; readonly subFilter?: { readonly name?: string } } | undefined {
  return match.listener?.filterChain?.filter;
}

/** Patches one listener and everything in it. */
class ListenerPatcher {
  constructor(
    private readonly patches: ProxyPatches,
    private readonly context: PatchContext,
    private readonly listener: Listener,
  ) {}

  /** Undefined: it is removed. */
  run(): Listener | undefined {
    let listener = this.listener;
    for (const patch of this.patches.of('LISTENER', this.context)) {
      if (!listenerMatches(listener, patch, true)) continue;
      if (patch.operation === 'REMOVE') return undefined;
      if (isMerge(patch)) listener = changed(LISTENER, listener, (json) => mergeJson(json, patch.value, lists(patch)));
    }
    const filterChains = listener.filterChains.flatMap((chain) => this.#chain(chain) ?? []);
    const fallback = listener.defaultFilterChain === undefined ? undefined : this.#chain(listener.defaultFilterChain);
    const { defaultFilterChain: _before, ...rest } = listener;
    return {
      ...rest,
      listenerFilters: this.#listenerFilters(listener.listenerFilters),
      filterChains: [...filterChains, ...this.#newChains()],
      ...(fallback === undefined ? {} : { defaultFilterChain: fallback }),
    };
  }

  #of(applyTo: Parameters<ProxyPatches['of']>[0]): readonly Patch[] {
    return this.patches.of(applyTo, this.context).filter((patch) => listenerMatches(this.listener, patch, false));
  }

  #listenerFilters(before: readonly ListenerFilter[]): readonly ListenerFilter[] {
    let filters = before;
    for (const patch of this.#of('LISTENER_FILTER')) {
      const name = patch.match.listener?.listenerFilter ?? '';
      const matches = (filter: ListenerFilter): boolean => name === '' || listenerFilterName(filter) === name;
      filters = changeList(filters, {
        patch,
        hasMatch: name !== '',
        matches,
        make: () => LISTENER_FILTER.decode(patch.value),
      });
      if (patch.operation !== 'MERGE' || name === '') continue;
      filters = filters.map((filter) =>
        matches(filter) ? changed(LISTENER_FILTER, filter, (json) => mergeFilter(json, patch.value)) : filter,
      );
    }
    return filters;
  }

  #newChains(): readonly FilterChain[] {
    return this.#of('FILTER_CHAIN').flatMap((patch) =>
      patch.operation === 'ADD' ? (fromPatch(FILTER_CHAIN, patch.value, patch.origin) ?? []) : [],
    );
  }

  #chain(before: FilterChain): FilterChain | undefined {
    let chain = before;
    for (const patch of this.#of('FILTER_CHAIN')) {
      if (!chainMatches(this.listener, chain, patch)) continue;
      if (patch.operation === 'REMOVE') return undefined;
      if (isMerge(patch)) chain = mergeChain(chain, patch);
    }
    const filters = this.#networkFilters(chain);
    return { ...chain, filters: filters.map((filter) => this.#insideFilter(filter, chain)) };
  }

  #networkFilters(chain: FilterChain): readonly NetworkFilter[] {
    let { filters } = chain;
    const patches = this.#of('NETWORK_FILTER').filter((patch) => chainMatches(this.listener, chain, patch));
    const matches = (patch: Patch) => (filter: NetworkFilter) =>
      wantedFilter(patch) === undefined || networkFilterName(filter) === wantedFilter(patch)?.name;
    for (const patch of patches) {
      filters = changeList(filters, {
        patch,
        hasMatch: wantedFilter(patch) !== undefined,
        matches: matches(patch),
        make: () => NETWORK_FILTER.decode(patch.value),
      });
    }
    for (const patch of patches.filter(({ operation }) => operation === 'MERGE')) {
      filters = filters.map((filter) =>
        matches(patch)(filter) ? changed(NETWORK_FILTER, filter, (json) => mergeFilter(json, patch.value)) : filter,
      );
    }
    return filters;
  }

  #insideFilter(filter: NetworkFilter, chain: FilterChain): NetworkFilter {
    if (filter.kind !== 'httpConnectionManager') return filter;
    const name = networkFilterName(filter);
    const patches = this.#of('HTTP_FILTER').filter(
      (patch) =>
        chainMatches(this.listener, chain, patch) &&
        (wantedFilter(patch) === undefined || wantedFilter(patch)?.name === name),
    );
    return {
      ...filter,
      hcm: this.#routes({ ...filter.hcm, httpFilters: httpFilters(filter.hcm.httpFilters, patches) }),
    };
  }

  /** Routes that come with the listener. */
  #routes(hcm: HttpConnectionManager): HttpConnectionManager {
    if (hcm.routes.kind !== 'inline') return hcm;
    const routeConfig = patchRouteConfiguration(hcm.routes.routeConfig, this.patches, this.context, new Map());
    return { ...hcm, routes: { ...hcm.routes, routeConfig } };
  }
}

/** istio/istio pilot/pkg/networking/core/envoyfilter/listener_patch.go (mergeTransportSocketListener) */
function mergeChain(chain: FilterChain, patch: Patch): FilterChain {
  return changed(FILTER_CHAIN, chain, (json) => {
    const [own, wanted] = [json['transportSocket'], patch.value['transportSocket']];
    if (!isObject(own) || !isObject(wanted) || own['name'] !== wanted['name']) {
      return mergeJson(json, patch.value, lists(patch));
    }
    const [before, written] = [own['typedConfig'], wanted['typedConfig']];
    if (!isObject(before) || !isObject(written)) return json;
    return { ...json, transportSocket: { ...own, typedConfig: mergeTyped(before, written) ?? before } };
  });
}

/** istio/istio pilot/pkg/networking/core/envoyfilter/listener_patch.go (patchHTTPFilters, mergeHTTPFilter) */
function httpFilters(before: readonly HttpFilter[], patches: readonly Patch[]): readonly HttpFilter[] {
  let filters = before;
  const matches = (patch: Patch) => (filter: HttpFilter) => {
    const wanted = wantedFilter(patch)?.subFilter;
    return wanted === undefined || wanted.name === filter.name;
  };
  for (const patch of patches) {
    filters = changeList(filters, {
      patch,
      hasMatch: wantedFilter(patch)?.subFilter !== undefined,
      matches: matches(patch),
      make: () => fromPatch(HTTP_FILTER, patch.value, patch.origin),
    });
  }
  for (const patch of patches.filter(({ operation }) => operation === 'MERGE')) {
    filters = filters.map((filter) =>
      matches(patch)(filter) ? changed(HTTP_FILTER, filter, (json) => mergeFilter(json, patch.value)) : filter,
    );
  }
  return filters;
}

const INSIDE_LISTENERS = [
  'LISTENER',
  'LISTENER_FILTER',
  'FILTER_CHAIN',
  'NETWORK_FILTER',
  'HTTP_FILTER',
  'ROUTE_CONFIGURATION',
  'VIRTUAL_HOST',
  'HTTP_ROUTE',
] as const;

/** Whether any patch could change the listener; most leave most alone. */
function concerns(listener: Listener, patches: ProxyPatches, context: PatchContext): boolean {
  return INSIDE_LISTENERS.some((applyTo) =>
    patches.of(applyTo, context).some((patch) => listenerMatches(listener, patch, applyTo === 'LISTENER')),
  );
}

/** Undefined: the listener is removed. */
export function patchListener(listener: Listener, patches: ProxyPatches, context: PatchContext): Listener | undefined {
  return concerns(listener, patches, context) ? new ListenerPatcher(patches, context, listener).run() : listener;
}

/** Listeners that patches bring. Without a context they are for outbound traffic and gateways. */
export function newListeners(patches: ProxyPatches, context: PatchContext): readonly Listener[] {
  return patches.of('LISTENER', context).flatMap((patch) => {
    if (patch.operation !== 'ADD' || (patch.context === undefined && context === 'SIDECAR_INBOUND')) return [];
    return fromPatch(LISTENER, patch.value, patch.origin) ?? [];
  });
}
