import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/session';
import { behavior, deployment, file, open, run, service, traffic, withFiles } from './shop';

// front asks nobody but its authorizer: a workload that answers as its Behavior says.

const NAMESPACE = `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
`;

const MESH = `apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data:
  mesh: |
    extensionProviders:
      - name: guard
        envoyExtAuthzHttp: { service: guard.shop.svc.cluster.local, port: 80, timeout: 0.5s }
`;

const POLICY = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: guarded, namespace: shop }
spec:
  selector: { matchLabels: { app: front } }
  action: CUSTOM
  provider: { name: guard }
  rules: [ { to: [ { operation: { paths: [ "/secret" ] } } ] } ]
`;

function guard(status: number) {
  return file('guard.yaml', behavior('guard', '{ compute: 1ms }', `{ status: ${status} }`));
}

function guarded(status: number, path: string): Session {
  const files = [
    file('namespace.yaml', NAMESPACE),
    file('mesh.yaml', MESH),
    file('policy.yaml', POLICY),
    file(
      'workloads.yaml',
      service('front'),
      deployment({ name: 'front' }),
      service('guard'),
      deployment({ name: 'guard' }),
    ),
    file('behaviors.yaml', behavior('front', '{ compute: 1ms }')),
    file('traffic.yaml', traffic(20, `http://front:80${path}`)),
    guard(status),
  ];
  return open(files);
}

/** Answers of the sidecar in front of the guarded workload, and how often each was given. */
function statuses(session: Session): ReadonlyMap<string, number> {
  const front = session.cluster.pods.find(({ workload }) => workload.name === 'front')?.uid;
  const seen = new Map<string, number>();
  for (const { status, details, reporter } of session.engine.accessLog(1000)) {
    if (reporter.side !== 'destination' || reporter.pod !== front) continue;
    const key = `${status} ${details}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return seen;
}

describe('a CUSTOM authorization policy', () => {
  it('asks its provider for the paths that it names', () => {
    const allowing = guarded(200, '/secret');
    run(allowing, 10);
    expect([...statuses(allowing).keys()]).toEqual(['200 via_upstream']);

    const denying = guarded(403, '/secret');
    run(denying, 10);
    expect([...statuses(denying).keys()]).toEqual(['403 ext_authz_denied']);
    expect(statuses(denying).get('403 ext_authz_denied')).toBeGreaterThan(100);
  });

  it('leaves other paths alone, and follows the provider when it changes its mind', () => {
    const session = guarded(403, '/open');
    run(session, 5);
    expect([...statuses(session).keys()]).toEqual(['200 via_upstream']);

    const changing = guarded(403, '/secret');
    run(changing, 5);
    const before = statuses(changing).get('200 via_upstream') ?? 0;
    expect(changing.applyFiles(withFiles(changing.files, guard(200))).accepted).toBe(true);
    run(changing, 5);
    expect(before).toBe(0);
    expect(statuses(changing).get('200 via_upstream')).toBeGreaterThan(50);
  });
});
