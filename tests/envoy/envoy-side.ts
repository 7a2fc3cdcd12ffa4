// Envoy's side: processes for the proxies, scripted applications, and the steps in wall time.
import { setTimeout as delay } from 'node:timers/promises';
import {
  type BootstrapOptions,
  type JsonObject,
  type JsonValue,
  toEnvoyBootstrap,
  type XdsSnapshot,
} from '../../src/xds';
import { LoadClient } from './clients';
import type { Exchange, Place, ProxyConfigs, RequestSpec, Scenario, SideResult, Step } from './contract';
import { EnvoyProcess } from './envoy-process';
import { LineBook, withJudgeLog } from './judge-log';
import { clientLoopback, serverLoopback } from './loopback';
import { until } from './poll';
import { type Resources, withResources } from './resources';
import { ScriptedPod } from './upstreams';

export const CLIENT = 'client';
const LOG_LIMIT_MS = 5_000;
/** How long lines that the engine wrote are waited for; Envoy may have none. */
const STRAGGLER_LIMIT_MS = 500;

/** A scenario with what its proxies are told, ready to run. */
export interface Prepared {
  readonly scenario: Scenario;
  readonly place: Place;
  readonly configs: ProxyConfigs;
}

/** Processes by proxy. */
export type Proxies = ReadonlyMap<string, EnvoyProcess>;

/** Files in place of the secrets that proxies would fetch. */
export type SecretsOf = (prepared: Prepared, proxy: string) => Pick<BootstrapOptions, 'secretFiles'>;

interface StaticResources {
  readonly listeners: JsonValue[];
  readonly clusters: JsonValue[];
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function add(resources: StaticResources, bootstrap: JsonObject): void {
  const part = bootstrap['staticResources'];
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return;
  const found: JsonObject = part as JsonObject;
  resources.listeners.push(...listOf(found['listeners']));
  resources.clusters.push(...listOf(found['clusters']));
}

/** Whether a proxy of the scenario would fetch secrets. */
export function asksForSecrets({ configs }: Prepared): boolean {
  let asked = false;
  const secretFiles = () => {
    asked = true;
    return undefined;
  };
  for (const snapshot of [configs.client, ...configs.servers.values()]) toEnvoyBootstrap(snapshot, { secretFiles });
  return asked;
}

/** The bootstrap of one process that plays the given proxies: alone in it, a proxy is the node that it says it is. */
function bootstrapOf(
  parts: readonly { readonly prepared: Prepared; readonly proxy: string; readonly snapshot: XdsSnapshot }[],
  logPath: string,
  secretsOf: SecretsOf,
): JsonObject {
  const bootstraps = parts.map(({ prepared, proxy, snapshot }) => {
    const { scenario, place } = prepared;
    const loopback = proxy === CLIENT ? clientLoopback(place) : serverLoopback(place, proxy);
    const options = { ...loopback, ...secretsOf(prepared, proxy) };
    return toEnvoyBootstrap(withJudgeLog(snapshot, scenario, proxy, logPath), options).bootstrap;
  });
  const [first] = bootstraps;
  if (first !== undefined && bootstraps.length === 1) return first;
  const resources: StaticResources = { listeners: [], clusters: [] };
  for (const bootstrap of bootstraps) add(resources, bootstrap);
  return {
    node: { id: 'judge', cluster: 'judge' },
    staticResources: { listeners: resources.listeners, clusters: resources.clusters },
  };
}

/** Starts the processes of the scenarios: two shared by those whose names are unique, one per proxy for the others. */
export async function startProxies(
  program: string,
  all: readonly Prepared[],
  secretsOf: SecretsOf,
  resources: Resources,
): Promise<ReadonlyMap<Prepared, Proxies>> {
  const proxies = new Map<Prepared, Map<string, EnvoyProcess>>(all.map((prepared) => [prepared, new Map()]));
  const start = async (parts: Parameters<typeof bootstrapOf>[0]) => {
    if (parts.length === 0) return;
    const envoy = resources.add(new EnvoyProcess(program));
    await envoy.start(bootstrapOf(parts, envoy.logPath, secretsOf));
    for (const { prepared, proxy } of parts) proxies.get(prepared)?.set(proxy, envoy);
  };
  const shared = all.filter(({ configs }) => !configs.isolated);
  const clients = shared.map((prepared) => ({ prepared, proxy: CLIENT, snapshot: prepared.configs.client }));
  await start(clients);
  await start(shared.flatMap(serversOf));
  for (const prepared of all.filter(({ configs }) => configs.isolated)) {
    await start([{ prepared, proxy: CLIENT, snapshot: prepared.configs.client }]);
    for (const server of serversOf(prepared)) await start([server]);
  }
  return proxies;
}

function serversOf(prepared: Prepared) {
  return [...prepared.configs.servers].map(([proxy, snapshot]) => ({ prepared, proxy, snapshot }));
}

class EnvoyRun {
  readonly #prepared: Prepared;
  readonly #proxies: Proxies;
  readonly #pods = new Map<string, ScriptedPod>();
  readonly #client: LoadClient;
  readonly #sent: { id: string; request: RequestSpec; status: number; durationMs: number }[] = [];

  constructor(prepared: Prepared, proxies: Proxies, resources: Resources) {
    this.#prepared = prepared;
    this.#proxies = proxies;
    this.#client = resources.add(new LoadClient(prepared.place.clientIp, prepared.place.port));
  }

  async startPods(resources: Resources): Promise<void> {
    const { scenario, place, configs } = this.#prepared;
    for (const pod of scenario.pods) {
      const ip = configs.servers.has(pod.name) ? place.appIp(pod.name) : place.ip(pod.name);
      const scripted = resources.add(new ScriptedPod(pod, ip, place.port));
      this.#pods.set(pod.name, scripted);
      if (pod.startsUp !== false) await scripted.start();
    }
  }

  async run(): Promise<void> {
    for (const step of this.#prepared.scenario.steps) await this.#step(step);
  }

  async #step(step: Step): Promise<void> {
    if (step.kind === 'wait') await delay(step.ms);
    else if (step.kind === 'pod')
      await (step.up ? this.#pods.get(step.pod)?.start() : this.#pods.get(step.pod)?.stop());
    else await this.#send(step);
  }

  async #send({ request, count = 1, concurrency = 1, gapMs = 0 }: Extract<Step, { kind: 'send' }>): Promise<void> {
    const active = new Set<Promise<void>>();
    let nextAtMs = performance.now();
    for (let index = 0; index < count; index++) {
      while (active.size >= concurrency) await Promise.race(active);
      const waitMs = nextAtMs - performance.now();
      if (waitMs > 0) await delay(waitMs);
      nextAtMs = Math.max(nextAtMs, performance.now() - 1) + gapMs;
      const promise: Promise<void> = this.#sendOne(typeof request === 'function' ? request(index) : request).finally(
        () => active.delete(promise),
      );
      active.add(promise);
    }
    await Promise.all(active);
    if (gapMs > 0) await delay(gapMs);
  }

  async #sendOne(request: RequestSpec): Promise<void> {
    const sent = { id: `${this.#prepared.scenario.name}-${this.#sent.length}`, request, status: 0, durationMs: 0 };
    this.#sent.push(sent);
    Object.assign(sent, await this.#client.send(request, sent.id));
  }

  /** Lines by request; those of TCP, which carry no id, in their order. */
  #lines(): LineBook {
    const { name } = this.#prepared.scenario;
    const lines = new LineBook();
    for (const [proxy, envoy] of this.#proxies) {
      let tcp = 0;
      for (const line of envoy.linesOf(name)) {
        if (line['proxy'] !== proxy) continue;
        const { scenario: _, ...fields } = line;
        lines.add(fields['id'] || `${name}-${tcp++}`, proxy, fields);
      }
    }
    return lines;
  }

  /** Lines are written when a stream ends, which is a moment after its client has got the answer, and at other proxies later still. */
  async #allLines(expected: number): Promise<LineBook> {
    const { name } = this.#prepared.scenario;
    await until(`a log line of every request of ${name}`, LOG_LIMIT_MS, () => {
      const found = this.#lines();
      return this.#sent.every(({ id }) => found.of(id)[CLIENT] !== undefined) || undefined;
    });
    const endMs = performance.now() + STRAGGLER_LIMIT_MS;
    return await until('the other lines', LOG_LIMIT_MS, () => {
      const found = this.#lines();
      return found.size >= expected || performance.now() > endMs ? found : undefined;
    });
  }

  async result(expectedLines: number): Promise<SideResult> {
    const { scenario, configs } = this.#prepared;
    const lines = await this.#allLines(expectedLines);
    const exchanges = this.#sent.map((sent): Exchange => ({ ...sent, lines: lines.of(sent.id) }));
    const statistics: Record<string, Readonly<Record<string, number>>> = {};
    for (const [proxy, envoy] of this.#proxies) {
      const filter = configs.isolated ? '^(cluster|http|tcp|listener)\\.' : `\\b${scenario.name}-`;
      statistics[proxy] = await envoy.statistics(filter);
    }
    return { exchanges, statistics };
  }
}

/** Executes a scenario with real proxies that run already, and waits a while for as many log lines as are expected. */
export function runInEnvoy(prepared: Prepared, proxies: Proxies, expectedLines: number): Promise<SideResult> {
  return withResources(async (resources) => {
    const run = new EnvoyRun(prepared, proxies, resources);
    await run.startPods(resources);
    await run.run();
    return await run.result(expectedLines);
  });
}
