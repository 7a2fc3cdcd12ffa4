// Outlier detection: configuration, detectors, ejections and their log.
import {
  compileOutlierDetection,
  NO_STATUS,
  OutlierDetector,
  type OutlierEvent,
  type OutlierResult,
  type OutlierSettings,
} from '../../src/engine/proxy/semantics';
import { decodeCluster, type JsonObject, type OutlierDetection } from '../../src/xds';
import { readShared } from '../support/shared';
import { decodedOrThrow } from './envoy-config';
import { scriptedRandom } from './fixed-random';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

type HostRef = number | 'all';

type Step =
  | { readonly op: 'create' | 'expectConfigRejected'; readonly config: JsonObject }
  | { readonly op: 'runtime'; readonly key: string; readonly value: number }
  | { readonly op: 'addHosts'; readonly hosts: readonly string[]; readonly priority: number }
  | { readonly op: 'removeHosts'; readonly hosts: 'all' | readonly number[] }
  | {
      readonly op: 'results';
      readonly host: HostRef;
      readonly priority?: number;
      readonly count: number;
      readonly result?: string;
      readonly code?: number;
    }
  | { readonly op: 'time'; readonly ms: number }
  | { readonly op: 'intervalTick' }
  | { readonly op: 'activeHealthCheck'; readonly host: number; readonly state: string }
  | { readonly op: 'random'; readonly value: string | number }
  | { readonly op: 'repeat'; readonly times: number; readonly steps: readonly Step[] }
  | {
      readonly op: 'willLogEject';
      readonly host: number;
      readonly priority?: number;
      readonly type: string;
      readonly enforced: boolean;
      readonly times?: number;
    }
  | { readonly op: 'willLogUneject'; readonly host: number; readonly priority?: number; readonly times?: number }
  | { readonly op: 'expectConfig'; readonly field: string; readonly value: number | boolean }
  | { readonly op: 'expectStat'; readonly name: string; readonly value: number }
  | { readonly op: 'expectEjected'; readonly host: number; readonly priority?: number; readonly value: boolean }
  | { readonly op: 'expectNumEjections' | 'expectJitterMs'; readonly host: number; readonly value: number }
  | { readonly op: 'expectSuccessRate'; readonly host: number; readonly type: MonitorName; readonly value: number }
  | {
      readonly op: 'expectSuccessRateAverage' | 'expectSuccessRateEjectionThreshold';
      readonly type: MonitorName;
      readonly value: number;
    };

type MonitorName = 'ExternalOrigin' | 'LocalOrigin';

interface Data {
  readonly cases: readonly { readonly name: string; readonly steps: readonly Step[] }[];
}

const NS_PER_MS = 1_000_000;

const RESULTS: Readonly<Record<string, OutlierResult>> = {
  ExtOriginRequestFailed: 'externalOriginRequestFailed',
  ExtOriginRequestSuccess: 'externalOriginRequestSuccess',
  LocalOriginConnectSuccess: 'localOriginConnectSuccess',
  LocalOriginConnectSuccessFinal: 'localOriginConnectSuccessFinal',
  LocalOriginConnectFailed: 'localOriginConnectFailed',
  LocalOriginTimeout: 'localOriginTimeout',
};

function decodeOutlier(config: JsonObject): OutlierDetection {
  const cluster = decodedOrThrow(
    decodeCluster({
      name: 'outlier',
      type: 'STATIC',
      connect_timeout: '0.25s',
      outlier_detection: config,
    }),
  );
  if (cluster.outlierDetection === undefined) throw new Error('no outlier detection in the decoded cluster');
  return cluster.outlierDetection;
}

function camelCase(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The settings with one runtime override. */
function overridden(settings: OutlierSettings, key: string, value: number): OutlierSettings {
  const isDuration = key.endsWith('_ms');
  const field = isDuration ? `${camelCase(key.slice(0, -'_ms'.length))}Ns` : camelCase(key);
  const source: OutlierDetection = { ...settings.source, [field]: isDuration ? value * NS_PER_MS : value };
  return compileOutlierDetection(source);
}

/** One run of one case. */
class Fixture {
  readonly problems: string[] = [];
  readonly #counters = new Map<string, number>();
  readonly #expectedLog: string[] = [];
  readonly #log: string[] = [];
  readonly #randoms: bigint[] = [];
  readonly #random = scriptedRandom(() => this.#randoms.shift() ?? 0n);
  /** Priority of each host. */
  #hosts: number[] = [];
  #pendingRuntime: (readonly [string, number])[] = [];
  #detector: OutlierDetector | undefined;
  #nowNs = 0;

  run(steps: readonly Step[]): void {
    for (const step of steps) this.#step(step);
  }

  finish(): readonly string[] {
    this.#same('log', this.#log.toSorted(), this.#expectedLog.toSorted());
    return this.problems;
  }

  get #running(): OutlierDetector {
    if (this.#detector === undefined) throw new Error('the case uses a detector before it creates one');
    return this.#detector;
  }

  #same(what: string, actual: unknown, expected: unknown): void {
    const a = JSON.stringify(actual);
    const b = JSON.stringify(expected);
    if (a !== b) this.problems.push(`${what} at ${this.#nowNs / NS_PER_MS} ms: ${a} instead of ${b}`);
  }

  /** Number of the n-th host of a priority. */
  #hostNumber(host: number, priority = 0): number {
    const numbers = [...this.#hosts.keys()].filter((at) => this.#hosts[at] === priority);
    return numbers[host] ?? -1;
  }

  #step(step: Step): void {
    switch (step.op) {
      case 'create':
        this.#create(step.config);
        break;
      case 'expectConfigRejected':
        this.#expectRefused(step.config);
        break;
      case 'runtime':
        this.#override(step.key, step.value);
        break;
      case 'addHosts':
        this.#addHosts(step.hosts.length, step.priority);
        break;
      case 'removeHosts':
        this.#removeHosts(step.hosts);
        break;
      case 'results':
        this.#results(step);
        break;
      case 'time':
        this.#nowNs = step.ms * NS_PER_MS;
        break;
      case 'intervalTick':
        this.#running.onInterval(this.#nowNs, this.#random);
        break;
      case 'activeHealthCheck':
        if (step.state === 'Healthy') {
          this.#running.onActiveHealthCheckPassed(this.#hostNumber(step.host), this.#nowNs);
        }
        break;
      case 'random':
        this.#randoms.push(BigInt(step.value));
        break;
      case 'repeat':
        for (let time = 0; time < step.times; time += 1) this.run(step.steps);
        break;
      default:
        this.#expectation(step);
    }
  }

  #expectation(step: Step): void {
    switch (step.op) {
      case 'willLogEject': {
        const entry = `${this.#hostNumber(step.host, step.priority)} eject ${step.type} ${step.enforced}`;
        for (let time = 0; time < (step.times ?? 1); time += 1) this.#expectedLog.push(entry);
        break;
      }
      case 'willLogUneject': {
        const entry = `${this.#hostNumber(step.host, step.priority)} uneject`;
        for (let time = 0; time < (step.times ?? 1); time += 1) this.#expectedLog.push(entry);
        break;
      }
      case 'expectConfig':
        this.#same(`config ${step.field}`, this.#setting(step.field), step.value);
        break;
      case 'expectStat':
        this.#same(step.name, this.#stat(step.name), step.value);
        break;
      default:
        this.#hostExpectation(step);
    }
  }

  #hostExpectation(step: Step): void {
    switch (step.op) {
      case 'expectEjected': {
        const host = this.#hostNumber(step.host, step.priority);
        this.#same(`host ${step.host} ejected`, this.#running.host(host)?.ejected ?? false, step.value);
        break;
      }
      case 'expectNumEjections':
        this.#same('ejections', this.#running.host(this.#hostNumber(step.host))?.numEjections, step.value);
        break;
      case 'expectJitterMs':
        this.#same('jitter', this.#running.host(this.#hostNumber(step.host))?.jitterMs, step.value);
        break;
      case 'expectSuccessRate': {
        const host = this.#running.host(this.#hostNumber(step.host));
        const monitor = step.type === 'ExternalOrigin' ? host?.external : host?.localOrigin;
        // Upstream's test compares single-precision numbers.
        const single = Math.fround(monitor?.successRate ?? Number.NaN);
        this.#same(`success rate of ${step.host}`, single, Math.fround(step.value));
        break;
      }
      case 'expectSuccessRateAverage':
      case 'expectSuccessRateEjectionThreshold': {
        const numbers = this.#running.numbers(step.type === 'ExternalOrigin' ? 'external' : 'localOrigin');
        const actual = step.op === 'expectSuccessRateAverage' ? numbers.average : numbers.threshold;
        this.#same(step.op, actual, step.value);
        break;
      }
      default:
        throw new Error(`step ${step.op} is not known`);
    }
  }

  #create(config: JsonObject): void {
    let settings = compileOutlierDetection(decodeOutlier(config));
    for (const [key, value] of this.#pendingRuntime) settings = overridden(settings, key, value);
    this.#detector = new OutlierDetector(settings, {
      outlierEvent: (event) => this.#log.push(describeEvent(event)),
      countOutlier: (counter) => this.#counters.set(counter, (this.#counters.get(counter) ?? 0) + 1),
    });
    this.#detector.setHosts(this.#hosts.length, () => -1);
  }

  #expectRefused(config: JsonObject): void {
    try {
      compileOutlierDetection(decodeOutlier(config));
    } catch {
      return;
    }
    this.problems.push('the configuration is accepted');
  }

  #override(key: string, value: number): void {
    this.#pendingRuntime.push([key, value]);
    if (this.#detector !== undefined) this.#detector.settings = overridden(this.#detector.settings, key, value);
  }

  #addHosts(count: number, priority: number): void {
    const before = this.#hosts.length;
    for (let added = 0; added < count; added += 1) this.#hosts.push(priority);
    this.#detector?.setHosts(this.#hosts.length, (host) => (host < before ? host : -1));
  }

  #removeHosts(hosts: 'all' | readonly number[]): void {
    const kept = [...this.#hosts.keys()].filter((host) => hosts !== 'all' && !hosts.includes(host));
    this.#hosts = kept.map((host) => this.#hosts[host] ?? 0);
    this.#detector?.setHosts(kept.length, (host) => kept[host] ?? -1);
  }

  #results(step: Extract<Step, { op: 'results' }>): void {
    const hosts = step.host === 'all' ? [...this.#hosts.keys()] : [this.#hostNumber(step.host, step.priority)];
    const byCode = (step.code ?? 0) >= 500 ? 'externalOriginRequestFailed' : 'externalOriginRequestSuccess';
    const result = step.result === undefined ? byCode : RESULTS[step.result];
    if (result === undefined) throw new Error(`result ${step.result} is not known`);
    for (const host of hosts) {
      for (let time = 0; time < step.count; time += 1) {
        this.#running.putResult(host, result, step.code ?? NO_STATUS, { nowNs: this.#nowNs, random: this.#random });
      }
    }
  }

  #stat(name: string): number {
    return name === 'ejections_active' ? this.#running.ejectionsActive : (this.#counters.get(name) ?? 0);
  }

  #setting(field: string): unknown {
    const { settings } = this.#running;
    const values: Readonly<Record<string, unknown>> = { ...settings.source, ...settings };
    return values[field];
  }
}

function describeEvent(event: OutlierEvent): string {
  if (event.action === 'uneject') return `${event.host} uneject`;
  return `${event.host} eject ${event.type} ${event.enforced}`;
}

export function runSuite(): SuiteResult {
  const recorder = new CaseRecorder('envoy-outlier', SKIPS);
  const { cases } = JSON.parse(readShared('conformance', 'envoy-outlier', 'cases.json')) as Data;
  for (const { name, steps } of cases) {
    recorder.run(name, () => {
      const fixture = new Fixture();
      fixture.run(steps);
      return fixture.finish();
    });
  }
  return recorder.result();
}
