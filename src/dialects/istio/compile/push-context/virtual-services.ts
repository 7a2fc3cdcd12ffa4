import { compareStrings } from '../../../../base';
import type { ConfigPath, ObjectRef } from '../../../../config';
import type { ConfigOrigin } from '../../../../xds';
import type {
  Destination,
  HttpRoute,
  L4MatchAttributes,
  RouteDestination,
  TcpRoute,
  TlsMatchAttributes,
  TlsRoute,
} from '../../kinds';
import { idOf, Memo } from '../memo';
import type { Visibility } from '../model';
import { MESH_GATEWAY, resolveGatewayName, resolveShortHost } from '../names';
import type { VirtualServiceResource } from '../resources';
import { mergeDelegate } from './delegates';
import type { HttpRule, Sourced } from './http-rule';
import { isVisibleFrom, parseVisibility } from './visibility';

/**
 * Whose rules decide how routes of one host combine.
 * istio/istio pilot/pkg/model/virtualservice.go (UseGatewaySemantics, UseIngressSemantics)
 */
export type RouteSemantics = 'istio' | 'gateway-api' | 'ingress';

/** A VirtualService as the compiler uses it: delegates merged in, short names resolved. */
export interface VirtualService {
  /** The object that it was written as. */
  readonly ref: ObjectRef;
  /** Where its hosts are written. */
  readonly hostsPath: ConfigPath;
  readonly name: string;
  readonly namespace: string;
  readonly hosts: readonly string[];
  /** `mesh` when none is written. */
  readonly gateways: readonly string[];
  readonly http: readonly HttpRule[];
  readonly tls: readonly Sourced<TlsRoute>[];
  readonly tcp: readonly Sourced<TcpRoute>[];
  readonly exportTo: Visibility;
  readonly semantics: RouteSemantics;
  readonly creationOrder: number;
}

export interface VirtualServiceIndex {
  /** Delegates are not among them. Oldest first. */
  readonly all: readonly VirtualService[];
  /**
   * What a namespace sees of one gateway (`mesh` or `namespace/name`): private ones, those exported to it by name, then public ones.
   * istio/istio pilot/pkg/model/push_context.go (VirtualServicesForGateway)
   */
  forGateway(namespace: string, gateway: string): readonly VirtualService[];
  /** The same as the three groups, which a Sidecar filters one by one. */
  groupsForMesh(namespace: string): readonly (readonly VirtualService[])[];
  /** Delegations that lead nowhere, for the diagnostics. */
  readonly brokenDelegates: readonly BrokenDelegate[];
}

export interface BrokenDelegate {
  readonly origin: ConfigOrigin;
  readonly delegate: string;
  readonly problem: 'not-found' | 'not-exported' | 'conflict';
}

function resolveDestination(destination: Destination, namespace: string): Destination {
  const host = resolveShortHost(destination.host, namespace);
  return host === destination.host ? destination : { ...destination, host };
}

function resolveGateways<T extends { readonly gateways?: readonly string[] }>(match: T, namespace: string): T {
  if (match.gateways === undefined || match.gateways.length === 0) return match;
  return { ...match, gateways: match.gateways.map((gateway) => resolveGatewayName(gateway, namespace)) };
}

function resolveHttpRoute(route: HttpRoute, namespace: string): HttpRoute {
  return {
    ...route,
    ...(route.route === undefined
      ? {}
      : {
          route: route.route.map((entry) => ({
            ...entry,
            destination: resolveDestination(entry.destination, namespace),
          })),
        }),
    ...(route.mirror === undefined ? {} : { mirror: resolveDestination(route.mirror, namespace) }),
    ...(route.mirrors === undefined
      ? {}
      : {
          mirrors: route.mirrors.map((mirror) => ({
            ...mirror,
            destination: resolveDestination(mirror.destination, namespace),
          })),
        }),
  };
}

function resolveDestinations(
  entries: readonly RouteDestination[] | undefined,
  namespace: string,
): readonly RouteDestination[] {
  return (entries ?? []).map((entry) => ({ ...entry, destination: resolveDestination(entry.destination, namespace) }));
}

function resolveTls(route: TlsRoute, namespace: string): TlsRoute {
  return {
    match: (route.match ?? []).map((match: TlsMatchAttributes) => resolveGateways(match, namespace)),
    route: resolveDestinations(route.route, namespace),
  };
}

function resolveTcp(route: TcpRoute, namespace: string): TcpRoute {
  return {
    match: (route.match ?? []).map((match: L4MatchAttributes) => resolveGateways(match, namespace)),
    route: resolveDestinations(route.route, namespace),
  };
}

function sourced<T>(ref: ObjectRef, path: ConfigPath, value: T): Sourced<T> {
  return { value, origin: { ref, path } };
}

const HOSTS_PATH: ConfigPath = ['spec', 'hosts'];
const NOTHING_INHERITED: ReadonlyMap<string, ConfigOrigin> = new Map();

/** The HTTP rules of one object, in order, hosts resolved. */
function ownHttpRules(resource: VirtualServiceResource): readonly HttpRule[] {
  const { ref, metadata } = resource;
  return (resource.object.spec?.http ?? []).map((route, index) => ({
    route: resolveHttpRoute(route, metadata.namespace),
    matches: (route.match ?? []).map((match, at) =>
      sourced(ref, ['spec', 'http', index, 'match', at], resolveGateways(match, metadata.namespace)),
    ),
    origin: { ref, path: ['spec', 'http', index] },
    inherited: NOTHING_INHERITED,
  }));
}

type Delegates = ReadonlyMap<string, { readonly resource: VirtualServiceResource; readonly exportTo: Visibility }>;

/**
 * Replaces every rule that delegates by the rules of the delegate.
 * istio/istio pilot/pkg/model/virtualservice_controller.go (mergeVirtualServices)
 */
function expandDelegates(
  resource: VirtualServiceResource,
  delegates: Delegates,
  broken: BrokenDelegate[],
): readonly HttpRule[] {
  const { namespace } = resource.metadata;
  return ownHttpRules(resource).flatMap((rule) => {
    const reference = rule.route.delegate;
    if (reference === undefined) return [rule];
    const owner = reference.namespace === undefined || reference.namespace === '' ? namespace : reference.namespace;
    const key = `${owner}/${reference.name ?? ''}`;
    const report = (problem: BrokenDelegate['problem']): void => {
      broken.push({
        origin: { ref: rule.origin.ref, path: [...rule.origin.path, 'delegate'] },
        delegate: key,
        problem,
      });
    };
    const delegate = delegates.get(key);
    if (delegate === undefined) {
      report('not-found');
      return [];
    }
    if (!isVisibleFrom(delegate.exportTo, owner, namespace)) {
      report('not-exported');
      return [];
    }
    return ownHttpRules(delegate.resource).flatMap((sub) => {
      const merged = mergeDelegate(rule, sub);
      if (merged === undefined) report('conflict');
      return merged === undefined ? [] : [merged];
    });
  });
}

function toVirtualService(
  resource: VirtualServiceResource,
  http: readonly HttpRule[],
  defaultExportTo: readonly string[],
): VirtualService {
  const { name, namespace } = resource.metadata;
  const spec = resource.object.spec ?? {};
  const gateways = spec.gateways ?? [];
  return {
    ref: resource.ref,
    hostsPath: HOSTS_PATH,
    name,
    namespace,
    hosts: (spec.hosts ?? []).map((host) => resolveShortHost(host, namespace)),
    gateways:
      gateways.length === 0 ? [MESH_GATEWAY] : gateways.map((gateway) => resolveGatewayName(gateway, namespace)),
    http,
    tls: (spec.tls ?? []).map((route, index) =>
      sourced(resource.ref, ['spec', 'tls', index], resolveTls(route, namespace)),
    ),
    tcp: (spec.tcp ?? []).map((route, index) =>
      sourced(resource.ref, ['spec', 'tcp', index], resolveTcp(route, namespace)),
    ),
    exportTo: parseVisibility(spec.exportTo ?? [], defaultExportTo),
    semantics: 'istio',
    creationOrder: resource.creationOrder,
  };
}

/** Routes of Gateway API that live in the client's namespace come before those of producers. */
function consumerRoutesFirst(list: readonly VirtualService[], namespace: string): readonly VirtualService[] {
  const isConsumer = (vs: VirtualService): boolean => vs.semantics === 'gateway-api' && vs.namespace === namespace;
  if (!list.some(isConsumer)) return list;
  return [...list.filter(isConsumer), ...list.filter((vs) => !isConsumer(vs))];
}

/** A namespace that names its own counts as private. */
function audienceOf(
  vs: VirtualService,
): { kind: 'public' } | { kind: 'named'; own: boolean; others: readonly string[] } {
  if (vs.exportTo.public) return { kind: 'public' };
  if (vs.exportTo.none) return { kind: 'named', own: false, others: [] };
  const own = vs.exportTo.private || vs.exportTo.namespaces.includes(vs.namespace);
  return { kind: 'named', own, others: vs.exportTo.namespaces.filter((name) => name !== vs.namespace) };
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** istio/istio pilot/pkg/model/push_context.go (initVirtualServices) */
function indexByAudience(
  all: readonly VirtualService[],
): (namespace: string, gateway: string) => readonly (readonly VirtualService[])[] {
  const privateOnes = new Map<string, VirtualService[]>();
  const exported = new Map<string, VirtualService[]>();
  const publicOnes = new Map<string, VirtualService[]>();
  for (const vs of all) {
    const audience = audienceOf(vs);
    for (const gateway of vs.gateways) {
      if (audience.kind === 'public') {
        append(publicOnes, gateway, vs);
        continue;
      }
      if (audience.own) append(privateOnes, `${vs.namespace} ${gateway}`, vs);
      for (const namespace of audience.others) append(exported, `${namespace} ${gateway}`, vs);
    }
  }
  return (namespace, gateway) => [
    privateOnes.get(`${namespace} ${gateway}`) ?? [],
    exported.get(`${namespace} ${gateway}`) ?? [],
    publicOnes.get(gateway) ?? [],
  ];
}

function compareAge(a: VirtualService, b: VirtualService): number {
  return (
    a.creationOrder - b.creationOrder || compareStrings(a.name, b.name) || compareStrings(a.namespace, b.namespace)
  );
}

/** Then it depends on other objects too. */
function isDelegating(resource: VirtualServiceResource): boolean {
  return (resource.object.spec?.http ?? []).some((route) => route.delegate !== undefined);
}

/** `synthesized` are rules that another API was translated to; they take part as if they had been written. */
export function buildVirtualServiceIndex(
  resources: readonly VirtualServiceResource[],
  defaultExportTo: readonly string[],
  memo: Memo<VirtualService> = new Memo(),
  synthesized: readonly VirtualService[] = [],
): VirtualServiceIndex {
  const delegates = new Map<string, { resource: VirtualServiceResource; exportTo: Visibility }>();
  const roots: VirtualServiceResource[] = [];
  for (const resource of resources) {
    if ((resource.object.spec?.hosts ?? []).length > 0) {
      roots.push(resource);
      continue;
    }
    const exportTo = parseVisibility(resource.object.spec?.exportTo ?? [], defaultExportTo);
    delegates.set(`${resource.metadata.namespace}/${resource.metadata.name}`, { resource, exportTo });
  }
  const brokenDelegates: BrokenDelegate[] = [];
  const convert = (resource: VirtualServiceResource): VirtualService =>
    toVirtualService(resource, expandDelegates(resource, delegates, brokenDelegates), defaultExportTo);
  const written = roots.map((resource) =>
    isDelegating(resource)
      ? convert(resource)
      : memo.get(`${idOf(resource)} ${idOf(defaultExportTo)}`, () => convert(resource)),
  );
  const all = [...written, ...synthesized].sort(compareAge);
  const groups = indexByAudience(all);
  return {
    all,
    forGateway: (namespace, gateway) => {
      const [own = [], named = [], everyones = []] = groups(namespace, gateway);
      return [...own, ...named, ...consumerRoutesFirst(everyones, namespace)];
    },
    groupsForMesh: (namespace) => groups(namespace, MESH_GATEWAY),
    brokenDelegates,
  };
}
