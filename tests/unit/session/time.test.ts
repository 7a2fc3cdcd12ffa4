import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/base';
import type { SessionCommand } from '../../../src/session';
import { file, open, run, S, SHOP, traffic, withFiles } from './shop';

type Session = ReturnType<typeof open>;

const DEPLOYMENT = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'cart-v1' } as const;
const SLOW: SessionCommand = {
  kind: 'injectFault',
  id: 'slow',
  label: 'Slow database',
  fault: { scope: 'engine', fault: { kind: 'slow', target: { service: 'db' }, factor: 8 } },
};
const CRASH: SessionCommand = {
  kind: 'injectFault',
  id: 'crash',
  label: 'Crash of cart v2',
  fault: { scope: 'engine', fault: { kind: 'crash', target: { workload: 'cart-v2' } } },
};

/** Every kind of command, at these seconds. */
const PLAN: readonly (readonly [seconds: number, SessionCommand])[] = [
  [3.2, SLOW],
  [5, { kind: 'restartWorkload', ref: DEPLOYMENT }],
  [5, { kind: 'clearFault', id: 'slow' }],
  [8.123456789, { kind: 'applyFiles', files: withFiles(SHOP, file('traffic.yaml', traffic(150))) }],
  [11, CRASH],
  [12, { kind: 'scaleWorkload', ref: DEPLOYMENT, replicas: 4 }],
  [15, { kind: 'deletePod', pod: 'shop/db-8f8a93336-6h6lj/6' }],
  [17, { kind: 'clearAllFaults' }],
];

function runPlan(session: Session, untilS: number): void {
  for (const [seconds, command] of PLAN) {
    if (seconds > untilS) break;
    session.advanceTo(Math.round(seconds * S), Number.MAX_SAFE_INTEGER);
    session.execute(command);
  }
  session.advanceTo(Math.round(untilS * S), Number.MAX_SAFE_INTEGER);
}

/** Everything that a user can see, and the hash. */
function stateOf(session: Session): unknown {
  return structuredClone({
    nowNs: session.nowNs,
    hash: session.traceHash(),
    events: session.engine.eventsDispatched,
    topology: { ...session.topology(), revision: 0 },
    metrics: session.metrics(),
    series: session.series({ kind: 'service', id: 'shop/cart' }, 30),
    totals: session.totals({ kind: 'mesh' }, 'apply'),
    marks: session.marks,
    faults: session.activeFaults,
    files: session.files,
    diagnostics: session.diagnostics,
    clusterEvents: session.clusterEvents(500),
  });
}

describe('a run', () => {
  it('is the same for the same scenario, seed and commands', () => {
    const [first, second] = [open(), open()];
    runPlan(first, 25);
    runPlan(second, 25);
    expect(stateOf(second)).toEqual(stateOf(first));
  });

  it('differs by seed', () => {
    const [first, second] = [open(), open(SHOP, { seed: 2 })];
    run(first, 5);
    run(second, 5);
    expect(second.traceHash()).not.toBe(first.traceHash());
  });

  it('does not depend on the slices it is run in', () => {
    const [whole, sliced] = [open(), open()];
    run(whole, 12);
    const slices = new Rng(7);
    for (let done = false; !done; ) {
      const targetNs = Math.min(12 * S, sliced.nowNs + slices.nextBelow(S));
      done = sliced.advanceTo(targetNs, 1 + slices.nextBelow(700)).reached && targetNs === 12 * S;
    }
    expect(stateOf(sliced)).toEqual(stateOf(whole));
  });

  it('stops in the middle of a moment and goes on from there', () => {
    const session = open();
    const { reached, events } = session.advanceTo(10 * S, 100);
    expect([reached, events]).toEqual([false, 100]);
    expect(session.nowNs).toBeLessThan(10 * S);
  });
});

describe('seeking', () => {
  const moments = [0, 2.5, 5, 8.123456789, 8.2, 11, 14.999999999, 20, 24];
  const expected = new Map<number, unknown>();
  const stateAt = (seconds: number) => {
    let state = expected.get(seconds);
    if (state === undefined) {
      const session = open();
      runPlan(session, seconds);
      state = stateOf(session);
      expected.set(seconds, state);
    }
    return state;
  };

  it('forwards, backwards and at random equals running, with commands on the way', () => {
    const session = open();
    runPlan(session, 24);
    const order = [...moments.toReversed(), ...moments];
    const random = new Rng(11);
    for (let jump = 0; jump < 20; jump++) order.push(moments[random.nextBelow(moments.length)] ?? 0);
    for (const seconds of order) {
      session.seek(Math.round(seconds * S));
      expect(stateOf(session), `at ${seconds} s`).toEqual(stateAt(seconds));
    }
  });

  it('to a moment within a long run needs only the way from the nearest checkpoint', () => {
    const session = open([...SHOP.slice(0, 2), file('traffic.yaml', traffic(20))]);
    run(session, 300);
    const end = session.traceHash();
    session.seek(151.5 * S);
    session.seek(300 * S);
    expect(session.traceHash()).toBe(end);
  });

  it('back and commanding something else forks the log', () => {
    const session = open();
    runPlan(session, 24);
    session.seek(4 * S);
    expect(session.log).toHaveLength(PLAN.length);
    session.execute({ kind: 'clearFault', id: 'slow' });
    expect(session.log.map(({ atNs, command }) => [atNs, command.kind])).toEqual([
      [3.2 * S, 'injectFault'],
      [4 * S, 'clearFault'],
    ]);
    session.advanceTo(24 * S, Number.MAX_SAFE_INTEGER);

    const straight = open();
    straight.advanceTo(3.2 * S, Number.MAX_SAFE_INTEGER);
    straight.execute(SLOW);
    straight.advanceTo(4 * S, Number.MAX_SAFE_INTEGER);
    straight.execute({ kind: 'clearFault', id: 'slow' });
    straight.advanceTo(24 * S, Number.MAX_SAFE_INTEGER);
    expect(stateOf(session)).toEqual(stateOf(straight));
  });

  it('to a moment of a command stands after it', () => {
    const session = open();
    run(session, 5);
    session.execute(SLOW);
    session.execute(CRASH);
    const hash = session.traceHash();
    run(session, 5);
    session.seek(5 * S);
    expect(session.activeFaults.map(({ id }) => id)).toEqual(['slow', 'crash']);
    expect(session.traceHash()).toBe(hash);
  });

  it('to the first moment keeps a command given there', () => {
    const session = open();
    session.execute(SLOW);
    run(session, 6);
    const hash = session.traceHash();
    session.seek(0);
    expect(session.activeFaults).toHaveLength(1);
    session.seek(6 * S);
    expect(session.traceHash()).toBe(hash);
  });
});

describe('a checkpoint', () => {
  it('brings everything back, also when the run went elsewhere in between', () => {
    const session = open();
    runPlan(session, 6.7);
    const state = stateOf(session);
    const checkpoint = session.checkpoint();
    session.advanceTo(9 * S, Number.MAX_SAFE_INTEGER);
    session.execute(CRASH);
    session.execute({ kind: 'applyFiles', files: withFiles(SHOP, file('traffic.yaml', traffic(10))) });
    session.advanceTo(13 * S, Number.MAX_SAFE_INTEGER);
    session.restore(checkpoint);
    expect(stateOf(session)).toEqual(state);
  });

  it('may be returned to again and again', () => {
    const session = open();
    run(session, 3);
    const checkpoint = session.checkpoint();
    run(session, 7);
    const hash = session.traceHash();
    for (let turn = 0; turn < 3; turn++) {
      session.restore(checkpoint);
      expect(session.nowNs).toBe(3 * S);
      run(session, 7);
      expect(session.traceHash()).toBe(hash);
    }
  });
});

describe('a saved log', () => {
  it('replayed in a new session gives the same run', () => {
    const session = open();
    runPlan(session, 25);
    const replayed = open();
    replayed.loadLog(structuredClone(session.log));
    replayed.seek(25 * S);
    expect(stateOf(replayed)).toEqual(stateOf(session));
  });

  it('with manifests that are refused now keeps the last good ones', () => {
    const session = open();
    const files = [file('broken.yaml', 'kind: [\n')];
    session.loadLog([{ atNs: S, command: { kind: 'applyFiles', files } }]);
    run(session, 2);
    expect(session.files).toBe(SHOP);
    expect(session.marks).toEqual([{ atNs: S, kind: 'error', label: 'Refused' }]);
  });
});
