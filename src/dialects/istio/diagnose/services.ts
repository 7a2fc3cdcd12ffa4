import { protocolOfServicePort } from '../compile/protocol';
import type { KubernetesServiceResource, ServiceEntryResource } from '../compile/resources';
import { type Analyzer, addTo, exportScopes, namesText } from './analysis';

const GATEWAY_LABEL = 'gateway.istio.io/managed';

/** Nobody can do anything about the names of these. istio/istio pkg/config/analysis/analyzers/util/config.go */
function isBuiltIn({ metadata }: KubernetesServiceResource): boolean {
  const { labels } = metadata;
  return labels['istio'] !== undefined || labels['release'] === 'istio' || labels[GATEWAY_LABEL] !== undefined;
}

/** istio/istio pkg/config/analysis/analyzers/service/portname.go */
export const portNames: Analyzer = {
  name: 'service.PortNameAnalyzer',
  run: ({ resources }, report) => {
    for (const service of resources.services) {
      if (isBuiltIn(service)) continue;
      const external = service.object.spec?.type === 'ExternalName';
      for (const [index, port] of (service.object.spec?.ports ?? []).entries()) {
        const unknown = protocolOfServicePort(port) === 'Unsupported';
        if (!unknown && !(external && port.name === 'tcp')) continue;
        const path = ['spec', 'ports', index];
        const values = { name: port.name ?? '', port: port.port };
        report(service, { rule: external ? 'external-port-name' : 'port-protocol-unknown', path, values });
      }
    }
  },
};

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

/** Whether the mesh gives addresses to hosts that have none. */
function allocatesAddresses(raw: unknown): boolean {
  const metadata = field(field(raw, 'defaultConfig'), 'proxyMetadata');
  const isOn = (name: string): boolean => field(metadata, name) === 'true';
  return (
    isOn('ISTIO_META_DNS_CAPTURE') && (isOn('ISTIO_META_DNS_AUTO_ALLOCATE') || isOn('PILOT_ENABLE_IP_AUTOALLOCATE'))
  );
}

function hasAddresses({ object }: ServiceEntryResource): boolean {
  const allocated = field(field(object, 'status'), 'addresses');
  return object.spec.addresses !== undefined || (Array.isArray(allocated) && allocated.length > 0);
}

/** istio/istio pkg/config/analysis/analyzers/serviceentry/protocoladdresses.go */
export const entryAddresses: Analyzer = {
  name: 'serviceentry.Analyzer',
  run: ({ mesh, resources }, report) => {
    if (allocatesAddresses(mesh.raw)) return;
    for (const entry of resources.serviceEntries) {
      if (hasAddresses(entry)) continue;
      for (const [index, { number, protocol = '' }] of (entry.object.spec.ports ?? []).entries()) {
        if (protocol !== '' && protocol.toUpperCase() !== 'TCP') continue;
        report(entry, { rule: 'addresses-missing', path: ['spec', 'ports', index], values: { port: number } });
      }
    }
  },
};

interface EntryPort {
  readonly entry: ServiceEntryResource;
  readonly protocol: string;
}

/** istio/istio pkg/config/analysis/analyzers/serviceentry/conflictingserviceentries.go */
export const entryProtocols: Analyzer = {
  name: 'serviceentry.ConflictingServiceEntryProtocolAnalyzer',
  run: ({ resources }, report) => {
    const byPlace = new Map<string, EntryPort[]>();
    for (const entry of resources.serviceEntries) {
      const { hosts, ports = [], exportTo } = entry.object.spec;
      for (const scope of exportScopes(exportTo, entry.metadata.namespace)) {
        for (const host of hosts) {
          for (const { number, protocol = '' } of ports)
            addTo(byPlace, `${scope} ${host}:${number}`, { entry, protocol });
        }
      }
    }
    const reported = new Set<ServiceEntryResource>();
    for (const [key, own] of byPlace) {
      const place = key.slice(key.indexOf(' ') + 1);
      const all = key.startsWith('* ') ? own : [...own, ...(byPlace.get(`* ${place}`) ?? [])];
      const protocols = [...new Set(all.map(({ protocol }) => protocol.toUpperCase()))].sort();
      if (protocols.length < 2) continue;
      const colon = place.lastIndexOf(':');
      const names = namesText(all.map(({ entry }) => entry));
      const values = {
        host: place.slice(0, colon),
        port: place.slice(colon + 1),
        protocols: protocols.join(', '),
        names,
      };
      for (const { entry } of all) {
        if (reported.has(entry)) continue;
        reported.add(entry);
        report(entry, { rule: 'protocols-conflict', path: ['spec', 'ports'], values });
      }
    }
  },
};
