import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/xds';
import { compileFixture } from '../../support/mesh-fixture';
import { object, service } from './support';

const POLICY = object(
  'BackendTLSPolicy',
  'a',
  '{targetRefs: [{group: "", kind: Service, name: cart}], validation: {hostname: cart.com, wellKnownCACertificates: System}}',
);

function destinationRule(policy: string): string {
  return `---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: default}
spec: {host: cart, trafficPolicy: ${policy}}
`;
}

function clusterOf(...manifests: readonly string[]): Cluster | undefined {
  const pods = [{ name: 'client', ip: '10.0.0.9' }];
  const { snapshot } = compileFixture({ manifests: [service('cart', 8080), ...manifests].join(''), pods });
  return snapshot('client').clusters.find(({ name }) => name === 'outbound|8080||cart.default.svc.cluster.local');
}

function sniOf(cluster: Cluster | undefined): string | undefined {
  return cluster?.transportSocket?.kind === 'tls' ? cluster.transportSocket.tls.sni : undefined;
}

describe('a policy for a backend', () => {
  it('secures connections to it', () => {
    const cluster = clusterOf(POLICY);
    expect(sniOf(cluster)).toBe('cart.com');
  });

  it('fills the gaps of a DestinationRule, which stands above it whatever its age', () => {
    const balanced = destinationRule('{loadBalancer: {simple: RANDOM}}');
    const secured = destinationRule('{tls: {mode: SIMPLE, sni: other.com}}');
    for (const order of [
      [POLICY, balanced],
      [balanced, POLICY],
    ]) {
      const cluster = clusterOf(...order);
      expect([cluster?.lbPolicy.kind, sniOf(cluster)]).toEqual(['RANDOM', 'cart.com']);
    }
    expect(sniOf(clusterOf(POLICY, secured))).toBe('other.com');
    expect(sniOf(clusterOf(secured, POLICY))).toBe('other.com');
  });
});
