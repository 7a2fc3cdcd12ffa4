// The engine's side: pods, their scripts as applications, the snapshots, and the steps in simulated time.
import {
  type ApplicationModel,
  type EndpointModel,
  type EngineCommand,
  type PodSpec,
  type ProxySpec,
  type RequestModel,
  Simulation,
} from '../../src/engine';
import type { XdsSnapshot } from '../../src/xds';
import { identityOf, MS, SERVICE } from './configure';
import type {
  AnswerRule,
  Exchange,
  Place,
  PodScript,
  ProxyConfigs,
  RequestSpec,
  Scenario,
  SideResult,
  Step,
} from './contract';
import { TCP_ANSWER, TCP_REQUEST } from './contract';
import { LineBook, parseLine, withJudgeLog } from './judge-log';

const VIRTUAL_IP = '10.96.0.1';
const CLIENT = 'client';
/** One way between two pods, and how far time goes on between two looks at what has finished. */
const ONE_WAY_NS = 0.05 * MS;
const SLICE_NS = 0.1 * MS;
const FOREVER = Number.MAX_SAFE_INTEGER;
const LOG_LIMIT = 4096;
/** No scenario takes longer, in simulated time. */
const LIMIT_NS = 120_000 * MS;

const PROXY: ProxySpec = {
  kind: 'sidecar',
  concurrency: 1,
  passDuration: { kind: 'constant', valueNs: 0 },
  excludeOutboundPorts: [],
  excludeInboundPorts: [],
};

function endpointOf(rule: AnswerRule, serves: PodScript['serves']): readonly EndpointModel[] {
  const protocols: readonly ('tcp' | 'http' | 'grpc')[] =
    serves === 'tcp' ? ['tcp'] : rule.grpcStatus === undefined ? ['http', 'grpc'] : ['grpc'];
  return protocols.map((protocol) => ({
    method: rule.method ?? '',
    path: { kind: 'prefix', value: rule.path ?? '' },
    headers: Object.entries(rule.when ?? {}),
    protocol,
    steps:
      rule.delayMs === undefined
        ? []
        : [{ kind: 'compute', duration: { kind: 'constant', valueNs: rule.delayMs * MS } }],
    response: {
      outcomes: [
        {
          weight: 1,
          status: rule.status ?? 200,
          ...(rule.grpcStatus === undefined ? {} : { grpcStatus: rule.grpcStatus }),
        },
      ],
      headers: Object.entries(rule.headers ?? {}),
      bodyBytes: protocol === 'tcp' ? TCP_ANSWER.length : (rule.bodyBytes ?? 0),
      ...(rule.reset === undefined || rule.reset === false
        ? {}
        : { reset: rule.reset === true ? 'beforeHeaders' : rule.reset }),
    },
  }));
}

function applicationOf(pod: PodScript): ApplicationModel {
  const endpoints = pod.answers.flatMap((rule) => endpointOf(rule, pod.serves));
  return { name: pod.name, workers: 100_000, queueLimit: 0, endpoints, ports: [] };
}

// biome-ignore lint/complexity/useMaxParams: the parts of a pod.
function podSpec(name: string, ip: string, application: ApplicationModel, proxied: boolean, account = name): PodSpec {
  return {
    id: name,
    name,
    namespace: 'default',
    workload: name,
    version: 'v1',
    service: name,
    ip,
    node: 'node',
    locality: { region: '', zone: '', subZone: '' },
    identity: identityOf(account),
    application,
    ...(proxied ? { proxy: PROXY } : {}),
  };
}

/** The snapshot with another account in the proxy's certificate. */
function withAccount(snapshot: XdsSnapshot, account: string | undefined): XdsSnapshot {
  if (account === undefined) return snapshot;
  const secrets = snapshot.secrets.map((secret) =>
    secret.kind === 'certificate' ? { ...secret, subjectAltNames: [identityOf(account)] } : secret,
  );
  return { ...snapshot, secrets };
}

function setUp(scenario: Scenario, configs: ProxyConfigs, place: Place): readonly EngineCommand[] {
  const { credentials = {} } = scenario;
  const idle: ApplicationModel = { name: CLIENT, workers: 1, queueLimit: 0, endpoints: [], ports: [] };
  const delay = { kind: 'constant', valueNs: ONE_WAY_NS } as const;
  return [
    { kind: 'addPod', pod: podSpec(CLIENT, place.clientIp, idle, true, credentials[CLIENT]?.account) },
    ...scenario.pods.map((pod): EngineCommand => {
      const spec = podSpec(
        pod.name,
        place.ip(pod.name),
        applicationOf(pod),
        configs.servers.has(pod.name),
        credentials[pod.name]?.account,
      );
      return { kind: 'addPod', pod: spec };
    }),
    {
      kind: 'setServices',
      services: [
        {
          host: `${SERVICE}.default.svc.cluster.local`,
          namespace: 'default',
          name: SERVICE,
          virtualIp: VIRTUAL_IP,
          ports: [{ port: place.port, backends: [] }],
        },
      ],
    },
    {
      kind: 'setNetwork',
      network: {
        sameNode: delay,
        sameZone: delay,
        sameRegion: delay,
        crossRegion: delay,
        external: delay,
        tlsHandshakeNs: MS,
      },
    },
    ...[[CLIENT, configs.client] as const, ...configs.servers].map(
      ([pod, snapshot]): EngineCommand => ({
        kind: 'applySnapshot',
        pod,
        snapshot: withAccount(withJudgeLog(snapshot, scenario, pod, ''), credentials[pod]?.account),
      }),
    ),
    ...scenario.pods
      .filter(({ startsUp }) => startsUp === false)
      .map(({ name }): EngineCommand => ({ kind: 'setPodUp', id: name, up: false })),
    ...Object.entries(credentials)
      .filter(([, { isExpired }]) => isExpired === true)
      .map(
        ([pod]): EngineCommand => ({
          kind: 'setFault',
          id: `expired-${pod}`,
          fault: { kind: 'certificateExpired', target: { pod } },
        }),
      ),
    ...scenario.pods
      .filter(({ serves }) => serves === 'silent')
      .map(
        ({ name }): EngineCommand => ({
          kind: 'setFault',
          id: `silent-${name}`,
          fault: { kind: 'partition', to: { pod: name } },
        }),
      ),
  ];
}

function requestModel(spec: RequestSpec, id: string, place: Place): RequestModel {
  return {
    protocol: spec.protocol ?? 'http',
    scheme: 'http',
    method: spec.method ?? (spec.protocol === 'grpc' ? 'POST' : 'GET'),
    host: SERVICE,
    port: place.port,
    path: spec.path ?? '/',
    authority: spec.authority ?? SERVICE,
    headers: [...Object.entries(spec.headers ?? {}), ['x-judge-id', id]],
    bodyBytes: spec.protocol === 'tcp' ? TCP_REQUEST.length : (spec.bodyBytes ?? 0),
  };
}

interface Sent {
  readonly id: string;
  readonly request: RequestSpec;
  readonly probe: number;
  status: number;
  durationMs: number;
}

class EngineRun {
  readonly #simulation: Simulation;
  readonly #scenario: Scenario;
  readonly #place: Place;
  readonly #sent: Sent[] = [];

  constructor(scenario: Scenario, configs: ProxyConfigs, place: Place, seed: number) {
    this.#simulation = new Simulation({ seed });
    this.#scenario = scenario;
    this.#place = place;
    for (const command of setUp(scenario, configs, place)) this.#simulation.execute(command);
  }

  run(): void {
    for (const step of this.#scenario.steps) this.#step(step);
    this.#advance(MS);
    this.#simulation.checkInvariants();
  }

  #advance(byNs: number): void {
    this.#simulation.advanceTo(this.#simulation.nowNs + byNs, FOREVER);
    if (this.#simulation.nowNs > LIMIT_NS) throw new Error('the engine does not finish a request');
  }

  #step(step: Step): void {
    if (step.kind === 'wait') this.#advance(step.ms * MS);
    else if (step.kind === 'pod') this.#simulation.execute({ kind: 'setPodUp', id: step.pod, up: step.up });
    else this.#send(step);
  }

  #send({ request, count = 1, concurrency = 1, gapMs = 0 }: Extract<Step, { kind: 'send' }>): void {
    let active: Sent[] = [];
    let nextAtNs = this.#simulation.nowNs;
    for (let index = 0; index < count || active.length > 0; ) {
      while (index < count && active.length < concurrency && this.#simulation.nowNs >= nextAtNs) {
        const spec = typeof request === 'function' ? request(index) : request;
        const id = `${this.#scenario.name}-${this.#sent.length}`;
        const probe = this.#simulation.probe({ from: CLIENT, request: requestModel(spec, id, this.#place) });
        const sent: Sent = { id, request: spec, probe, status: 0, durationMs: 0 };
        this.#sent.push(sent);
        active.push(sent);
        nextAtNs = this.#simulation.nowNs + gapMs * MS;
        index += 1;
      }
      this.#advance(SLICE_NS);
      active = active.filter((sent) => !this.#isOver(sent));
    }
    this.#advance(gapMs * MS);
  }

  /** Results are kept for a while only, so each is read as soon as it is there. */
  #isOver(sent: Sent): boolean {
    const result = this.#simulation.probeResult(sent.probe);
    if (result?.finished !== true) return false;
    sent.status = result.status;
    sent.durationMs = result.durationNs / MS;
    return true;
  }

  result(): SideResult {
    const lines = new LineBook();
    // Lines of TCP carry no id: they belong to the requests in their order, by proxy.
    const unnamed = new Map<string, number>();
    for (const { text } of this.#simulation.accessLog(LOG_LIMIT).toReversed()) {
      // A connection that ended before any filter chain was found is reported in the default format.
      if (!text.startsWith('{')) continue;
      const { proxy = '', ...fields } = parseLine(text);
      const count = unnamed.get(proxy) ?? 0;
      const id = fields['id'] || `${this.#scenario.name}-${count}`;
      if (!fields['id']) unnamed.set(proxy, count + 1);
      lines.add(id, proxy, fields);
    }
    const exchanges = this.#sent.map(
      ({ id, request, status, durationMs }): Exchange => ({
        id,
        request,
        status,
        durationMs,
        lines: lines.of(id),
      }),
    );
    const proxies = [CLIENT, ...this.#scenario.pods.map(({ name }) => name)];
    const statistics = Object.fromEntries(
      proxies.flatMap((proxy) => {
        const found = this.#simulation.proxyStatistics(proxy);
        return found === undefined ? [] : [[proxy, { ...found.counters, ...found.gauges }]];
      }),
    );
    return { exchanges, statistics };
  }
}

/** Executes a scenario in the engine. */
export function runInEngine(scenario: Scenario, configs: ProxyConfigs, place: Place, seed: number): SideResult {
  const run = new EngineRun(scenario, configs, place, seed);
  run.run();
  return run.result();
}
