import { describe, expect, it } from 'vitest';
import type { FaultSpec } from '../../../src/session';
import { occurrenceAt } from '../../../src/session/faults';
import { behavior, fault, file, open, run, S, SHOP, TRAFFIC, traffic, withFiles } from './shop';

type Session = ReturnType<typeof open>;

const DB_DOWN = 'target: { service: db }, errors: { share: 100% }';

function scheduled(...faults: readonly string[]) {
  return withFiles(SHOP, file('faults.yaml', ...faults));
}

/** Kind, second and label of the marks. */
function marks(session: Session) {
  return session.marks.map(({ kind, atNs, label }) => [kind, atNs / S, label]);
}

/** Failed and answered requests of the clients in each whole second, by second. */
function failuresPerSecond(session: Session): readonly number[] {
  return session.series({ kind: 'mesh' }, 600).failurePerS;
}

describe('an occurrence of a scheduled fault', () => {
  const schedule = { id: 'f', label: 'f', fault: { scope: 'controlPlane', kind: 'down' } } as const;
  const at = (atS: number, durationS: number, everyS: number, nowS: number) => {
    const found = occurrenceAt(
      { ...schedule, atNs: atS * S, durationNs: durationS * S, everyNs: everyS * S },
      nowS * S,
    );
    return found === undefined ? undefined : [found.beginNs / S, found.endNs / S];
  };

  it('happens once without `every`', () => {
    expect(at(10, 5, 0, 0)).toEqual([10, 15]);
    expect(at(10, 5, 0, 14.999)).toEqual([10, 15]);
    expect(at(10, 5, 0, 15)).toBeUndefined();
  });

  it('comes again with `every`', () => {
    expect(at(10, 5, 20, 3)).toEqual([10, 15]);
    expect(at(10, 5, 20, 15)).toEqual([30, 35]);
    expect(at(10, 5, 20, 30)).toEqual([30, 35]);
    expect(at(10, 5, 20, 34)).toEqual([30, 35]);
    expect(at(10, 5, 20, 1_000)).toEqual([1_010, 1_015]);
  });

  it('never ends without a duration, or when it comes again before it ends', () => {
    expect(at(10, 0, 0, 99)).toEqual([10, Number.POSITIVE_INFINITY]);
    expect(at(10, 30, 30, 99)).toEqual([10, Number.POSITIVE_INFINITY]);
  });
});

describe('a fault of the manifests', () => {
  it('lasts from its time for its duration, and shows in the traffic', () => {
    const session = open(scheduled(fault('outage', `${DB_DOWN}, schedule: { at: 3s, duration: 2s }`)));
    run(session, 8);
    expect(marks(session)).toEqual([
      ['fault', 3, 'outage: errors'],
      ['mend', 5, 'outage: errors'],
    ]);
    const failures = failuresPerSecond(session);
    expect(failures.map((count) => count > 50)).toEqual([false, false, false, true, true, false, false, false]);
    expect(failures.slice(0, 3)).toEqual([0, 0, 0]);
    expect(failures.slice(6)).toEqual([0, 0]);
  });

  it('recurs', () => {
    const session = open(scheduled(fault('outage', `${DB_DOWN}, schedule: { at: 1s, duration: 1s, every: 3s }`)));
    run(session, 9);
    expect(marks(session).map(([kind, second]) => [kind, second])).toEqual([
      ['fault', 1],
      ['mend', 2],
      ['fault', 4],
      ['mend', 5],
      ['fault', 7],
      ['mend', 8],
    ]);
  });

  it('without a schedule is there from the start', () => {
    const session = open(scheduled(fault('outage', DB_DOWN)));
    run(session, 1);
    expect(session.activeFaults).toEqual([{ id: 'manifest/shop/outage', label: 'outage: errors', sinceNs: 0 }]);
  });

  it('that an apply leaves unchanged goes on and ends in time', () => {
    const files = scheduled(fault('outage', `${DB_DOWN}, schedule: { at: 2s, duration: 4s }`));
    const session = open(files);
    run(session, 3);
    session.applyFiles([...files]);
    run(session, 6);
    expect(marks(session)).toEqual([
      ['fault', 2, 'outage: errors'],
      ['apply', 3, 'Applied'],
      ['mend', 6, 'outage: errors'],
    ]);
  });

  it('that an apply takes away ends with it', () => {
    const session = open(scheduled(fault('outage', `${DB_DOWN}, schedule: { at: 2s }`)));
    run(session, 3);
    session.applyFiles(SHOP);
    run(session, 2);
    expect(session.activeFaults).toEqual([]);
    expect(failuresPerSecond(session).at(-1)).toBe(0);
  });

  it('that an apply changes begins anew in its new form', () => {
    const session = open(scheduled(fault('outage', DB_DOWN)));
    run(session, 3);
    session.applyFiles(scheduled(fault('outage', 'target: { service: db }, hang: {}')));
    run(session, 1);
    expect(session.activeFaults).toEqual([{ id: 'manifest/shop/outage', label: 'outage: hang', sinceNs: 3 * S }]);
  });

  it('whose time is over when it is applied does nothing', () => {
    const session = open();
    run(session, 10);
    session.applyFiles(scheduled(fault('outage', `${DB_DOWN}, schedule: { at: 3s, duration: 2s }`)));
    run(session, 5);
    expect(marks(session)).toEqual([['apply', 10, 'Applied']]);
  });

  it('applied in the middle of its time begins at once and ends in time', () => {
    const session = open();
    run(session, 12);
    session.applyFiles(scheduled(fault('outage', `${DB_DOWN}, schedule: { at: 1s, duration: 3s, every: 10s }`)));
    run(session, 8);
    expect(marks(session)).toEqual([
      ['apply', 12, 'Applied'],
      ['fault', 12, 'outage: errors'],
      ['mend', 14, 'outage: errors'],
    ]);
  });
});

const FAULTS: Readonly<Record<string, readonly [yaml: string, expected: unknown]>> = {
  crash: ['crash: {}', { kind: 'crash', target: { namespace: 'shop', service: 'db' } }],
  hang: ['hang: {}', { kind: 'hang', target: { namespace: 'shop', service: 'db' } }],
  slow: [
    'slow: { factor: 3, delay: { constant: 20ms } }',
    { kind: 'slow', factor: 3, extra: { kind: 'constant', valueNs: 20_000_000 } },
  ],
  errors: [
    'errors: { share: 25%, status: 503 }',
    { kind: 'errors', status: 503, share: { numerator: 25, denominator: 100 } },
  ],
  refuse: ['refuse: { share: 0.5 }', { kind: 'refuse', share: { numerator: 5, denominator: 10 } }],
  networkDelay: [
    'networkDelay: { delay: 20ms, jitter: 5ms }',
    { kind: 'networkDelay', to: { service: 'db' }, delay: { kind: 'uniform', minNs: 15_000_000, maxNs: 25_000_000 } },
  ],
  networkLoss: ['networkLoss: { share: 1% }', { kind: 'networkLoss', share: { numerator: 1, denominator: 100 } }],
  partition: ['partition: {}', { kind: 'partition', to: { namespace: 'shop', service: 'db' } }],
  certificateExpired: ['certificateExpired: {}', { kind: 'certificateExpired', target: { service: 'db' } }],
};

describe('every kind of breakage', () => {
  it.each(Object.entries(FAULTS))('%s is understood and can be mended', (name, [yaml, expected]) => {
    const session = open(scheduled(fault('f', `target: { service: db }, ${yaml}, schedule: { at: 2s, duration: 3s }`)));
    const saved = () => session.checkpoint().state.faults.active.get('manifest/shop/f')?.spec;
    run(session, 3);
    expect(saved()).toMatchObject({ scope: 'engine', fault: expected });
    run(session, 20);
    expect(saved()).toBeUndefined();
    expect(marks(session).map(([kind]) => kind)).toEqual(['fault', 'mend']);
    // A crash lasts until the back-off of the container is over; a connection in a partition until its retransmission.
    if (name !== 'crash' && name !== 'partition') expect(failuresPerSecond(session).at(-1)).toBe(0);
    session.engine.checkInvariants();
  });

  it('on an edge names both of its ends', () => {
    const edge = 'target: { edge: { from: front, to: { service: cart, version: v2 } } }';
    const session = open(scheduled(fault('f', `${edge}, partition: {}`)));
    run(session, 1);
    expect(session.checkpoint().state.faults.active.get('manifest/shop/f')?.spec).toEqual({
      scope: 'engine',
      fault: {
        kind: 'partition',
        from: { namespace: 'shop', service: 'front' },
        to: { namespace: 'shop', service: 'cart', version: 'v2' },
      },
    });
  });
});

describe('what a fault hits', () => {
  /** The cart calls nobody, so that every error of a cart is its own. */
  const leaves = file(
    'behaviors.yaml',
    behavior('front', '{ call: { url: "http://cart:80/items", onError: ignore } }'),
    behavior('cart', '{ compute: 1ms }'),
  );
  const busy = file('traffic.yaml', traffic(300));
  const { pods } = open().cluster;
  const carts = pods.filter(({ workload }) => workload.name.startsWith('cart'));
  const failing = (target: string) => {
    const faults = file('faults.yaml', fault('f', `target: { ${target} }, errors: {}`));
    const session = open(withFiles(SHOP, leaves, busy, faults));
    run(session, 10);
    const failed = session.engine.pods().filter(({ errors }) => errors > 0);
    return failed.map(({ id }) => id);
  };
  const idsOf = (matches: (pod: (typeof carts)[number]) => boolean) => carts.filter(matches).map(({ uid }) => uid);

  it.each([
    ['one pod', `pod: ${carts[0]?.name}`, idsOf(({ name }) => name === carts[0]?.name)],
    ['a version', 'service: cart, version: v2', idsOf(({ labels }) => labels['version'] === 'v2')],
    ['a workload', 'workload: cart-v1', idsOf(({ workload }) => workload.name === 'cart-v1')],
    ['a service', 'service: cart', idsOf(() => true)],
    ['nothing that is there', 'service: cart, version: v9', []],
  ])('may be %s', (_name, target, expected) => {
    expect(failing(target)).toEqual(expected);
  });

  it('may be a node, with everything on it', () => {
    const failed = failing('node: node-c').filter((id) => carts.some(({ uid }) => uid === id));
    expect(failed).toEqual(idsOf(({ nodeName }) => nodeName === 'node-c'));
    expect(failed).not.toHaveLength(0);
    expect(failed).not.toHaveLength(carts.length);
  });
});

describe('faults that a user injects', () => {
  const errors: FaultSpec = {
    scope: 'engine',
    fault: { kind: 'errors', target: { service: 'cart' }, share: { numerator: 1, denominator: 1 }, status: 500 },
  };
  const inject = (session: Session, id: string, spec: FaultSpec) =>
    session.execute({ kind: 'injectFault', id, label: id, fault: spec });

  it('act until they are cleared', () => {
    const session = open();
    run(session, 2);
    inject(session, 'e', errors);
    run(session, 2);
    expect(session.metrics().edges.find(({ id }) => id === 'shop/front->shop/cart')?.failurePerS).toBeGreaterThan(30);
    session.execute({ kind: 'clearFault', id: 'e' });
    session.execute({ kind: 'clearFault', id: 'unknown' });
    run(session, 3);
    expect(failuresPerSecond(session).at(-1)).toBe(0);
    expect(marks(session)).toEqual([
      ['fault', 2, 'e'],
      ['mend', 4, 'e'],
    ]);
  });

  it('replace one of the same id', () => {
    const session = open();
    inject(session, 'e', errors);
    inject(session, 'e', { scope: 'engine', fault: { kind: 'slow', target: { service: 'cart' }, factor: 1 } });
    run(session, 2);
    expect(session.activeFaults).toHaveLength(1);
    expect(failuresPerSecond(session)).toEqual([0, 0]);
  });

  it('of the control plane overlap: it is up when nothing holds it down, and delays add up', () => {
    const session = open();
    inject(session, 'a', { scope: 'controlPlane', kind: 'down' });
    inject(session, 'b', { scope: 'controlPlane', kind: 'down' });
    session.execute({ kind: 'clearFault', id: 'a' });
    expect(session.cluster.controlPlaneUp).toBe(false);
    session.execute({ kind: 'clearFault', id: 'b' });
    expect(session.cluster.controlPlaneUp).toBe(true);
    inject(session, 'c', { scope: 'controlPlane', kind: 'lag', delayNs: S });
    inject(session, 'd', { scope: 'controlPlane', kind: 'lag', delayNs: 2 * S });
    expect(session.cluster.checkpoint().state.controlPlane.lagNs).toBe(3 * S);
    session.execute({ kind: 'clearAllFaults' });
    expect(session.cluster.checkpoint().state.controlPlane.lagNs).toBe(0);
    expect(session.clusterEvents(10).map(({ reason }) => reason)).toEqual(['Down', 'Started']);
  });

  it('stay over an apply, those of the manifests beside them', () => {
    const session = open(scheduled(fault('outage', DB_DOWN)));
    run(session, 1);
    inject(session, 'e', errors);
    session.applyFiles(withFiles(SHOP, TRAFFIC));
    expect(session.activeFaults.map(({ id }) => id)).toEqual(['e']);
  });
});

describe('marks', () => {
  it('are at most five hundred, the newest', () => {
    const session = open([file('empty.yaml', '')]);
    const fault: FaultSpec = { scope: 'controlPlane', kind: 'lag', delayNs: 0 };
    for (let index = 0; index < 600; index++)
      session.execute({ kind: 'injectFault', id: `f${index}`, label: `f${index}`, fault });
    expect(session.marks).toHaveLength(500);
    expect(session.marks.at(-1)?.label).toBe('f599');
  });
});
