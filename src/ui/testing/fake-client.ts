/**
 * A simulation client that plays a drawing: numbers jitter, flights fly, orders are taken. For developing and testing the
 * interface alone; the page never loads it.
 */
import type {
  AccessLogEntry,
  ActiveFaultView,
  EdgeMetrics,
  FlightFrame,
  MarkView,
  MetricsFrame,
  SeriesView,
  ServiceMetrics,
  SessionCommand,
  SimulationClient,
  Span,
  TrafficSummary,
  WorkerEvent,
} from '../../worker';
import type { FakeEdge, FakeWorld } from './fake-world';

const NS_PER_MS = 1_000_000;
const NS_PER_S = 1_000_000_000;

/** Numbers that look random and are the same each time. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

const NO_SERIES: SeriesView = {
  stepNs: NS_PER_S,
  timesNs: [],
  successPerS: [],
  retryPerS: [],
  failurePerS: [],
  deniedPerS: [],
  p50Ms: [],
  p95Ms: [],
  p99Ms: [],
  successRatio: [],
};

function summary(edges: readonly FakeEdge[], jitter: number): TrafficSummary {
  const sum = (pick: (edge: FakeEdge) => number): number => edges.reduce((total, edge) => total + pick(edge), 0);
  const rate = sum((edge) => edge.ratePerS);
  const ratePerS = rate * jitter;
  const share = (pick: (edge: FakeEdge) => number): number =>
    rate === 0 ? 0 : sum((edge) => pick(edge) * edge.ratePerS) / rate;
  const errorRatio = share((edge) => edge.errorRatio);
  const denied = share((edge) => edge.deniedRatio);
  const p95Ns = Math.max(0, ...edges.map((edge) => edge.p95Ms)) * NS_PER_MS;
  const worst = [...edges].sort((a, b) => b.errorRatio + b.deniedRatio - a.errorRatio - a.deniedRatio)[0];
  const bad = errorRatio + denied;
  const some = rate > 0;
  return {
    ratePerS,
    errorRatio: some ? errorRatio : undefined,
    successPerS: ratePerS * (1 - bad),
    failurePerS: ratePerS * errorRatio,
    deniedPerS: ratePerS * denied,
    retriesPerS: sum((edge) => edge.retriesPerS),
    p50Ns: some ? p95Ns * 0.4 : undefined,
    p95Ns: some ? p95Ns : undefined,
    p99Ns: some ? p95Ns * 1.7 : undefined,
    mutualTlsRatio: some ? share((edge) => edge.mutualTls) : undefined,
    flags: errorRatio > 0 && worst !== undefined && worst.flag !== '' ? [[worst.flag, errorRatio]] : [],
    statuses: [['200', 1 - bad], ...(bad > 0 && worst !== undefined ? ([[worst.status, bad]] as const) : [])],
  };
}

class FakeSimulation {
  readonly #listeners = new Set<(event: WorkerEvent) => void>();
  readonly #random = createRandom(7);
  #nowNs = 0;
  #playing = false;
  #speed = 1;
  #seed = 1;
  #port: MessagePort | undefined;
  #frame = 0;
  #nextRequest = 1;
  #reset = true;
  #faults: ActiveFaultView[] = [];
  #marks: MarkView[] = [];

  constructor(private readonly world: FakeWorld) {}

  listen(listener: (event: WorkerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  attach(port: MessagePort): void {
    this.#port = port;
    this.#reset = true;
    port.start();
  }

  start(): void {
    this.#nowNs = 0;
    this.#reset = true;
    this.#emit({ kind: 'topology', topology: this.world.topology });
    this.report();
  }

  setPlaying(playing: boolean): void {
    this.#playing = playing;
    this.report();
    this.#sendFlights(0);
  }

  setSpeed(speed: number): void {
    this.#speed = speed;
    this.report();
  }

  setSeed(seed: number | undefined): void {
    this.#seed = seed ?? this.#seed;
  }

  step(): void {
    this.#nowNs += 250_000;
    this.#sendFlights(0.002);
    this.report();
  }

  execute(command: SessionCommand): void {
    const atNs = this.#nowNs;
    if (command.kind === 'injectFault') {
      this.#faults = [...this.#faults, { id: command.id, label: command.label, sinceNs: atNs }];
      this.#marks = [...this.#marks, { atNs, kind: 'fault', label: command.label }];
    } else if (command.kind === 'clearFault') {
      this.#faults = this.#faults.filter((fault) => fault.id !== command.id);
    } else if (command.kind === 'clearAllFaults') {
      this.#faults = [];
    }
    this.#emit({ kind: 'marks', marks: this.#marks, faults: this.#faults });
  }

  tick(elapsedMs: number): void {
    if (!this.#playing) return;
    this.#nowNs += elapsedMs * this.#speed * NS_PER_MS;
    this.#sendFlights((elapsedMs / 1000) * this.#speed);
  }

  fail(message: string): void {
    this.#emit({ kind: 'failed', message });
  }

  report(): void {
    const status = {
      nowNs: this.#nowNs,
      playing: this.#playing,
      speed: this.#speed,
      effectiveSpeed: this.#playing ? this.#speed : 0,
      seed: this.#seed,
    };
    this.#emit({ kind: 'status', status });
    this.#emit({ kind: 'metrics', frame: this.#metrics(), series: NO_SERIES });
  }

  #emit(event: WorkerEvent): void {
    for (const listener of this.#listeners) listener(structuredClone(event));
  }

  #metrics(): MetricsFrame {
    const jitter = 0.985 + this.#random() * 0.03;
    const services = this.world.topology.services.map((service): ServiceMetrics => {
      const incoming = this.world.edges.filter((edge) => edge.view.destination === service.id);
      const shares = service.versions.length > 1 ? [0.9, ...service.versions.slice(1).map(() => 0.1)] : [1];
      return { ...summary(incoming, jitter), id: service.id, versionShares: shares };
    });
    const edges = this.world.edges.map((edge): EdgeMetrics => ({ ...summary([edge], jitter), id: edge.view.id }));
    return { nowNs: this.#nowNs, windowNs: 10 * NS_PER_S, mesh: summary(this.world.edges, jitter), services, edges };
  }

  #sendFlights(seconds: number): void {
    if (this.#port === undefined) return;
    const rows: { edge: number; departNs: number; arriveNs: number; outcome: number; direction: number; id: number }[] =
      [];
    this.world.edges.forEach((edge, row) => {
      const expected = edge.ratePerS * seconds;
      const count = Math.floor(expected) + (this.#random() < expected % 1 ? 1 : 0);
      for (let index = 0; index < count; index++) {
        const id = this.#nextRequest++;
        const draw = this.#random();
        const failed = draw < edge.errorRatio;
        const denied = draw < edge.deniedRatio;
        const retried = this.#random() < edge.retriesPerS / Math.max(1, edge.ratePerS);
        const good = edge.view.protocol === 'tcp' ? 4 : 0;
        const outcome = denied ? 3 : failed ? 2 : retried ? 1 : good;
        const departNs = this.#nowNs - this.#random() * seconds * NS_PER_S;
        rows.push({ edge: row, departNs, arriveNs: departNs + 500_000, outcome: retried ? 1 : good, direction: 0, id });
        const back = departNs + edge.p95Ms * 0.5 * NS_PER_MS;
        rows.push({ edge: row, departNs: back, arriveNs: back + 500_000, outcome, direction: 1, id });
      }
    });
    const frame: FlightFrame = {
      frame: ++this.#frame,
      nowNs: this.#nowNs,
      rate: this.#playing ? this.#speed : 0,
      reset: this.#reset,
      count: rows.length,
      edge: Uint32Array.from(rows, (row) => row.edge),
      departNs: Float64Array.from(rows, (row) => row.departNs),
      arriveNs: Float64Array.from(rows, (row) => row.arriveNs),
      outcome: Uint8Array.from(rows, (row) => row.outcome),
      direction: Uint8Array.from(rows, (row) => row.direction),
      requestId: Float64Array.from(rows, (row) => row.id),
      keptShare: 1,
    };
    this.#reset = false;
    this.#port.postMessage(frame);
  }

  logLine(requestId: number): AccessLogEntry {
    const startNs = Math.max(0, this.#nowNs - 80 * NS_PER_MS);
    return {
      requestId,
      traceId: `trace-${requestId}`,
      startNs,
      durationNs: 62 * NS_PER_MS,
      reporter: { pod: 'hero-registry-api-v1-6d8f-k2xvn0', side: 'source' },
      method: 'GET',
      path: '/missions',
      authority: 'missions',
      protocol: 'HTTP/1.1',
      status: 503,
      flags: ['UC'],
      details: 'upstream_reset_before_response_started{connection_termination}',
      transportFailureReason: '',
      upstreamCluster: 'outbound|80|v1|missions.hero.svc.cluster.local',
      upstreamHost: '10.8.3.18:8080',
      routeName: 'default',
      attempts: 2,
      bytesReceived: 0,
      bytesSent: 95,
      text: '[2026-01-01T00:02:31.449Z] "GET /missions HTTP/1.1" 503 UC upstream_reset_before_response_started{connection_termination} - "-" 0 95 11 - "-" "hero-api/1.8"',
    };
  }

  trace(traceId: string): readonly Span[] {
    const startNs = Math.max(0, this.#nowNs - 80 * NS_PER_MS);
    const span = (spanId: number, parentId: number, rest: Partial<Span> & { at: number; to: number }): Span => ({
      traceId,
      spanId,
      parentId,
      requestId: 1,
      kind: 'client',
      name: 'GET /missions',
      pod: 'p',
      service: 'missions',
      startNs: startNs + rest.at * NS_PER_MS,
      endNs: startNs + rest.to * NS_PER_MS,
      status: 200,
      flags: [],
      ...rest,
    });
    return [
      span(1, 0, { at: 0, to: 62, kind: 'server', service: 'istio-ingressgateway' }),
      span(2, 1, { at: 2, to: 61, kind: 'application', service: 'hero-registry-api' }),
      span(3, 2, { at: 6, to: 14, service: 'auth' }),
      span(4, 2, { at: 30, to: 60, service: 'missions' }),
      span(5, 4, { at: 31, to: 43, kind: 'attempt', status: 503, flags: ['UC'] }),
      span(6, 4, { at: 52, to: 60, kind: 'attempt' }),
    ];
  }
}

export interface FakeClient {
  readonly client: SimulationClient;
  /** Advances wall time by hand; the development page does it by a timer. */
  tick(elapsedMs: number): void;
  report(): void;
  fail(message: string): void;
}

function unavailable(): Promise<never> {
  return Promise.reject(new Error('The drawing cannot answer this.'));
}

export function createFakeClient(world: FakeWorld): FakeClient {
  const simulation = new FakeSimulation(world);
  const accepted = { accepted: true, diagnostics: [], nowNs: 0 } as const;
  const done = Promise.resolve();
  const client: SimulationClient = {
    load: () => {
      simulation.start();
      return Promise.resolve(accepted);
    },
    play: () => Promise.resolve(simulation.setPlaying(true)),
    pause: () => Promise.resolve(simulation.setPlaying(false)),
    setSpeed: (speed) => Promise.resolve(simulation.setSpeed(speed)),
    step: () => Promise.resolve(simulation.step()),
    seek: () => done,
    restart: ({ seed }) => {
      simulation.setSeed(seed);
      simulation.start();
      return Promise.resolve(accepted);
    },
    check: () => Promise.resolve([]),
    applyFiles: () => Promise.resolve({ accepted: true, atNs: 0, changes: [], diagnostics: [] }),
    overlay: (added) => Promise.resolve(added),
    editorSchema: unavailable,
    flagSentences: (names) =>
      Promise.resolve(Object.fromEntries(names.map((name) => [name, `What ${name} means, in one sentence of words.`]))),
    execute: (command) => Promise.resolve(simulation.execute(command)),
    setSelection: () => done,
    series: () => Promise.resolve(NO_SERIES),
    totals: unavailable,
    clusterEvents: () => Promise.resolve([]),
    accessLog: ({ requestId }) => Promise.resolve(requestId === undefined ? [] : [simulation.logLine(requestId)]),
    recentTraces: () => Promise.resolve([]),
    traceSummaries: () => Promise.resolve([]),
    spans: (traceId) => Promise.resolve(simulation.trace(traceId)),
    pods: () =>
      Promise.resolve(
        world.topology.services.flatMap((service) =>
          service.pods.map((pod, index) => ({
            id: pod.id,
            up: true,
            busyWorkers: 3 + index,
            queuedRequests: 0,
            completed: 1204,
            errors: pod.state === 'failing' ? 212 : 0,
            ejectedBy: [],
            snapshotVersion: '14',
          })),
        ),
      ),
    proxyStatistics: () => Promise.resolve(undefined),
    proxyConfig: unavailable,
    explain: unavailable,
    locate: () => Promise.resolve(undefined),
    traceHash: () => Promise.resolve('0'),
    saveState: unavailable,
    restoreState: unavailable,
    onEvent: (listener) => simulation.listen(listener),
    attachRenderer: (makePort) => simulation.attach(makePort()),
    dispose: () => undefined,
  };
  return {
    client,
    tick: (elapsedMs) => simulation.tick(elapsedMs),
    report: () => simulation.report(),
    fail: (message) => simulation.fail(message),
  };
}
