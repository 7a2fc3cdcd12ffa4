import { describe, expect, it } from 'vitest';
import { compileFixture, listenerOf } from '../../support/mesh-fixture';

const SERVICE = `apiVersion: v1
kind: Service
metadata: {name: server}
spec: {clusterIP: 10.96.0.1, selector: {app: server}, ports: [{name: http, port: 80, targetPort: 8080}, {name: tcp, port: 90, targetPort: 9090}]}
`;

function peers(name: string, namespace: string, spec: string): string {
  return `---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
`;
}

/** `transport tls-or-not` of each chain of a port, in order. */
function waysInto(port: number, manifests: string): readonly string[] {
  const pods = [{ name: 'server', ip: '10.0.0.1', labels: { app: 'server' } }];
  const { filterChains } = listenerOf(
    compileFixture({ manifests: SERVICE + manifests, pods }).snapshot('server'),
    'virtualInbound',
  );
  return filterChains
    .filter(({ match }) => match.destinationPort === port)
    .map(({ match, tls }) => `${match.transportProtocol}${tls === undefined ? '' : ' ended here'}`);
}

describe('ways into a port', () => {
  it('takes both by default', () => {
    expect(waysInto(8080, '')).toEqual(['tls ended here', 'raw_buffer']);
    expect(waysInto(9090, '')).toEqual(['tls ended here', 'tls', 'raw_buffer']);
  });

  it('lets the port win over the workload, the workload over the namespace, the namespace over the mesh', () => {
    const mesh = peers('mesh', 'istio-system', '{mtls: {mode: STRICT}}');
    const namespace = peers('namespace', 'default', '{mtls: {mode: PERMISSIVE}}');
    const workload = peers(
      'workload',
      'default',
      '{selector: {matchLabels: {app: server}}, mtls: {mode: DISABLE}, portLevelMtls: {"9090": {mode: STRICT}}}',
    );
    expect(waysInto(8080, mesh)).toEqual(['tls ended here']);
    expect(waysInto(8080, mesh + namespace)).toEqual(['tls ended here', 'raw_buffer']);
    expect(waysInto(8080, mesh + namespace + workload)).toEqual(['raw_buffer']);
    expect(waysInto(9090, mesh + namespace + workload)).toEqual(['tls ended here']);
  });

  it('gives ports that no service names chains of their own only where a policy names them', () => {
    const workload = peers(
      'workload',
      'default',
      '{selector: {matchLabels: {app: server}}, mtls: {mode: STRICT}, portLevelMtls: {"7070": {mode: DISABLE}}}',
    );
    expect(waysInto(7070, workload)).toEqual(['raw_buffer', 'raw_buffer']);
    expect(waysInto(7071, workload)).toEqual([]);
  });

  it('takes peers of every name of the trust domain', () => {
    const pods = [{ name: 'server', ip: '10.0.0.1', labels: { app: 'server' } }];
    const mesh = { trustDomain: 'new', trustDomainAliases: ['old'] };
    const { filterChains } = listenerOf(
      compileFixture({ manifests: SERVICE, pods, mesh }).snapshot('server'),
      'virtualInbound',
    );
    const context = filterChains.find(({ match }) => match.destinationPort === 8080)?.tls;
    expect(context?.common.validation?.matchSubjectAltNames.map((name) => 'value' in name && name.value)).toEqual([
      'spiffe://new/',
      'spiffe://old/',
    ]);
  });
});
