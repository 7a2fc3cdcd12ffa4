// Scenarios given as Istio's own YAML: the compiler makes what the proxies are told.
import { compileFixture } from '../support/mesh-fixture';
import { SERVICE } from './configure';
import type { Place, ProxyConfigs, Scenario } from './contract';

/** What the sidecar injector writes on a pod: its proxy takes mutual TLS. */
const INJECTED = { 'security.istio.io/tlsMode': 'istio' };

/** The service in front of all pods of the scenario; `protocol` is the prefix of its port's name. */
function serviceManifest(place: Place, protocol: string): string {
  return `
apiVersion: v1
kind: Service
metadata: { name: ${SERVICE}, namespace: default }
spec:
  clusterIP: 10.96.0.1
  selector: { app: ${SERVICE} }
  ports: [ { name: ${protocol}, port: ${place.port}, targetPort: ${place.port} } ]
`;
}

/** Where the pods of the service are. */
function endpointManifest(place: Place, protocol: string, pods: readonly string[]): string {
  return `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${SERVICE}-1, namespace: default, labels: { kubernetes.io/service-name: ${SERVICE} } }
addressType: IPv4
ports: [ { name: ${protocol}, port: ${place.port}, protocol: TCP } ]
endpoints:
${pods.map((pod) => `- { addresses: [ ${place.ip(pod)} ], conditions: { ready: true }, targetRef: { kind: Pod, namespace: default, name: ${pod} } }`).join('\n')}
`;
}

/** Compiles manifests (documents without leading separator) for a client and the pods, which all have sidecars. */
export function istio(
  manifests: string | ((place: Place) => string),
  pods: readonly string[] = ['b'],
  protocol: 'http' | 'tcp' = 'http',
): Scenario['configure'] {
  return (place): ProxyConfigs => {
    const text = typeof manifests === 'string' ? manifests : manifests(place);
    const mesh = compileFixture({
      manifests: [serviceManifest(place, protocol), endpointManifest(place, protocol, pods), text]
        .filter((part) => part.trim() !== '')
        .join('---\n'),
      pods: [
        { name: 'client', ip: place.clientIp, labels: { ...INJECTED, app: 'client' } },
        ...pods.map((name) => ({ name, ip: place.ip(name), labels: { ...INJECTED, app: SERVICE, version: name } })),
      ],
    });
    return {
      client: mesh.snapshot('client'),
      servers: new Map(pods.map((name) => [name, mesh.snapshot(name)])),
      isolated: true,
    };
  };
}
