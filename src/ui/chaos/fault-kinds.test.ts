import { beforeEach, describe, expect, test } from 'vitest';
import { setTopology } from '../stores/topology-store';
import { heroWorld } from '../testing/fake-world';
import { faultLabel, faultSpec, kindsFor, targetOf } from './fault-kinds';

const SETTINGS = { kind: 'errors', sharePercent: 50, status: 503, factor: 10, delayMs: 200 } as const;
const EDGE = 'heroes/missions->heroes/equipment';

beforeEach(() => setTopology(heroWorld().topology));

describe('a target', () => {
  test('is the service, the pod or the edge that is selected', () => {
    expect(targetOf({ kind: 'service', id: 'heroes/auth' })).toMatchObject({
      kind: 'service',
      title: 'auth',
      selector: { namespace: 'heroes', service: 'auth' },
    });
    expect(targetOf({ kind: 'pod', id: 'heroes/auth/v1/0' })).toMatchObject({
      kind: 'pod',
      selector: { pod: 'heroes/auth/v1/0' },
    });
    expect(targetOf({ kind: 'edge', id: EDGE })).toMatchObject({
      kind: 'edge',
      title: 'missions → equipment',
      from: { namespace: 'heroes', service: 'missions' },
      selector: { namespace: 'heroes', service: 'equipment' },
    });
  });

  test('is the mesh when nothing breakable is selected', () => {
    expect(targetOf({ kind: 'mesh' }).kind).toBe('mesh');
    expect(targetOf({ kind: 'service', id: '/users' }).kind).toBe('mesh');
    expect(targetOf({ kind: 'pod', id: 'gone' }).kind).toBe('mesh');
  });

  test('on the way from a client is open on that side', () => {
    expect(targetOf({ kind: 'edge', id: '/users->istio-system/istio-ingressgateway' }).from).toBeUndefined();
  });

  test('has only the faults that fit it', () => {
    const kinds = (selection: Parameters<typeof targetOf>[0]) => kindsFor(targetOf(selection)).map(({ kind }) => kind);
    expect(kinds({ kind: 'service', id: 'heroes/auth' })).toHaveLength(10);
    expect(kinds({ kind: 'edge', id: EDGE })).toEqual(['networkDelay', 'networkLoss', 'partition', 'controlPlaneDown']);
    expect(kinds({ kind: 'mesh' })).not.toContain('crash');
  });
});

describe('a fault', () => {
  const service = () => targetOf({ kind: 'service', id: 'heroes/auth' });

  test('carries its settings as the engine takes them', () => {
    expect(faultSpec(SETTINGS, service())).toEqual({
      scope: 'engine',
      fault: {
        kind: 'errors',
        target: { namespace: 'heroes', service: 'auth' },
        share: { numerator: 50, denominator: 100 },
        status: 503,
      },
    });
    expect(faultSpec({ ...SETTINGS, kind: 'networkDelay' }, targetOf({ kind: 'edge', id: EDGE }))).toEqual({
      scope: 'engine',
      fault: {
        kind: 'networkDelay',
        from: { namespace: 'heroes', service: 'missions' },
        to: { namespace: 'heroes', service: 'equipment' },
        delay: { kind: 'constant', valueNs: 200_000_000 },
      },
    });
    expect(faultSpec({ ...SETTINGS, kind: 'controlPlaneDown' }, service())).toEqual({
      scope: 'controlPlane',
      kind: 'down',
    });
  });

  test('is named by what it does to whom', () => {
    expect(faultLabel(SETTINGS, service())).toBe('50% answers 503 from auth');
    expect(faultLabel({ ...SETTINGS, kind: 'slow' }, service())).toBe('10× slower: auth');
    expect(faultLabel({ ...SETTINGS, kind: 'controlPlaneDown' }, service())).toBe('control plane down');
  });
});
