import type { ConfigPath } from '../../../config';
import { hostsOverlap, MESH_GATEWAY, resolveShortHost } from '../compile/names';
import { isSubset } from '../compile/push-context/endpoint-index';
import type { GatewayResource, VirtualServiceResource } from '../compile/resources';
import { claimPath } from '../compile/routes/route-match';
import type { Destination } from '../kinds';
import {
  type Analysis,
  type Analyzer,
  addTo,
  exportScopes,
  fullNameOf,
  nameOf,
  namesText,
  type Report,
} from './analysis';
import { KnownHosts } from './known-hosts';

interface PlacedDestination {
  readonly destination: Destination;
  readonly path: ConfigPath;
  readonly mirror: boolean;
}

function routesOf(
  kind: 'tcp' | 'tls' | 'http',
  rules: readonly { readonly route?: readonly { readonly destination: Destination }[] }[] = [],
): readonly PlacedDestination[] {
  return rules.flatMap(({ route = [] }, index) =>
    route.map(({ destination }, at) => ({
      destination,
      path: ['spec', kind, index, 'route', at, 'destination'],
      mirror: false,
    })),
  );
}

function destinationsOf({ object }: VirtualServiceResource): readonly PlacedDestination[] {
  const { http = [], tls, tcp } = object.spec ?? {};
  const mirrors = http.flatMap(({ mirror, mirrors: several = [] }, index): readonly PlacedDestination[] => [
    ...(mirror === undefined ? [] : [{ destination: mirror, path: ['spec', 'http', index, 'mirror'], mirror: true }]),
    ...several.map(({ destination }, at) => ({
      destination,
      path: ['spec', 'http', index, 'mirrors', at, 'destination'],
      mirror: true,
    })),
  ]);
  return [...routesOf('tcp', tcp), ...routesOf('tls', tls), ...routesOf('http', http), ...mirrors];
}

function checkDestination(
  vs: VirtualServiceResource,
  { destination, path, mirror }: PlacedDestination,
  hosts: KnownHosts,
  report: Report,
): void {
  const { host, port } = destination;
  const known = hosts.find(host, vs.metadata.namespace, vs.object.spec?.exportTo);
  if (known === undefined) {
    const suggestion = hosts.similarTo(host);
    const values = { what: mirror ? 'mirror host' : 'host', value: host };
    report(vs, {
      rule: 'reference-missing',
      path: [...path, 'host'],
      values: suggestion === undefined ? values : { ...values, suggestion },
    });
    return;
  }
  if (port === undefined) {
    const [first = 0] = known.ports;
    const values = { value: host, ports: known.ports.join(', '), first };
    if (known.ports.length > 1) report(vs, { rule: 'destination-port-missing', path: [...path, 'host'], values });
    return;
  }
  const number = port.number ?? 0;
  if (known.ports.includes(number)) return;
  report(vs, {
    rule: 'reference-missing',
    path: [...path, 'port'],
    values: { what: 'port of the host', value: `${host}:${number}` },
  });
}

/** Hosts that a VirtualService of the same name routes to subsets of. */
function hostsWithSubsets(analysis: Analysis): ReadonlyMap<string, readonly VirtualServiceResource[]> {
  const found = new Map<string, VirtualServiceResource[]>();
  for (const vs of analysis.resources.virtualServices) {
    const own = vs.object.spec?.hosts ?? [];
    for (const { route = [] } of vs.object.spec?.http ?? []) {
      for (const { destination } of route) {
        if ((destination.subset ?? '') !== '' && own.includes(destination.host)) addTo(found, destination.host, vs);
      }
    }
  }
  return found;
}

/** istio/istio pkg/config/analysis/analyzers/virtualservice/destinationhosts.go */
export const destinationHosts: Analyzer = {
  name: 'virtualservice.DestinationHostAnalyzer',
  run: (analysis, report) => {
    const hosts = new KnownHosts(analysis);
    const withSubsets = hostsWithSubsets(analysis);
    for (const vs of analysis.resources.virtualServices) {
      for (const placed of destinationsOf(vs)) checkDestination(vs, placed, hosts, report);
      if ((vs.object.spec?.gateways ?? []).length === 0) continue;
      for (const { destination, path, mirror } of destinationsOf(vs)) {
        if (path[1] !== 'http' || mirror || (destination.subset ?? '') !== '') continue;
        for (const other of new Set(withSubsets.get(destination.host) ?? [])) {
          report(vs, { rule: 'subset-without-effect', path: [...path, 'host'], values: { other: nameOf(other) } });
        }
      }
    }
  },
};

/** istio/istio pkg/config/analysis/analyzers/virtualservice/destinationrules.go */
export const destinationSubsets: Analyzer = {
  name: 'virtualservice.DestinationRuleAnalyzer',
  run: ({ resources }, report) => {
    const declared = new Set<string>();
    for (const { metadata, object } of resources.destinationRules) {
      const host = resolveShortHost(object.spec?.host ?? '', metadata.namespace);
      for (const { name } of object.spec?.subsets ?? []) declared.add(`${name} ${host}`);
    }
    for (const vs of resources.virtualServices) {
      for (const { destination, path } of destinationsOf(vs)) {
        const subset = destination.subset ?? '';
        if (subset === '' || declared.has(`${subset} ${resolveShortHost(destination.host, vs.metadata.namespace)}`))
          continue;
        report(vs, {
          rule: 'reference-missing',
          path: [...path, 'subset'],
          values: { what: `subset of ${destination.host} in any DestinationRule`, value: subset },
        });
      }
    }
  },
};

/** Hosts of all servers that VirtualServices of the namespace may use. */
function hostsOfGateway(gateway: GatewayResource | undefined, namespace: string): readonly string[] {
  return (gateway?.object.spec?.servers ?? []).flatMap(({ hosts }) =>
    hosts.flatMap((written) => {
      const slash = written.indexOf('/');
      if (slash < 0) return [written];
      const owner = written.slice(0, slash);
      const allowed = owner === '*' || (owner === '.' ? gateway?.metadata.namespace : owner) === namespace;
      return allowed ? [written.slice(slash + 1)] : [];
    }),
  );
}

const INTERNAL_GATEWAY = '~istio-autogenerated-k8s-gateway~';

/** istio/istio pkg/config/analysis/analyzers/virtualservice/gateways.go */
export const gatewaysOfVirtualServices: Analyzer = {
  name: 'virtualservice.GatewayAnalyzer',
  run: ({ resources }, report) => {
    const gateways = new Map(resources.gateways.map((gateway) => [nameOf(gateway), gateway]));
    const kubernetesGateways = new Map(
      resources.gatewayApi.kubernetesGateways.map((gateway) => [nameOf(gateway), gateway]),
    );
    for (const vs of resources.virtualServices) {
      const { namespace } = vs.metadata;
      for (const [index, name] of (vs.object.spec?.gateways ?? []).entries()) {
        if (name === MESH_GATEWAY) continue;
        const path = ['spec', 'gateways', index];
        if (name.includes(INTERNAL_GATEWAY)) {
          report(vs, { rule: 'internal-gateway', path, values: { value: name } });
          continue;
        }
        const gateway = gateways.get(fullNameOf(name, namespace));
        const kubernetes = kubernetesGateways.get(fullNameOf(name, namespace));
        if (gateway === undefined && kubernetes === undefined)
          report(vs, { rule: 'reference-missing', path, values: { what: 'gateway', value: name } });
        const served =
          gateway === undefined && kubernetes !== undefined
            ? kubernetes.object.spec.listeners.map(({ hostname = '*' }) => hostname)
            : hostsOfGateway(gateway, namespace);
        const wanted = vs.object.spec?.hosts ?? [];
        if (served.some((host) => wanted.some((other) => hostsOverlap(host, other)))) continue;
        report(vs, { rule: 'host-outside-gateway', path, values: { gateway: fullNameOf(name, namespace) } });
      }
    }
  },
};

function isForMesh({ object }: VirtualServiceResource): boolean {
  const gateways = object.spec?.gateways ?? [];
  return gateways.length === 0 || gateways.includes(MESH_GATEWAY);
}

/** istio/istio pkg/config/analysis/analyzers/virtualservice/conflictingmeshgatewayhosts.go */
export const meshHosts: Analyzer = {
  name: 'virtualservice.ConflictingMeshGatewayHostsAnalyzer',
  run: ({ resources }, report) => {
    const byScope = new Map<string, VirtualServiceResource[]>();
    for (const vs of resources.virtualServices.filter(isForMesh)) {
      const { namespace } = vs.metadata;
      for (const scope of exportScopes(vs.object.spec?.exportTo, namespace)) {
        for (const host of vs.object.spec?.hosts ?? []) {
          addTo(byScope, `${scope}/${resolveShortHost(host, namespace)}`, vs);
        }
      }
    }
    const everywhere = [...byScope].filter(([key]) => key.startsWith('*/'));
    const reported = new Set<VirtualServiceResource>();
    for (const [key, own] of byScope) {
      const host = key.slice(key.indexOf('/') + 1);
      const others = key.startsWith('*/')
        ? []
        : everywhere.filter(([other]) => hostsOverlap(host, other.slice(2))).flatMap(([, list]) => list);
      const all = [...own, ...others];
      if (all.length < 2) continue;
      for (const vs of all) {
        if (reported.has(vs)) continue;
        reported.add(vs);
        report(vs, { rule: 'mesh-host-taken', path: ['spec', 'hosts'], values: { host, names: namesText(all) } });
      }
    }
  },
};

function claimHeader({
  object,
}: VirtualServiceResource): { readonly header: string; readonly path: ConfigPath } | undefined {
  for (const [index, { match = [] }] of (object.spec?.http ?? []).entries()) {
    for (const [at, { headers = {}, withoutHeaders = {} }] of match.entries()) {
      const written = [
        ...Object.keys(headers).map((header) => ({ header, field: 'headers' })),
        ...Object.keys(withoutHeaders).map((header) => ({ header, field: 'withoutHeaders' })),
      ];
      const found = written.find(({ header }) => claimPath(header) !== undefined);
      if (found !== undefined) {
        return { header: found.header, path: ['spec', 'http', index, 'match', at, found.field, found.header] };
      }
    }
  }
  return undefined;
}

/** istio/istio pkg/config/analysis/analyzers/virtualservice/jwtclaimroute.go */
export const claimRouting: Analyzer = {
  name: 'virtualservice.JWTClaimRouteAnalyzer',
  run: ({ view, mesh, resources }, report) => {
    const gateways = new Map(resources.gateways.map((gateway) => [nameOf(gateway), gateway]));
    for (const vs of resources.virtualServices) {
      const claim = claimHeader(vs);
      if (claim === undefined) continue;
      for (const name of vs.object.spec?.gateways ?? []) {
        const fullName = fullNameOf(name, vs.metadata.namespace);
        const selector = gateways.get(fullName)?.object.spec?.selector;
        for (const pod of view.pods) {
          if (selector === undefined || !isSubset(selector, pod.labels)) continue;
          const verified = resources.requestAuthentications.some(
            ({ metadata, object }) =>
              (metadata.namespace === mesh.rootNamespace || metadata.namespace === pod.namespace) &&
              isSubset(object.spec?.selector?.matchLabels ?? {}, pod.labels),
          );
          const values = { header: claim.header, pod: pod.name, gateway: fullName };
          if (!verified) report(vs, { rule: 'claims-unverified', path: claim.path, values });
        }
      }
    }
  },
};
