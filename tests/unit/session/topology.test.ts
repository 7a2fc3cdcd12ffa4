import { describe, expect, it } from 'vitest';
import type { ServiceNodeView } from '../../../src/session';
import { behavior, deployment, file, open, run, S, SHOP, service, traffic, withFiles } from './shop';

type Session = ReturnType<typeof open>;

function node(session: Session, id: string): ServiceNodeView | undefined {
  return session.topology().services.find((candidate) => candidate.id === id);
}

const states = (session: Session, id: string) => node(session, id)?.pods.map(({ state }) => state);

const GATEWAY = `apiVersion: apps/v1
kind: Deployment
metadata: { name: ingress, namespace: shop }
spec:
  selector: { matchLabels: { istio: ingress } }
  template:
    metadata: { labels: { istio: ingress } }
    spec: { containers: [ { name: istio-proxy, image: auto } ] }
`;

describe('the graph', () => {
  it('has clients, services by canonical name and the edges that carry traffic', () => {
    const session = open();
    expect(session.topology().edges).toEqual([]);
    run(session, 3);
    const { services, edges, namespaces } = session.topology();
    expect(services.map(({ id, kind }) => [id, kind])).toEqual([
      ['/clients', 'client'],
      ['shop/front', 'service'],
      ['shop/cart', 'service'],
      ['shop/db', 'service'],
    ]);
    expect(edges.map(({ id, protocol }) => [id, protocol])).toEqual([
      ['/clients->shop/front', 'http'],
      ['shop/front->shop/cart', 'http'],
      ['shop/cart->shop/db', 'http'],
    ]);
    expect(namespaces).toEqual([{ name: 'shop', injection: 'off' }]);
    expect(node(session, 'shop/cart')?.versions).toEqual([
      { name: 'v1', pods: 2 },
      { name: 'v2', pods: 1 },
    ]);
  });

  it('joins a service of another name to the pods behind it', () => {
    const session = open(
      withFiles(
        SHOP,
        file('alias.yaml', service('shop-front', 'front')),
        file('traffic.yaml', traffic(100, 'http://shop-front:80/')),
      ),
    );
    run(session, 3);
    expect(session.topology().edges[0]?.id).toBe('/clients->shop/front');
    expect(node(session, 'shop/shop-front')).toBeUndefined();
  });

  it('knows gateways, and hosts outside that somebody calls', () => {
    const behaviors = file('behaviors.yaml', behavior('front', '{ call: "http://rates.example.com/today" }'));
    const session = open(withFiles(SHOP, behaviors, file('gateway.yaml', GATEWAY)));
    run(session, 3);
    expect(node(session, 'shop/ingress')?.kind).toBe('gateway');
    expect(node(session, '/rates.example.com')).toMatchObject({ kind: 'external', pods: [], namespace: '' });
    expect(session.topology().edges.map(({ id }) => id)).toContain('shop/front->/rates.example.com');
  });

  it('shows no edge of a future that was left again', () => {
    const session = open();
    const behaviors = file('behaviors.yaml', behavior('front', '{ call: "http://db:80/rows" }'));
    run(session, 3);
    session.applyFiles(withFiles(SHOP, behaviors));
    run(session, 3);
    expect(session.topology().edges.map(({ id }) => id)).toContain('shop/front->shop/db');
    session.seek(2 * S);
    expect(session.topology().edges.map(({ id }) => id)).not.toContain('shop/front->shop/db');
  });

  it('is numbered anew only when it differs', () => {
    const session = open();
    run(session, 3);
    const { revision } = session.topology();
    run(session, 3);
    expect(session.topology().revision).toBe(revision);
    session.execute({ kind: 'deletePod', pod: node(session, 'shop/db')?.pods[0]?.id ?? '' });
    expect(session.topology().revision).toBe(revision + 1);
  });
});

describe('the state of a pod', () => {
  it('is ready after its start, and a new one starts', () => {
    const session = open();
    expect(states(session, 'shop/cart')).toEqual(['ready', 'ready', 'ready']);
    const ref = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'cart-v2' };
    session.execute({ kind: 'scaleWorkload', ref, replicas: 2 });
    expect(states(session, 'shop/cart')).toEqual(['ready', 'ready', 'ready', 'starting']);
    run(session, 5);
    expect(states(session, 'shop/cart')).toEqual(['ready', 'ready', 'ready', 'ready']);
    session.execute({ kind: 'scaleWorkload', ref, replicas: 1 });
    expect(states(session, 'shop/cart')).toEqual(['ready', 'ready', 'ready', 'terminating']);
    expect(node(session, 'shop/cart')?.versions[1]?.pods).toBe(1);
    run(session, 40);
    expect(states(session, 'shop/cart')).toEqual(['ready', 'ready', 'ready']);
  });

  it('is crashed while its container does not come up, and counts the restarts', () => {
    const session = open();
    const fault = { scope: 'engine', fault: { kind: 'crash', target: { workload: 'db' } } } as const;
    session.execute({ kind: 'injectFault', id: 'c', label: 'c', fault });
    run(session, 20);
    expect(node(session, 'shop/db')?.pods.map(({ state, restarts }) => [state, restarts])).toEqual([['crashed', 3]]);
    session.execute({ kind: 'clearFault', id: 'c' });
    run(session, 20);
    expect(states(session, 'shop/db')).toEqual(['ready']);
  });

  it('is failing from one error in ten of its answers', () => {
    const session = open(
      withFiles(
        SHOP,
        file(
          'behaviors.yaml',
          behavior('front', '{ call: { url: "http://cart:80/", onError: ignore } }'),
          behavior('cart', '', '{ outcomes: [ { weight: 80, status: 200 }, { weight: 20, status: 500 } ] }'),
        ),
      ),
    );
    run(session, 15);
    expect(states(session, 'shop/cart')).toEqual(['failing', 'failing', 'failing']);
    expect(states(session, 'shop/front')).toEqual(['ready', 'ready']);
  });

  it('counts errors of the last ten seconds only', () => {
    const session = open();
    const fault = {
      scope: 'engine',
      fault: { kind: 'errors', target: { service: 'db' }, share: { numerator: 1, denominator: 1 }, status: 500 },
    } as const;
    run(session, 10);
    session.execute({ kind: 'injectFault', id: 'e', label: 'e', fault });
    run(session, 5);
    session.execute({ kind: 'clearFault', id: 'e' });
    expect(states(session, 'shop/db')).toEqual(['failing']);
    run(session, 11);
    expect(states(session, 'shop/db')).toEqual(['ready']);
  });

  it('is not ready while the readiness probe waits', () => {
    const probe = 'readinessProbe: { httpGet: { path: /, port: 8080 }, initialDelaySeconds: 5 }';
    const slow = deployment({ name: 'slow' }).replace('image: "slow:1",', `image: "slow:1", ${probe},`);
    const session = open();
    session.applyFiles(withFiles(SHOP, file('slow.yaml', slow)));
    run(session, 4);
    expect(states(session, 'shop/slow')).toEqual(['starting']);
    run(session, 5);
    expect(states(session, 'shop/slow')).toEqual(['ready']);
  });
});
