import { describe, expect, it } from 'vitest';
import type { FlightColumns } from '../../../src/engine';
import { MAX_FLIGHTS_PER_FRAME, packFlights, transferablesOf } from '../../../src/worker/flight-frame';
import { MAX_SPEED, MIN_SPEED } from '../../../src/worker/host';
import { file, open, S, SHOP, scenario, traffic, withFiles } from '../session/shop';
import { HostBench } from './bench';

const MS = 1_000_000;

describe('time', () => {
  it('follows the wall clock while it plays, and stands while it does not', () => {
    const bench = new HostBench();
    bench.pass(500);
    expect(bench.host.session.nowNs).toBe(0);
    bench.host.play();
    bench.pass(2_000);
    expect(bench.host.session.nowNs).toBe(2 * S);
    bench.host.pause();
    bench.pass(1_000);
    expect(bench.host.session.nowNs).toBe(2 * S);
    bench.host.play();
    bench.pass(500);
    expect(bench.host.session.nowNs).toBe(2.5 * S);
  });

  it.each([0.01, 0.25, 10, 50])('runs at %s times the speed', (speed) => {
    const bench = new HostBench();
    bench.host.setSpeed(speed);
    bench.host.play();
    bench.pass(1_000);
    expect(bench.host.session.nowNs).toBeCloseTo(speed * S, -1);
  });

  it('changes speed without a jump', () => {
    const bench = new HostBench();
    bench.host.play();
    bench.pass(1_000);
    bench.host.setSpeed(4);
    bench.pass(1_000);
    expect(bench.host.session.nowNs).toBe(5 * S);
  });

  it('keeps speeds within bounds and refuses what is no number', () => {
    const bench = new HostBench();
    bench.host.setSpeed(0);
    expect(bench.last('status').status.speed).toBe(MIN_SPEED);
    bench.host.setSpeed(1_000);
    expect(bench.last('status').status.speed).toBe(MAX_SPEED);
    expect(() => bench.host.setSpeed(Number.NaN)).toThrow();
    expect(bench.last('status').status.speed).toBe(MAX_SPEED);
  });

  it('does not depend on how it was sliced', () => {
    const fine = new HostBench();
    fine.host.play();
    fine.pass(3_000, 1);
    const coarse = new HostBench();
    coarse.host.play();
    coarse.pass(3_000, 90);
    expect(coarse.host.session.traceHash()).toBe(fine.host.session.traceHash());
    const straight = open();
    straight.advanceTo(3 * S, Number.MAX_SAFE_INTEGER);
    expect(fine.host.session.traceHash()).toBe(straight.traceHash());
  });
});

describe('a machine that cannot keep up', () => {
  const busy = withFiles(SHOP, file('traffic.yaml', traffic(2_000)));

  it('ends a slice after eight milliseconds and asks for the next at once', () => {
    const bench = new HostBench(busy);
    bench.host.play();
    bench.lookMs = 4;
    bench.nowMs += 500;
    const startMs = bench.nowMs;
    expect(bench.host.slice()).toBe(true);
    // The budget, and a few looks at the clock beyond it.
    expect(bench.nowMs - startMs).toBeLessThan(40);
    expect(bench.host.session.nowNs).toBeGreaterThan(0);
    expect(bench.host.session.nowNs).toBeLessThan(500 * MS);
  });

  it('drops no event, gives up what it lags behind, and says which speed it reaches', () => {
    const bench = new HostBench(busy);
    bench.host.setSpeed(50);
    bench.host.play();
    bench.lookMs = 40;
    for (let slice = 0; slice < 40; slice++) {
      bench.host.slice();
      bench.host.acknowledgeMetrics();
    }
    const { status } = bench.last('status');
    expect(status.speed).toBe(50);
    expect(status.effectiveSpeed).toBeGreaterThan(0);
    expect(status.effectiveSpeed).toBeLessThan(25);
    const straight = open(busy);
    const { nowNs } = bench.host.session;
    straight.advanceTo(nowNs, Number.MAX_SAFE_INTEGER);
    bench.host.session.advanceTo(nowNs, Number.MAX_SAFE_INTEGER);
    expect(bench.host.session.traceHash()).toBe(straight.traceHash());
  });

  it('catches up with a short delay', () => {
    const bench = new HostBench();
    bench.host.play();
    bench.pass(200);
    bench.nowMs += 80;
    bench.pass(20);
    expect(bench.host.session.nowNs).toBe(300 * MS);
  });
});

describe('a step', () => {
  it('moves one message, then stands', () => {
    const bench = new HostBench();
    bench.host.attachRenderer();
    const moments: number[] = [];
    for (let step = 0; step < 20; step++) {
      bench.host.step();
      moments.push(bench.host.session.nowNs);
    }
    expect(moments.every((moment, index) => index === 0 || moment > (moments[index - 1] ?? 0))).toBe(true);
    expect(moments[0]).toBeGreaterThan(0);
    const frames = bench.frames.slice(-20);
    expect(frames.every(({ count }) => count >= 1)).toBe(true);
    expect(frames.every((frame) => frame.departNs[0] === frame.nowNs)).toBe(true);
    bench.pass(1_000);
    expect(bench.host.session.nowNs).toBe(moments.at(-1));
  });

  it('of a mesh without traffic takes a second', () => {
    const bench = new HostBench([file('empty.yaml', '')]);
    bench.host.step();
    expect(bench.host.session.nowNs).toBe(S);
  });
});

describe('reports', () => {
  it('come four times a second, each once the one before was taken', () => {
    const bench = new HostBench();
    bench.host.play();
    const before = bench.of('metrics').length;
    bench.pass(5_000);
    expect(bench.of('metrics')).toHaveLength(before);
    bench.host.acknowledgeMetrics();
    for (let turn = 0; turn < 50; turn++) {
      bench.pass(100);
      bench.host.acknowledgeMetrics();
    }
    const count = bench.of('metrics').length - before;
    expect(count).toBeGreaterThanOrEqual(15);
    expect(count).toBeLessThanOrEqual(20);
  });

  it('send the graph only when it differs, marks only when there are new ones', () => {
    const bench = new HostBench();
    bench.host.play();
    bench.pass(1_000);
    bench.host.report();
    const graphs = bench.of('topology').length;
    const marks = bench.of('marks').length;
    bench.pass(2_000);
    bench.host.report();
    expect([bench.of('topology').length, bench.of('marks').length]).toEqual([graphs, marks]);
    bench.host.session.execute({
      kind: 'injectFault',
      id: 'lag',
      label: 'Lag',
      fault: { scope: 'controlPlane', kind: 'lag', delayNs: S },
    });
    bench.host.handleCommandDone();
    expect(bench.of('marks').length).toBe(marks + 1);
    expect(bench.last('marks').faults).toHaveLength(1);
    bench.host.seek(S);
    expect(bench.last('marks')).toMatchObject({ marks: [], faults: [] });
  });

  it('follow the selection', () => {
    const bench = new HostBench();
    bench.host.play();
    bench.pass(3_000);
    bench.host.setSelection({ kind: 'service', id: 'shop/db' });
    const { series } = bench.last('metrics');
    expect(series).toEqual(bench.host.session.series({ kind: 'service', id: 'shop/db' }, 120));
    bench.host.setSelection({ kind: 'mesh' });
    expect(bench.last('metrics').series).not.toEqual(series);
  });

  it('save the run every five seconds, and whenever a user did something', () => {
    const bench = new HostBench();
    const saves = () => bench.of('autosave').length;
    const before = saves();
    expect(before).toBeGreaterThan(0);
    bench.host.play();
    expect(saves()).toBe(before + 1);
    bench.pass(12_000);
    expect(saves()).toBe(before + 3);
    bench.host.pause();
    bench.host.seek(S);
    expect(saves()).toBe(before + 5);
  });
});

describe('frames of flights', () => {
  it('are sent to an attached renderer only, about sixty a second, at most two without an answer', () => {
    const bench = new HostBench();
    bench.host.play();
    bench.pass(500);
    expect(bench.frames).toHaveLength(0);
    bench.host.attachRenderer();
    bench.pass(1_000);
    expect(bench.frames).toHaveLength(2);
    for (let turn = 0; turn < 1_000; turn += 8) {
      bench.pass(8);
      bench.host.acknowledgeFrame();
    }
    expect(bench.frames.length).toBeGreaterThan(55);
    expect(bench.frames.length).toBeLessThan(70);
    expect(bench.frames.map(({ frame }) => frame)).toEqual(bench.frames.map((_, index) => index + 1));
  });

  it('lose no flight while the renderer is slow', () => {
    const bench = new HostBench();
    bench.host.attachRenderer();
    bench.host.play();
    for (let turn = 0; turn < 60; turn++) {
      bench.pass(100);
      bench.host.acknowledgeFrame();
    }
    bench.host.pause();
    bench.host.acknowledgeFrame();
    bench.host.acknowledgeFrame();
    const straight = open();
    straight.engine.setFlightRecording(true);
    straight.advanceTo(bench.host.session.nowNs, Number.MAX_SAFE_INTEGER);
    const flights = bench.frames.reduce((sum, { count }) => sum + count, 0);
    expect(flights).toBe(straight.engine.takeFlights().count);
  });

  it('carry the clock: rate 0 when paused, a reset after a jump', () => {
    const bench = new HostBench();
    bench.host.attachRenderer();
    bench.host.play();
    bench.host.setSpeed(2);
    bench.pass(16);
    expect(bench.frames.at(-1)).toMatchObject({ rate: 2, reset: true });
    bench.host.acknowledgeFrame();
    bench.pass(16);
    expect(bench.frames.at(-1)).toMatchObject({ rate: 2, reset: false, nowNs: 48 * MS });
    bench.host.acknowledgeFrame();
    bench.host.pause();
    expect(bench.frames.at(-1)).toMatchObject({ rate: 0, reset: false });
    bench.host.acknowledgeFrame();
    bench.host.seek(5 * S);
    expect(bench.frames.at(-1)).toMatchObject({ rate: 0, reset: true, nowNs: 5 * S });
  });

  it('about a pause or a jump wait for credit instead of exceeding it', () => {
    const bench = new HostBench();
    bench.host.attachRenderer();
    bench.host.play();
    bench.pass(100);
    expect(bench.frames).toHaveLength(2);
    bench.host.pause();
    bench.host.seek(3 * S);
    expect(bench.frames).toHaveLength(2);
    bench.host.acknowledgeFrame();
    expect(bench.frames).toHaveLength(3);
    expect(bench.frames.at(-1)).toMatchObject({ rate: 0, reset: true, nowNs: 3 * S });
    bench.host.acknowledgeFrame();
    expect(bench.frames).toHaveLength(3);
  });

  it('move their columns instead of copying them', () => {
    const bench = new HostBench();
    bench.host.attachRenderer();
    bench.host.play();
    bench.pass(500);
    expect(bench.transferred.every((buffers) => buffers.length === 6)).toBe(true);
  });
});

describe('thinning', () => {
  function flights(count: number, perRequest: number): FlightColumns {
    const columns = {
      count,
      edge: new Uint32Array(count),
      departNs: new Float64Array(count),
      arriveNs: new Float64Array(count),
      outcome: new Uint8Array(count),
      direction: new Uint8Array(count),
      requestId: new Float64Array(count),
    };
    for (let row = 0; row < count; row++) {
      columns.edge[row] = row % 7;
      columns.departNs[row] = row;
      columns.arriveNs[row] = row + 0.5;
      columns.requestId[row] = 1 + Math.floor(row / perRequest);
    }
    return columns;
  }
  const clock = { frame: 1, nowNs: 0, rate: 1, reset: false };

  it('keeps everything within the budget', () => {
    const frame = packFlights(flights(MAX_FLIGHTS_PER_FRAME, 4), clock);
    expect([frame.count, frame.keptShare]).toEqual([MAX_FLIGHTS_PER_FRAME, 1]);
    expect(frame.departNs[1_999]).toBe(1_999);
  });

  it('keeps or drops requests as a whole and tells the true share', () => {
    const total = 20_000;
    const frame = packFlights(flights(total, 4), clock);
    expect(frame.keptShare).toBe(MAX_FLIGHTS_PER_FRAME / total);
    expect(Math.abs(frame.count - MAX_FLIGHTS_PER_FRAME)).toBeLessThan(0.15 * MAX_FLIGHTS_PER_FRAME);
    const perRequest = new Map<number, number>();
    for (const id of frame.requestId) perRequest.set(id, (perRequest.get(id) ?? 0) + 1);
    expect(new Set(perRequest.values())).toEqual(new Set([4]));
    for (let row = 0; row < frame.count; row++) {
      const departNs = frame.departNs[row] ?? 0;
      expect([frame.edge[row], frame.arriveNs[row]]).toEqual([departNs % 7, departNs + 0.5]);
    }
    expect(frame.edge).toHaveLength(frame.count);
  });

  it('gives up every buffer once', () => {
    const frame = packFlights(flights(10, 2), clock);
    expect(new Set(transferablesOf(frame)).size).toBe(6);
  });
});

describe('loading', () => {
  it('a scenario that is refused leaves the running one alone', () => {
    const bench = new HostBench();
    bench.host.play();
    bench.pass(1_000);
    const { session } = bench.host;
    const result = bench.host.load(scenario([file('broken.yaml', 'a: [')]));
    expect([result.accepted, result.nowNs]).toEqual([false, S]);
    expect(result.diagnostics[0]).toMatchObject({ severity: 'error', file: 'broken.yaml' });
    expect(bench.host.session).toBe(session);
    bench.pass(1_000);
    expect(session.nowNs).toBe(2 * S);
  });

  it('tells everything anew', () => {
    const bench = new HostBench();
    bench.host.play();
    bench.pass(2_000);
    bench.host.load(scenario(withFiles(SHOP, file('traffic.yaml', traffic(10)))));
    expect(bench.last('topology').topology.edges).toEqual([]);
    expect(bench.last('marks')).toMatchObject({ marks: [], faults: [] });
    expect(bench.last('status').status).toMatchObject({ nowNs: 0, playing: true });
  });

  it('restarts with the applied files, with another seed, or as it was loaded', () => {
    const bench = new HostBench();
    const edited = withFiles(SHOP, file('traffic.yaml', traffic(10)));
    bench.host.session.applyFiles(edited);
    expect(bench.host.restart({ keepFiles: true, seed: 7 })).toMatchObject({ accepted: true, nowNs: 0 });
    expect([bench.host.session.files, bench.last('status').status.seed]).toEqual([edited, 7]);
    bench.host.restart({ keepFiles: true });
    expect([bench.host.session.files, bench.last('status').status.seed]).toEqual([edited, 7]);
    bench.host.restart({ keepFiles: false, seed: 1 });
    expect([bench.host.session.files, bench.last('status').status.seed]).toEqual([SHOP, 1]);
  });
});

describe('a saved state', () => {
  it('brings a run back exactly, also after a restart and a step back in time', () => {
    const bench = new HostBench();
    bench.host.session.applyFiles(withFiles(SHOP, file('traffic.yaml', traffic(50))));
    bench.host.restart({ keepFiles: true, seed: 3 });
    bench.host.setSpeed(2);
    bench.host.play();
    bench.pass(2_000);
    bench.host.session.execute({
      kind: 'injectFault',
      id: 'slow',
      label: 'Slow',
      fault: { scope: 'engine', fault: { kind: 'slow', target: { service: 'db' }, factor: 5 } },
    });
    bench.pass(2_000);
    bench.host.seek(6 * S);
    const state = structuredClone(bench.host.saveState());

    const other = new HostBench([file('empty.yaml', '')]);
    expect(other.host.restoreState(state)).toMatchObject({ accepted: true, nowNs: 6 * S });
    expect(other.host.session.traceHash()).toBe(bench.host.session.traceHash());
    expect(other.last('status').status).toEqual(bench.last('status').status);
    expect(other.last('marks').faults).toEqual(bench.last('marks').faults);
    expect(other.host.saveState()).toEqual(state);
    bench.pass(1_000);
    other.pass(1_000);
    expect(other.host.session.traceHash()).toBe(bench.host.session.traceHash());
    // What the run was loaded with is part of it.
    other.host.restart({ keepFiles: false });
    expect(other.host.session.files).toEqual(SHOP);
  });

  it('shows nothing of the way there', () => {
    const bench = new HostBench();
    bench.host.seek(5 * S);
    const state = bench.host.saveState();
    const other = new HostBench();
    const before = other.of('status').length;
    other.host.restoreState(state);
    expect(
      other
        .of('status')
        .slice(before)
        .map(({ status }) => status.nowNs),
    ).toEqual([5 * S]);
  });
});
