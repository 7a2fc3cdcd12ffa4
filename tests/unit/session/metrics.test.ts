import { describe, expect, it } from 'vitest';
import type { EdgeStatistics } from '../../../src/engine';
import type { TrafficSummary } from '../../../src/session';
import { BEHAVIORS, behavior, file, open, run, S, SHOP, traffic, withFiles } from './shop';

type Session = ReturnType<typeof open>;

/** Database that fails three of ten requests; the cart passes that on, the front too. */
const FAILING = withFiles(
  SHOP,
  file(
    'behaviors.yaml',
    behavior('front', '{ compute: 1ms }, { call: { url: "http://cart:80/items", onError: forward } }'),
    behavior('cart', '{ compute: { exponential: 2ms } }, { call: { url: "http://db:80/rows", onError: forward } }'),
    behavior('db', '{ compute: 1ms }', '{ outcomes: [ { weight: 7, status: 200 }, { weight: 3, status: 503 } ] }'),
  ),
);

function edges(session: Session, source: string, destination: string): readonly EdgeStatistics[] {
  return session.engine.edgeStatistics().filter(({ key }) => key.source === source && key.destination === destination);
}

function total(rows: readonly EdgeStatistics[], value: (edge: EdgeStatistics) => number): number {
  return rows.reduce((sum, edge) => sum + value(edge), 0);
}

const requests = (edge: EdgeStatistics) => edge.requests;
const failures = (edge: EdgeStatistics) => (edge.byClass[0] ?? 0) + (edge.byClass[5] ?? 0);

describe('rates', () => {
  it('are what the engine counted over the last ten seconds', () => {
    const session = open(FAILING);
    run(session, 15.4);
    const rows = () => [edges(session, 'front', 'cart'), edges(session, 'clients', 'front')] as const;
    const now = rows();
    const frame = session.metrics();
    // The window begins at the newest whole second that is ten seconds back.
    session.seek(5 * S);
    const before = rows();
    const windowS = 10.4;
    expect(frame.windowNs).toBeCloseTo(windowS * S, 3);
    const check = (summary: TrafficSummary | undefined, index: 0 | 1) => {
      const gained = total(now[index], requests) - total(before[index], requests);
      const failed = total(now[index], failures) - total(before[index], failures);
      expect(summary?.ratePerS).toBeCloseTo(gained / windowS, 9);
      expect(summary?.errorRatio).toBeCloseTo(failed / gained, 9);
      expect(summary?.successPerS).toBeCloseTo((gained - failed) / windowS, 9);
      expect(summary?.statuses.map(([status]) => status)).toEqual(['200', '503']);
    };
    check(
      frame.edges.find(({ id }) => id === 'shop/front->shop/cart'),
      0,
    );
    check(
      frame.services.find(({ id }) => id === 'shop/cart'),
      0,
    );
    check(
      frame.edges.find(({ id }) => id === '/clients->shop/front'),
      1,
    );
    check(frame.mesh, 1);
  });

  it('of a client are those of what it sends', () => {
    const session = open();
    run(session, 10);
    const { services, mesh } = session.metrics();
    expect(services.find(({ id }) => id === '/clients')?.ratePerS).toBe(mesh.ratePerS);
  });

  it('fall to nothing, and then have no error ratio and no percentiles', () => {
    const session = open();
    run(session, 5);
    session.applyFiles(withFiles(SHOP, file('traffic.yaml', traffic(0))));
    run(session, 15);
    const { mesh } = session.metrics();
    expect([mesh.ratePerS, mesh.errorRatio, mesh.p50Ns, mesh.flags]).toEqual([0, undefined, undefined, []]);
  });

  it('are there before the first second is over', () => {
    const session = open();
    run(session, 0.5);
    expect(session.metrics().mesh.ratePerS).toBeGreaterThan(40);
  });
});

describe('shares of versions', () => {
  it('follow the pods behind the service without a sidecar', () => {
    const session = open(withFiles(SHOP, file('traffic.yaml', traffic(500))));
    run(session, 20);
    const shares = session.metrics().services.find(({ id }) => id === 'shop/cart')?.versionShares;
    // Connections are kept, so shares follow connections and not each request.
    expect(shares).toHaveLength(2);
    expect((shares?.[0] ?? 0) + (shares?.[1] ?? 0)).toBeCloseTo(1, 12);
    const [v1, v2] = ['v1', 'v2'].map((version) =>
      total(
        edges(session, 'front', 'cart').filter(({ key }) => key.version === version),
        requests,
      ),
    );
    expect(v1).toBeGreaterThan(0);
    expect(v2).toBeGreaterThan(0);
    expect(session.metrics().services.find(({ id }) => id === '/clients')?.versionShares).toBeUndefined();
  });
});

describe('a series', () => {
  it('adds up to the totals, second by second', () => {
    const session = open(FAILING);
    run(session, 30);
    const series = session.series({ kind: 'edge', id: 'shop/front->shop/cart' }, 600);
    const rows = edges(session, 'front', 'cart');
    expect(series.timesNs).toEqual(Array.from({ length: 30 }, (_, second) => (second + 1) * S));
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    expect(sum(series.failurePerS)).toBe(total(rows, failures));
    expect(sum(series.successPerS) + sum(series.failurePerS)).toBe(total(rows, requests));
    series.successRatio.forEach((ratio, second) => {
      const [good = 0, bad = 0] = [series.successPerS[second], series.failurePerS[second]];
      expect(ratio).toBeCloseTo(good / (good + bad), 12);
    });
  });

  it('has percentiles that lie around the mean of the engine', () => {
    const session = open();
    run(session, 20);
    const { p50Ms, p95Ms, p99Ms } = session.series({ kind: 'service', id: 'shop/db' }, 5);
    expect(p50Ms).toHaveLength(5);
    p50Ms.forEach((p50, index) => {
      expect(p50).toBeGreaterThan(1);
      expect(p95Ms[index]).toBeGreaterThan(p50 ?? 0);
      expect(p99Ms[index]).toBeGreaterThanOrEqual(p95Ms[index] ?? 0);
    });
  });

  it('says null where nothing was measured', () => {
    const session = open([file('empty.yaml', '')]);
    run(session, 2);
    const series = session.series({ kind: 'mesh' }, 10);
    expect([series.p50Ms, series.successRatio, series.successPerS]).toEqual([
      [null, null],
      [null, null],
      [0, 0],
    ]);
  });

  it('keeps ten minutes and numbers its first second right', () => {
    const session = open([...SHOP.slice(0, 2), file('traffic.yaml', traffic(5))]);
    run(session, 650);
    const { timesNs, successPerS } = session.series({ kind: 'mesh' }, 1_000);
    expect([timesNs.length, timesNs[0]]).toEqual([600, 51 * S]);
    expect(Math.max(...successPerS)).toBeLessThan(25);
  });
});

describe('totals', () => {
  it('since the start are those of the engine, row by row', () => {
    const session = open(FAILING);
    run(session, 12.3);
    const { rows, requests: all, sinceNs, nowNs } = session.totals({ kind: 'service', id: 'shop/cart' }, 'start');
    const statistics = edges(session, 'front', 'cart').filter((edge) => edge.requests > 0);
    expect([sinceNs, nowNs]).toEqual([0, 12.3 * S]);
    expect(all).toBe(total(statistics, requests));
    expect(rows.map(({ version, requests: count }) => [version, count])).toEqual(
      statistics.map((edge) => [edge.key.version, edge.requests]),
    );
    expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    for (const [index, row] of rows.entries()) {
      const { statuses, latency } = statistics[index] ?? { statuses: {}, latency: undefined };
      expect(Object.fromEntries(row.statuses)).toEqual(statuses);
      expect(row.p50Ns).toBeDefined();
      expect(Math.abs((row.p50Ns ?? 0) - (latency?.p50Ns ?? 0))).toBeLessThanOrEqual(0.02 * (latency?.p50Ns ?? 0));
    }
  });

  it('since the last apply begin at nothing', () => {
    const session = open(FAILING);
    run(session, 7);
    session.applyFiles(withFiles(FAILING, BEHAVIORS));
    const empty = session.totals({ kind: 'mesh' }, 'apply');
    expect([empty.sinceNs, empty.requests, empty.rows]).toEqual([7 * S, 0, []]);
    run(session, 10);
    const { rows } = session.totals({ kind: 'edge', id: 'shop/cart->shop/db' }, 'apply');
    // Nothing fails under the new behaviours but what was under way.
    const failed = rows.flatMap(({ statuses }) => statuses.filter(([status]) => status !== '200'));
    expect(failed.reduce((sum, [, count]) => sum + count, 0)).toBeLessThan(5);
    expect(rows[0]?.requests).toBeGreaterThan(500);
  });

  it('of a pod are those of its service', () => {
    const session = open();
    run(session, 5);
    const pod = session.topology().services.find(({ id }) => id === 'shop/db')?.pods[0]?.id ?? '';
    expect(session.totals({ kind: 'pod', id: pod }, 'start')).toEqual(
      session.totals({ kind: 'service', id: 'shop/db' }, 'start'),
    );
    expect(session.totals({ kind: 'pod', id: 'gone' }, 'start').rows).toEqual([]);
    expect(session.totals({ kind: 'edge', id: 'gone' }, 'start').rows).toEqual([]);
  });
});
