import { type ClusterView, SECRET } from '../../../config';
import { isSubset } from '../compile/push-context/endpoint-index';
import type { GatewayResource, KubernetesServiceResource } from '../compile/resources';
import type { ServerTlsSettings } from '../kinds';
import { type Analyzer, nameOf, namesText, podsWith, type Report, selectorText } from './analysis';

type Labels = Readonly<Record<string, string>>;

function selectorOf({ object }: GatewayResource): Labels {
  return object.spec?.selector ?? {};
}

function reportSelector(gateway: GatewayResource, report: Report): void {
  const values = { what: 'pod with the labels', value: selectorText(selectorOf(gateway)) };
  report(gateway, { rule: 'reference-missing', path: ['spec', 'selector'], values });
}

/** Ports that lead to the pods: of a service, or of the pods themselves. */
function reachablePorts(
  labels: Labels,
  namespace: string,
  services: readonly KubernetesServiceResource[],
): Set<number> {
  const reachable = new Set<number>();
  for (const { metadata, object } of services) {
    const selector = object.spec?.selector ?? {};
    if (metadata.namespace !== namespace || !isSubset(selector, labels)) continue;
    for (const { port, protocol = 'TCP', targetPort } of object.spec?.ports ?? []) {
      if (protocol !== 'TCP') continue;
      reachable.add(port);
      if (typeof targetPort === 'number' && targetPort > 0) reachable.add(targetPort);
    }
  }
  return reachable;
}

/** istio/istio pkg/config/analysis/analyzers/gateway/gateway.go */
export const serverPorts: Analyzer = {
  name: 'gateway.IngressGatewayPortAnalyzer',
  run: ({ view, resources }, report) => {
    for (const gateway of resources.gateways) {
      const pods = podsWith(view.pods, selectorOf(gateway));
      if (pods.length === 0) {
        reportSelector(gateway, report);
        continue;
      }
      const reachable = new Set(
        pods.flatMap((pod) => [...reachablePorts(pod.labels, pod.namespace, resources.services)]),
      );
      for (const [index, { port }] of (gateway.object.spec?.servers ?? []).entries()) {
        if (reachable.has(port.number)) continue;
        const path = ['spec', 'servers', index, 'port', 'number'];
        report(gateway, { rule: 'port-not-on-service', path, values: { port: port.number } });
      }
    }
  },
};

function hasSecret(view: ClusterView, credential: string, namespace: string): boolean {
  const slash = credential.indexOf('/');
  const [owner, name] = slash < 0 ? [namespace, credential] : [credential.slice(0, slash), credential.slice(slash + 1)];
  return view.get(SECRET, owner, name) !== undefined;
}

/** Secrets are looked for where the gateway's pods run. istio/istio pkg/config/analysis/analyzers/gateway/secret.go */
export const serverSecrets: Analyzer = {
  name: 'gateway.SecretAnalyzer',
  run: ({ view, resources }, report) => {
    for (const gateway of resources.gateways) {
      const [pod] = podsWith(view.pods, selectorOf(gateway));
      if (pod === undefined) {
        reportSelector(gateway, report);
        continue;
      }
      for (const [index, { tls }] of (gateway.object.spec?.servers ?? []).entries()) {
        const value = tls?.credentialName ?? '';
        if (value === '' || hasSecret(view, value, pod.namespace)) continue;
        const path = ['spec', 'servers', index, 'tls', 'credentialName'];
        const what = `secret in the namespace ${pod.namespace} of the gateway's pods`;
        report(gateway, { rule: 'reference-missing', path, values: { what, value } });
      }
    }
  },
};

interface PortHosts {
  readonly gateway: GatewayResource;
  readonly port: number;
  readonly hosts: ReadonlySet<string>;
  readonly bind: string;
}

function portsOf(gateways: readonly GatewayResource[]): readonly PortHosts[] {
  return gateways.flatMap((gateway) => {
    const byPort = new Map<number, PortHosts>();
    for (const { port, hosts, bind = '' } of gateway.object.spec?.servers ?? []) {
      byPort.set(port.number, { gateway, port: port.number, hosts: new Set(hosts), bind });
    }
    return [...byPort.values()];
  });
}

/** istio/istio pkg/config/analysis/analyzers/gateway/conflictinggateway.go */
export const conflictingGateways: Analyzer = {
  name: 'gateway.ConflictingGatewayAnalyzer',
  run: ({ view, resources }, report) => {
    const known = portsOf(resources.gateways);
    const samePods = (a: GatewayResource, b: GatewayResource): boolean => {
      const [left, right] = [selectorText(selectorOf(a)), selectorText(selectorOf(b))];
      if (left === right) return true;
      if (!left.includes(right) && !right.includes(left)) return false;
      return podsWith(podsWith(view.pods, selectorOf(a)), selectorOf(b)).length > 0;
    };
    for (const gateway of resources.gateways) {
      for (const [index, { port, hosts, bind = '' }] of (gateway.object.spec?.servers ?? []).entries()) {
        const others = known.filter(
          (other) =>
            other.gateway !== gateway &&
            other.port === port.number &&
            other.bind === bind &&
            hosts.some((host) => other.hosts.has(host)) &&
            samePods(gateway, other.gateway),
        );
        if (others.length === 0) continue;
        const values = { port: port.number, names: namesText(others.map((other) => other.gateway)) };
        report(gateway, { rule: 'gateways-conflict', path: ['spec', 'servers', index], values });
      }
    }
  },
};

function sameCertificate(a: ServerTlsSettings, b: ServerTlsSettings): boolean {
  const [left, right] = [a.credentialName ?? '', b.credentialName ?? ''];
  if (left !== '' || right !== '') return left === right;
  const fields = ['serverCertificate', 'privateKey'] as const;
  return fields.every((field) => (a[field] ?? '') !== '' && a[field] === b[field]);
}

/** istio/istio pkg/config/analysis/analyzers/gateway/certificate.go */
export const sharedCertificates: Analyzer = {
  name: 'gateway.CertificateAnalyzer',
  run: ({ resources }, report) => {
    for (const gateway of resources.gateways) {
      for (const other of resources.gateways) {
        if (other === gateway || !isSubset(selectorOf(gateway), selectorOf(other))) continue;
        for (const [index, { tls }] of (gateway.object.spec?.servers ?? []).entries()) {
          const same = (other.object.spec?.servers ?? []).some(
            (server) => tls !== undefined && server.tls !== undefined && sameCertificate(tls, server.tls),
          );
          const path = ['spec', 'servers', index, 'tls'];
          if (same) report(gateway, { rule: 'certificate-twice', path, values: { other: nameOf(other) } });
        }
      }
    }
  },
};
