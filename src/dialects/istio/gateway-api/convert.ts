import { compareStrings } from '../../../base';
import type { ClusterView, ConfigPath, Resource } from '../../../config';
import type { ConfigOrigin } from '../../../xds';
import type { TcpRouteObject, TlsRouteObject } from '../../gateway-api';
import { intersectHosts } from '../compile/gateway/gateway-routes';
import { hostsOverlap } from '../compile/names';
import type { HttpRule, Sourced } from '../compile/push-context/http-rule';
import type { VirtualService } from '../compile/push-context/virtual-services';
import { parseVisibility } from '../compile/push-context/visibility';
import type { DerivedDestinationRule, DerivedGateway, MeshResources } from '../compile/resources';
import type { TcpRoute, TlsRoute } from '../kinds';
import { convertBackendTls } from './backend-tls';
import type { GatewayApiFinding } from './catalogue';
import { ConversionContext } from './context';
import { grpcRouteRules, httpRouteRules } from './http-rules';
import { tcpRouteRules, tlsRouteRules } from './l4-rules';
import { convertListeners, DERIVED_NAME, type ListenerParent } from './listeners';
import { type AttachedParent, attachedParents, isForListener } from './parents';
import type { AnyRoute } from './resources';
import { inOrderOfPrecedence } from './route-order';

/** The Gateway API as Istio's own resources. */
export interface ConvertedGatewayApi {
  readonly gateways: readonly DerivedGateway[];
  readonly virtualServices: readonly VirtualService[];
  readonly destinationRules: readonly DerivedDestinationRule[];
  readonly findings: readonly GatewayApiFinding[];
}

type Parents = ReadonlyMap<string, readonly ListenerParent[]>;
type MeshParent = Extract<AttachedParent, { readonly kind: 'mesh' }>;

/** Rules of one route for one gateway and host, before those of other routes join them. */
interface HostRules {
  /** Equal keys are merged. */
  readonly key: string;
  readonly route: AnyRoute;
  readonly host: string;
  readonly gateway: string;
  readonly rules: readonly HttpRule[];
}

/** Translates the rules twice at most: for the mesh, where no grant is needed, and for gateways. */
class RulesByPlace<T> {
  #mesh: readonly T[] | undefined;
  #gateway: readonly T[] | undefined;

  constructor(private readonly translate: (mesh: boolean) => readonly T[] | undefined) {}

  for(parent: AttachedParent): readonly T[] {
    if (parent.kind === 'mesh') {
      this.#mesh ??= this.translate(true) ?? [];
      return this.#mesh;
    }
    this.#gateway ??= this.translate(false) ?? [];
    return this.#gateway;
  }
}

function withPort<T extends { readonly port?: number }>(match: T, port: number | undefined): T {
  return port === undefined ? match : { ...match, port };
}

function sourcedMatch<T>(value: T, origin: ConfigOrigin): Sourced<T> {
  return { value, origin };
}

/** istio/istio pilot/pkg/config/kube/gateway/conversion.go (augmentPortMatch) */
function atPort(rules: readonly HttpRule[], port: number | undefined): readonly HttpRule[] {
  if (port === undefined) return rules;
  return rules.map((rule) => ({
    ...rule,
    matches:
      rule.matches.length === 0
        ? [sourcedMatch({ port }, rule.origin)]
        : rule.matches.map((match) => ({ ...match, value: withPort(match.value, port) })),
  }));
}

function tcpAtPort(rules: readonly Sourced<TcpRoute>[], port: number | undefined): readonly Sourced<TcpRoute>[] {
  if (port === undefined) return rules;
  return rules.map(({ value, origin }) => ({ value: { ...value, match: [{ port }] }, origin }));
}

/** Hosts of a service are its server names where the route names none. istio/istio pilot/pkg/config/kube/gateway/conversion.go (augmentTLSPortMatch, compatibleRoutesForHost) */
function tlsForHost(
  rules: readonly Sourced<TlsRoute>[],
  { port, hosts }: MeshParent,
  host: string,
): readonly Sourced<TlsRoute>[] {
  return rules.map(({ value, origin }) => {
    const match = value.match.map((entry) => {
      const every = entry.sniHosts.length === 1 && entry.sniHosts[0] === '*';
      const sniHosts = every ? hosts : entry.sniHosts;
      const fitting = sniHosts.length > 1 ? sniHosts.filter((name) => hostsOverlap(host, name)) : sniHosts;
      return withPort({ ...entry, sniHosts: fitting }, port);
    });
    return { value: { ...value, match }, origin };
  });
}

/** A route with more server names than the listener has only gets those of the listener. istio/istio pilot/pkg/config/kube/gateway/conversion.go (constrainTLSRoutesToListenerHost) */
function tlsWithin(rules: readonly Sourced<TlsRoute>[], hostname: string): readonly Sourced<TlsRoute>[] {
  if (hostname === '') return rules;
  return rules.flatMap(({ value, origin }) => {
    const match = value.match.map((entry) => ({ ...entry, sniHosts: intersectHosts(entry.sniHosts, [hostname]) }));
    const kept = match.length === 0 || match.some(({ sniHosts }) => sniHosts.length > 0);
    return kept ? [{ value: { ...value, match }, origin }] : [];
  });
}

/** Puts the rules of all routes together. istio/istio pilot/pkg/config/kube/gateway/route_collections.go */
class RouteConverter {
  readonly #hostRules: HostRules[] = [];
  readonly #virtualServices: VirtualService[] = [];

  constructor(
    private readonly context: ConversionContext,
    private readonly parents: Parents,
    private readonly defaultExportTo: readonly string[],
  ) {}

  convert(): readonly VirtualService[] {
    const { context } = this;
    const { tcpRoutes, tlsRoutes, httpRoutes, grpcRoutes } = context.resources;
    for (const route of tcpRoutes) this.#addTcp(route);
    for (const route of tlsRoutes) this.#addTls(route);
    for (const route of httpRoutes)
      this.#addHttp(route, (mesh) => httpRouteRules({ context, mesh }, route), route.object.spec.hostnames);
    for (const route of grpcRoutes)
      this.#addHttp(route, (mesh) => grpcRouteRules({ context, mesh }, route), route.object.spec.hostnames);
    return [...this.#virtualServices, ...this.#merged()];
  }

  #addHttp(
    route: AnyRoute,
    translate: (mesh: boolean) => readonly HttpRule[] | undefined,
    hostnames: readonly string[] = [],
  ): void {
    const translated = new RulesByPlace(translate);
    for (const parent of attachedParents(this.context, route, this.parents)) {
      const rules = translated.for(parent);
      if (rules.length === 0) continue;
      if (parent.kind === 'mesh') this.#addMeshRules(route, parent, rules);
      else this.#addListenerRules(route, parent, { rules, hosts: hostnames.length === 0 ? ['*'] : hostnames });
    }
  }

  #addMeshRules(route: AnyRoute, parent: MeshParent, rules: readonly HttpRule[]): void {
    const { namespace } = route.metadata;
    const place = parent.port === undefined ? namespace : `${namespace}/${parent.port}`;
    const gateway = parent.internalName;
    for (const host of parent.hosts) {
      this.#hostRules.push({ key: `${place}/${host}`, route, host, gateway, rules: atPort(rules, parent.port) });
    }
  }

  #addListenerRules(
    route: AnyRoute,
    parent: Extract<AttachedParent, { readonly kind: 'listener' }>,
    { rules, hosts }: { readonly rules: readonly HttpRule[]; readonly hosts: readonly string[] },
  ): void {
    const gateway = parent.internalName;
    for (const host of hosts) {
      if (!isForListener(host, parent)) continue;
      this.#hostRules.push({ key: `${gateway}/${host}`, route, host, gateway, rules });
    }
  }

  /** Routes of one gateway and host are one list, the oldest route's first among equals. istio/istio pilot/pkg/config/kube/gateway/route_collections.go (mergeHTTPRoutes) */
  #merged(): readonly VirtualService[] {
    const byKey = new Map<string, HostRules[]>();
    for (const entry of this.#hostRules) {
      const list = byKey.get(entry.key) ?? [];
      byKey.set(entry.key, list);
      list.push(entry);
    }
    return [...byKey].flatMap(([key, entries]) => {
      const sorted = [...entries].sort((a, b) => compareRoutes(a.route, b.route));
      const [oldest] = sorted;
      if (oldest === undefined) return [];
      const http = inOrderOfPrecedence(sorted.flatMap(({ rules }) => inOrderOfPrecedence(rules)));
      return [this.#virtualService(oldest.route, { ...oldest, name: key.replaceAll('/', '~'), http })];
    });
  }

  #addTcp(route: Resource<TcpRouteObject>): void {
    const { context } = this;
    const translated = new RulesByPlace((mesh) => tcpRouteRules({ context, mesh }, route));
    let count = 0;
    for (const parent of attachedParents(context, route, this.parents)) {
      const rules = translated.for(parent);
      const mesh = parent.kind === 'mesh';
      const tcp = mesh ? tcpAtPort(rules, parent.port) : rules;
      for (const host of mesh ? parent.hosts : ['*']) {
        const name = `${route.metadata.name}~tcp~${count}~${DERIVED_NAME}`;
        this.#virtualServices.push(this.#virtualService(route, { name, host, gateway: parent.internalName, tcp }));
        count += 1;
      }
    }
  }

  #addTls(route: Resource<TlsRouteObject>): void {
    const { context } = this;
    const translated = new RulesByPlace((mesh) => tlsRouteRules({ context, mesh }, route));
    let count = 0;
    for (const parent of attachedParents(context, route, this.parents)) {
      const rules = translated.for(parent);
      for (const host of tlsHosts(route, parent)) {
        const name = `${route.metadata.name}~tls~${count}~${DERIVED_NAME}`;
        const tls = parent.kind === 'mesh' ? tlsForHost(rules, parent, host) : tlsWithin(rules, parent.hostname);
        this.#virtualServices.push(this.#virtualService(route, { name, host, gateway: parent.internalName, tls }));
        count += 1;
      }
    }
  }

  #virtualService(route: AnyRoute, parts: VirtualServiceParts): VirtualService {
    return {
      ref: route.ref,
      hostsPath: HOSTS_PATH,
      name: parts.name,
      namespace: route.metadata.namespace,
      hosts: [parts.host],
      gateways: [parts.gateway],
      http: parts.http ?? [],
      tls: parts.tls ?? [],
      tcp: parts.tcp ?? [],
      exportTo: parseVisibility([], this.defaultExportTo),
      semantics: 'gateway-api',
      creationOrder: route.creationOrder,
    };
  }
}

const HOSTS_PATH: ConfigPath = ['spec', 'hostnames'];

interface VirtualServiceParts {
  readonly name: string;
  readonly host: string;
  readonly gateway: string;
  readonly http?: readonly HttpRule[];
  readonly tls?: readonly Sourced<TlsRoute>[];
  readonly tcp?: readonly Sourced<TcpRoute>[];
}

function compareRoutes(a: AnyRoute, b: AnyRoute): number {
  return (
    a.creationOrder - b.creationOrder ||
    compareStrings(a.metadata.namespace, b.metadata.namespace) ||
    compareStrings(a.metadata.name, b.metadata.name)
  );
}

function tlsHosts({ object }: Resource<TlsRouteObject>, parent: AttachedParent): readonly string[] {
  if (parent.kind === 'mesh') return parent.hosts;
  const { hostnames } = object.spec;
  return parent.hostname === '' ? hostnames : intersectHosts(hostnames, [parent.hostname]);
}

/** Translates the Gateway API of a view to Gateways and VirtualServices. istio/istio pilot/pkg/config/kube/gateway/controller.go */
export function convertGatewayApi(
  view: ClusterView,
  resources: MeshResources,
  defaultExportTo: readonly string[],
): ConvertedGatewayApi {
  const findings: GatewayApiFinding[] = [];
  const context = new ConversionContext({
    view,
    resources,
    report: (ref, rule, path, values = {}) => findings.push({ rule, origin: { ref, path }, values }),
  });
  const { gateways, parents } = convertListeners(context);
  const virtualServices = new RouteConverter(context, parents, defaultExportTo).convert();
  const destinationRules = convertBackendTls(context);
  return { gateways, virtualServices, destinationRules, findings };
}
