import { describe, expect, it } from 'vitest';
import { Rng } from '../../../base';
import { type OutlierDetection, outlierDetection } from '../../../xds';
import { HeaderMap } from './header-map';
import { requestView } from './http-message';
import { NO_STATUS, OutlierDetector, type OutlierEvent, type OutlierResult, outlierStatus } from './outlier-detection';
import { compileOutlierDetection } from './outlier-settings';

const NS_PER_MS = 1_000_000;
const random = new Rng(1);

class Fixture {
  readonly events: OutlierEvent[] = [];
  readonly counters: string[] = [];
  readonly detector: OutlierDetector;
  nowMs = 0;

  constructor(init: Partial<OutlierDetection>, hosts: number) {
    this.detector = new OutlierDetector(compileOutlierDetection(outlierDetection(init)), {
      outlierEvent: (event) => this.events.push(event),
      countOutlier: (counter) => this.counters.push(counter),
    });
    this.detector.setHosts(hosts, () => -1);
  }

  put(host: number, status: number, count = 1, result?: OutlierResult): void {
    const byStatus = status >= 500 ? 'externalOriginRequestFailed' : 'externalOriginRequestSuccess';
    for (let time = 0; time < count; time += 1) {
      this.detector.putResult(host, result ?? byStatus, status, { nowNs: this.nowMs * NS_PER_MS, random });
    }
  }

  tick(atMs: number): void {
    this.nowMs = atMs;
    this.detector.onInterval(atMs * NS_PER_MS, random);
  }

  get ejected(): readonly number[] {
    return [0, 1, 2, 3, 4, 5].filter((host) => this.detector.host(host)?.ejected === true);
  }
}

const ALL = { maxEjectionPercent: 100 };

describe('consecutive errors', () => {
  it('count resets and time-outs as 503 and 504 where origins are not told apart', () => {
    const fixture = new Fixture({ ...ALL, consecutiveGatewayFailure: 3, enforcingConsecutiveGatewayFailure: 100 }, 1);
    fixture.put(0, NO_STATUS, 2, 'localOriginConnectFailed');
    fixture.put(0, NO_STATUS, 5, 'localOriginConnectSuccess');
    fixture.put(0, NO_STATUS, 1, 'localOriginTimeout');
    expect(fixture.events[0]).toMatchObject({ type: 'CONSECUTIVE_GATEWAY_FAILURE', enforced: true, numEjections: 1 });
  });

  it('count a final connect success without a code as 200', () => {
    const fixture = new Fixture({ ...ALL, consecutive5xx: 2 }, 1);
    fixture.put(0, 500);
    fixture.put(0, NO_STATUS, 1, 'localOriginConnectSuccessFinal');
    fixture.put(0, 500);
    expect(fixture.ejected).toEqual([]);
  });

  it('count again after a refused ejection', () => {
    const fixture = new Fixture({ consecutive5xx: 2, maxEjectionPercent: 0 }, 2);
    fixture.put(0, 500, 4);
    expect(fixture.counters.filter((name) => name === 'ejections_detected_consecutive_5xx')).toHaveLength(2);
    expect(fixture.counters).toContain('ejections_overflow');
    expect(fixture.ejected).toEqual([]);
  });

  it('eject one host whatever the percentage where told to', () => {
    const fixture = new Fixture({ consecutive5xx: 1, maxEjectionPercent: 0, alwaysEjectOneHost: true }, 3);
    fixture.put(0, 500);
    fixture.put(1, 500);
    expect(fixture.ejected).toEqual([0]);
  });

  it('only log what the enforcing percentage lets pass', () => {
    const fixture = new Fixture({ ...ALL, consecutive5xx: 1, enforcingConsecutive5xx: 0 }, 1);
    fixture.put(0, 500);
    expect(fixture.ejected).toEqual([]);
    expect(fixture.events[0]).toMatchObject({ action: 'eject', enforced: false, numEjections: 0 });
  });
});

describe('ejection times', () => {
  it('grow with every ejection, end at a tick, and shrink while the host behaves', () => {
    const fixture = new Fixture({ ...ALL, consecutive5xx: 1, baseEjectionTimeNs: 10_000 * NS_PER_MS }, 1);
    fixture.put(0, 500);
    fixture.tick(9_999);
    expect(fixture.ejected).toEqual([0]);
    fixture.tick(10_000);
    expect(fixture.ejected).toEqual([]);
    fixture.put(0, 500);
    fixture.tick(29_999);
    expect(fixture.ejected).toEqual([0]);
    fixture.tick(30_000);
    expect(fixture.ejected).toEqual([]);
    expect(fixture.detector.host(0)?.backOff).toBe(2);
    fixture.tick(40_000);
    expect(fixture.detector.host(0)?.backOff).toBe(1);
    fixture.tick(50_000);
    fixture.tick(60_000);
    expect(fixture.detector.host(0)?.backOff).toBe(0);
  });

  it('include a jitter that is drawn at ejection', () => {
    const jitter = { maxEjectionTimeJitterNs: 100 * NS_PER_MS };
    const drawn = new Set<number>();
    const fixture = new Fixture({ ...ALL, ...jitter, consecutive5xx: 1 }, 200);
    for (let host = 0; host < 200; host += 1) {
      fixture.put(host, 500);
      drawn.add(fixture.detector.host(host)?.jitterMs ?? -1);
    }
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(100);
    expect(drawn.size).toBeGreaterThan(50);
  });

  it('end early when an active check passes, unless told otherwise', () => {
    const on = new Fixture({ ...ALL, consecutive5xx: 1 }, 1);
    on.put(0, 500);
    on.detector.onActiveHealthCheckPassed(0, 1);
    expect(on.ejected).toEqual([]);
    const off = new Fixture({ ...ALL, consecutive5xx: 1, successfulActiveHealthCheckUnejectHost: false }, 1);
    off.put(0, 500);
    off.detector.onActiveHealthCheckPassed(0, 1);
    expect(off.ejected).toEqual([0]);
  });

  it('must not be bounded below the base', () => {
    const source = outlierDetection({ maxEjectionTimeNs: 29_000 * NS_PER_MS });
    expect(() => compileOutlierDetection(source)).toThrow(
      "outlier detector's max_ejection_time cannot be smaller than base_ejection_time",
    );
  });
});

describe('rates of the last interval', () => {
  const rates = {
    ...ALL,
    consecutive5xx: 1_000_000,
    successRateRequestVolume: 100,
    failurePercentageRequestVolume: 100,
  };

  it('eject at the failure percentage itself', () => {
    const fixture = new Fixture({ ...rates, enforcingSuccessRate: 0, enforcingFailurePercentage: 100 }, 5);
    for (let host = 0; host < 5; host += 1) fixture.put(host, 200, 100);
    fixture.put(0, 500, 566);
    fixture.put(1, 500, 567);
    fixture.tick(10_000);
    // 566 of 666 failed: 84.98 %; 567 of 667: 85.01 %.
    expect(fixture.ejected).toEqual([1]);
    const equal = new Fixture({ ...rates, enforcingSuccessRate: 0, enforcingFailurePercentage: 100 }, 5);
    for (let host = 1; host < 5; host += 1) equal.put(host, 200, 100);
    equal.put(0, 200, 15);
    equal.put(0, 500, 85);
    equal.tick(10_000);
    expect(equal.ejected).toEqual([0]);
  });

  it('eject only strictly below the success rate threshold', () => {
    // Rates 0, 100, 100, 100, 100: mean 80, deviation 40; with factor 2 the threshold is 0 itself.
    for (const [factor, expected] of [
      [2000, []],
      [1999, [0]],
    ] as const) {
      const fixture = new Fixture({ ...rates, successRateStdevFactor: factor }, 5);
      fixture.put(0, 500, 100);
      for (let host = 1; host < 5; host += 1) fixture.put(host, 200, 100);
      fixture.tick(10_000);
      expect(fixture.ejected).toEqual(expected);
    }
  });

  it('forget what is older than one interval', () => {
    const fixture = new Fixture(rates, 5);
    for (let host = 0; host < 5; host += 1) fixture.put(host, host === 0 ? 500 : 200, 100);
    fixture.tick(10_000);
    expect(fixture.ejected).toEqual([0]);
    fixture.tick(20_000);
    expect(fixture.detector.host(1)?.external.successRate).toBe(-1);
    expect(fixture.detector.numbers('external')).toEqual({ average: -1, threshold: -1 });
  });
});

describe('hosts', () => {
  it('keep their history when others come and go', () => {
    const fixture = new Fixture({ ...ALL, consecutive5xx: 1 }, 3);
    fixture.put(2, 500);
    fixture.detector.setHosts(2, (host) => (host === 0 ? 2 : -1));
    expect(fixture.ejected).toEqual([0]);
    expect(fixture.detector.ejectionsActive).toBe(1);
    fixture.detector.setHosts(1, () => -1);
    expect(fixture.detector.ejectionsActive).toBe(0);
  });

  it('go on from a saved state', () => {
    const init = { ...ALL, consecutive5xx: 3 };
    const one = new Fixture(init, 2);
    one.put(0, 500, 2);
    one.put(1, 500, 3);
    const state = structuredClone(one.detector.save());
    const other = new Fixture(init, 2);
    other.detector.restore(state);
    for (const fixture of [one, other]) {
      fixture.put(0, 500);
      expect(fixture.ejected).toEqual([0, 1]);
    }
    expect(other.detector.save()).toEqual(one.detector.save());
  });
});

describe('the status that is reported', () => {
  const response = (status: number, headers: readonly (readonly [string, string])[] = []) => ({
    status,
    headers: HeaderMap.of(headers),
  });

  it('is what gRPC says, or what the error codes of the cluster make of it', () => {
    const plain = requestView('GET', 'h', '/');
    const grpc = requestView('POST', 'h', '/s/m', [['content-type', 'application/grpc']]);
    expect(outlierStatus(undefined, plain, response(404))).toBe(404);
    expect(outlierStatus(undefined, grpc, response(200, [['grpc-status', '14']]))).toBe(503);
    expect(outlierStatus(undefined, grpc, response(200))).toBe(200);
    expect(outlierStatus([429], plain, response(429))).toBe(500);
    expect(outlierStatus([429], plain, response(503))).toBe(200);
    expect(outlierStatus([503], plain, response(503))).toBe(503);
  });
});
