import { describe, expect, it } from 'vitest';
import { DEPLOYMENT, SERVICE } from '../../../src/config';
import { deployGateways } from '../../../src/dialects/istio/gateway-api/deployments';
import { Session } from '../../../src/session';
import { readManifestSet, viewOfManifests } from '../../support/manifest-view';
import { gateway, object } from './support';

const HTTP = '{name: http, port: 80, protocol: HTTP}';

function deployed(...manifests: readonly string[]) {
  const { resources } = readManifestSet([{ path: 'mesh.yaml', text: manifests.join('') }]);
  return deployGateways(viewOfManifests(resources, {}));
}

function names(...manifests: readonly string[]): readonly string[] {
  return deployed(...manifests).map(({ ref }) => `${ref.kind}/${ref.name}`);
}

describe('what a Gateway brings', () => {
  it('is named after it and its class', () => {
    expect(names(gateway('web', HTTP))).toEqual([
      'ServiceAccount/web-istio',
      'Deployment/web-istio',
      'Service/web-istio',
    ]);
  });

  it('is nothing for a class of others, for one that runs elsewhere, and where a Service is there already', () => {
    const of = (spec: string): readonly string[] => names(object('Gateway', 'web', `{${spec}, listeners: [${HTTP}]}`));
    expect(of('gatewayClassName: nginx')).toEqual([]);
    expect(of('gatewayClassName: istio-remote')).toEqual([]);
    expect(of('gatewayClassName: istio, addresses: [{type: Hostname, value: ingress}]')).toEqual([]);
    expect(of('gatewayClassName: istio, addresses: [{value: 1.2.3.4}]')).toHaveLength(3);
  });

  it('opens every port of the listeners once, those of ListenerSets among them', () => {
    const spec = `{gatewayClassName: istio, listeners: [${HTTP}, {name: shop, port: 80, protocol: HTTP, hostname: a.com}], allowedListeners: {namespaces: {from: All}}}`;
    const set = object(
      'ListenerSet',
      'more',
      '{parentRef: {name: web}, listeners: [{name: a.b, port: 81, protocol: HTTP}]}',
    );
    const service = deployed(object('Gateway', 'web', spec), set).find(({ kind }) => kind === SERVICE.kind);
    expect(service?.object).toMatchObject({
      spec: {
        type: 'LoadBalancer',
        selector: { 'gateway.networking.k8s.io/gateway-name': 'web' },
        ports: [
          { name: 'status-port', port: 15_021, appProtocol: 'tcp' },
          { name: 'http', port: 80, appProtocol: 'http' },
          { name: 'a-b', port: 81, appProtocol: 'http' },
        ],
      },
    });
  });

  it('is a proxy without an application, which no injector touches, written where the Gateway is', () => {
    const manifest = gateway('web', HTTP);
    const deployment = deployed(manifest).find(({ kind }) => kind === DEPLOYMENT.kind);
    expect(deployment?.object).toMatchObject({
      spec: {
        template: {
          metadata: { labels: { 'sidecar.istio.io/inject': 'false', 'service.istio.io/canonical-name': 'web-istio' } },
          spec: { serviceAccountName: 'web-istio', containers: [{ name: 'istio-proxy' }] },
        },
      },
    });
    const range = deployment?.source.rangeOf(['spec', 'template']);
    expect(manifest.slice(range?.start.offset, range?.end.offset)).toBe('web');
  });
});

describe('in a running mesh', () => {
  function open(text: string): Session {
    const scenario = { id: 'x', title: 'x', dialect: 'istio', seed: 1, notes: '', presets: [] } as const;
    const { session } = Session.open({ ...scenario, files: [{ path: 'mesh.yaml', text }] });
    if (session === undefined) throw new Error('the manifests were refused');
    return session;
  }

  const services = (session: Session): readonly string[] => session.topology().services.map(({ id }) => id);
  const NAMESPACE = '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n';
  const WEB = 'default/web-istio';

  it('comes and goes with the Gateway', () => {
    const session = open(NAMESPACE);
    const apply = (text: string): void => {
      session.applyFiles([{ path: 'mesh.yaml', text }]);
      session.advanceTo(session.nowNs + 60e9, 1e9);
    };
    expect(services(session)).not.toContain(WEB);
    apply(NAMESPACE + gateway('web', HTTP));
    expect(services(session)).toContain(WEB);
    expect(
      session
        .topology()
        .services.find(({ id }) => id === WEB)
        ?.pods.map(({ state }) => state),
    ).toEqual(['ready']);
    apply(NAMESPACE);
    expect(services(session)).not.toContain(WEB);
  });

  it('waits for the control plane', () => {
    const session = open(NAMESPACE);
    const fault = { scope: 'controlPlane', kind: 'down' } as const;
    session.execute({ kind: 'injectFault', id: 'down', label: 'down', fault });
    session.applyFiles([{ path: 'mesh.yaml', text: NAMESPACE + gateway('web', HTTP) }]);
    session.advanceTo(10e9, 1e9);
    expect(services(session)).not.toContain(WEB);
    session.execute({ kind: 'clearFault', id: 'down' });
    session.advanceTo(60e9, 1e9);
    expect(services(session)).toContain(WEB);
    session.seek(5e9);
    expect(services(session)).not.toContain(WEB);
  });
});
