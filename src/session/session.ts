import { assert, assertDefined, assertNever, NS_PER_S, type Ns } from '../base';
import { Cluster, ResourceStore } from '../cluster';
import {
  type Diagnostic,
  type KindRegistry,
  objectKey,
  parseYamlMapping,
  type Resource,
  type SourceFile,
} from '../config';
import { type ControlHandler, type ProbeRequest, prometheusText, Simulation, type SimulationApi } from '../engine';
import type { ConfigOrigin } from '../xds';
import { ActiveFaults } from './active-faults';
import { CheckpointStore } from './checkpoint-store';
import type { ApplyResult, LoggedCommand, SessionCommand } from './command';
import { createRegistry, dialectById } from './dialects';
import { explainProbe, NOT_SENT } from './explain';
import { scheduledFaults } from './faults';
import { BUCKET_NS, History, type Sample } from './history';
import { CreationOrder, diffResources, ManifestReader, type ParsedManifests } from './manifests';
import { metricsFrame, rowsOf, seriesOf, totalsOf } from './metrics';
import type { ScenarioDefinition } from './scenario';
import type { SessionCheckpoint } from './session-checkpoint';
import { locateOrigin } from './source-link';
import { SESSION_TIMER } from './timers';
import { buildTopology, type PodTraffic } from './topology';
import type {
  ActiveFaultView,
  ClusterEventView,
  ExplainView,
  MarkView,
  MetricsFrame,
  Selection,
  SeriesView,
  SourceLink,
  TopologyView,
  TotalsView,
} from './view';

const CHECKPOINT_INTERVAL_NS: Ns = 5 * NS_PER_S;
const MAX_MARKS = 500;
const POD_WINDOW_TICKS = 10;
const MAX_EVENTS_OF_A_MOMENT = 10_000_000;
const ROOT_NAMESPACE = 'istio-system';
/** A probe that has not ended by then is reported as it stands. */
const PROBE_LIMIT_NS: Ns = 120 * NS_PER_S;
const PROBE_STEP_NS: Ns = 50_000_000;
const PROBE_MAX_EVENTS = 5_000_000;

export interface SessionAdvance {
  readonly nowNs: Ns;
  readonly events: number;
  readonly reached: boolean;
}

export interface OpenResult {
  /** Undefined when the scenario's own manifests are refused. */
  readonly session: Session | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * A running scenario. The scenario, the seed and the log of commands (each at its simulated time) determine
 * everything; `seek` goes back to a checkpoint and replays the log. Nothing here reads a clock.
 */
export class Session implements ControlHandler {
  readonly registry: KindRegistry;
  readonly #engine: SimulationApi;
  readonly #cluster: Cluster;
  readonly #history: History;
  readonly #faults: ActiveFaults;
  readonly #reader: ManifestReader;
  readonly #creation = new CreationOrder();
  readonly #checkpoints = new CheckpointStore();
  /** Parsing is pure: a replayed apply takes the earlier result. */
  readonly #parsed = new WeakMap<readonly SourceFile[], ParsedManifests>();
  #log: LoggedCommand[] = [];
  #executed = 0;
  #marks: MarkView[] = [];
  #resources: readonly Resource[] = [];
  #files: readonly SourceFile[] = [];
  #diagnostics: readonly Diagnostic[] = [];
  /** Running totals of the pods at the last ticks, oldest first. */
  #podTotals: ReadonlyMap<string, PodTraffic>[] = [];
  #topology: TopologyView = { revision: 0, namespaces: [], services: [], edges: [] };
  #topologyText = '';
  /** What the views are made from, while nothing has moved since. */
  #shown: { readonly topology: TopologyView; readonly sample: Sample } | undefined;

  private constructor(
    readonly scenario: ScenarioDefinition,
    registry: KindRegistry,
  ) {
    const dialect = assertDefined(dialectById(scenario.dialect), `dialect ${scenario.dialect} exists`);
    this.registry = registry;
    this.#reader = new ManifestReader(scenario.presets, registry);
    this.#engine = new Simulation({ seed: scenario.seed, control: this });
    this.#cluster = new Cluster({
      dialect,
      engine: this.#engine,
      seed: scenario.seed,
      parseMeshConfig: parseYamlMapping,
      rootNamespace: ROOT_NAMESPACE,
    });
    this.#history = new History(this.#engine);
    this.#faults = new ActiveFaults({
      engine: this.#engine,
      cluster: this.#cluster,
      mark: (kind, label) => this.#mark(kind, label),
    });
  }

  static open(scenario: ScenarioDefinition): OpenResult {
    const session = new Session(scenario, createRegistry());
    const parsed = session.#parse(scenario.files);
    if (!parsed.accepted) return { session: undefined, diagnostics: parsed.diagnostics };
    session.#engine.scheduleControl(BUCKET_NS, SESSION_TIMER.tick, 0, 0);
    session.#commit(parsed, scenario.files);
    session.#saveCheckpoint();
    return { session, diagnostics: session.diagnostics };
  }

  // --- time ---------------------------------------------------------------------------------------------------

  get nowNs(): Ns {
    return this.#engine.nowNs;
  }

  /** Runs up to `tNs`, through the logged commands on the way; stops early after `maxEvents` events. */
  advanceTo(tNs: Ns, maxEvents: number): SessionAdvance {
    this.#shown = undefined;
    let events = 0;
    while (events < maxEvents) {
      const next = this.#log[this.#executed];
      const stopNs = Math.min(tNs, next?.atNs ?? tNs, this.#checkpoints.nextNs(CHECKPOINT_INTERVAL_NS));
      const result = this.#engine.advanceTo(stopNs, maxEvents - events);
      events += result.events;
      if (!result.reached) break;
      if (stopNs >= this.#checkpoints.nextNs(CHECKPOINT_INTERVAL_NS)) this.#saveCheckpoint();
      if (next !== undefined && next.atNs <= this.nowNs) {
        this.#executed += 1;
        this.#perform(next.command);
      } else if (this.nowNs >= tNs) return { nowNs: this.nowNs, events, reached: true };
    }
    return { nowNs: this.nowNs, events, reached: false };
  }

  /** To any moment: forwards by running, backwards by the nearest checkpoint and a replay of the log. */
  seek(tNs: Ns): void {
    assert(tNs >= 0, 'time starts at 0');
    if (tNs < this.nowNs) this.#restore(this.#checkpoints.before(tNs));
    this.advanceTo(tNs, Number.MAX_SAFE_INTEGER);
  }

  checkpoint(): SessionCheckpoint {
    return {
      atNs: this.nowNs,
      commands: this.#executed,
      engine: this.#engine.checkpoint(),
      cluster: this.#cluster.checkpoint(),
      state: {
        marks: [...this.#marks],
        faults: this.#faults.save(),
        resources: this.#resources,
        files: this.#files,
        orders: this.#creation.save(),
        history: this.#history.save(),
        podTotals: [...this.#podTotals],
      },
    };
  }

  /** Back to a checkpoint of this session; commands logged after it stay and happen again. */
  restore(checkpoint: SessionCheckpoint): void {
    this.#restore(checkpoint);
  }

  /** Hex text over every event so far. */
  traceHash(): string {
    return this.#engine.traceHash();
  }

  // --- commands -----------------------------------------------------------------------------------------------

  /** Carries a command out now and logs it. What the log held for later is dropped: the past was edited. */
  execute(command: SessionCommand): ApplyResult | undefined {
    if (command.kind === 'applyFiles') return this.applyFiles(command.files);
    this.#performNow(command);
    return undefined;
  }

  applyFiles(files: readonly SourceFile[]): ApplyResult {
    const parsed = this.#parse(files);
    if (!parsed.accepted) return { accepted: false, atNs: this.nowNs, changes: [], diagnostics: parsed.diagnostics };
    const before = this.#resources;
    this.#performNow({ kind: 'applyFiles', files });
    return {
      accepted: true,
      atNs: this.nowNs,
      changes: diffResources(before, this.#resources),
      diagnostics: this.diagnostics,
    };
  }

  /** Parses and validates without applying. */
  check(files: readonly SourceFile[]): readonly Diagnostic[] {
    return this.#parse(files).diagnostics;
  }

  get log(): readonly LoggedCommand[] {
    return this.#log;
  }

  /** Continues a log that was saved elsewhere: the commands happen when their time comes. */
  loadLog(log: readonly LoggedCommand[]): void {
    assert(this.#executed === this.#log.length, 'a log is loaded into a session without pending commands');
    this.#log.push(...log);
  }

  /** A command comes after everything else of its moment and before what follows from it, now and in every replay. */
  #performNow(command: SessionCommand): void {
    this.#finishMoment();
    this.#log = [...this.#log.slice(0, this.#executed), { atNs: this.nowNs, command }];
    this.#executed = this.#log.length;
    this.#checkpoints.dropAfter(this.nowNs);
    this.#perform(command);
    this.#finishMoment();
  }

  #finishMoment(): void {
    const result = this.#engine.advanceTo(this.nowNs, MAX_EVENTS_OF_A_MOMENT);
    assert(result.reached, 'a moment has an end');
  }

  #perform(command: SessionCommand): void {
    this.#shown = undefined;
    switch (command.kind) {
      case 'applyFiles':
        this.#replaceManifests(command.files);
        return;
      case 'injectFault':
        this.#faults.inject(command.id, command.label, command.fault);
        return;
      case 'clearFault':
        this.#faults.clear(command.id);
        return;
      case 'clearAllFaults':
        this.#faults.clearAll();
        return;
      case 'restartWorkload':
        this.#cluster.restartWorkload(command.ref);
        this.#mark('cluster', `Restart of ${command.ref.name}`);
        return;
      case 'scaleWorkload':
        this.#cluster.scaleWorkload(command.ref, command.replicas);
        this.#mark('cluster', `${command.ref.name} scaled to ${command.replicas}`);
        return;
      case 'deletePod': {
        const deleted = this.#cluster.deletePod(command.pod);
        if (deleted !== undefined) this.#mark('cluster', `${deleted.name} deleted`);
        return;
      }
      case 'probe': {
        const { from, request } = command;
        if (from === undefined) this.#engine.probe({ request });
        else if (this.#hasPod(from)) this.#engine.probe({ from, request });
        return;
      }
      default:
        assertNever(command);
    }
  }

  // --- events -------------------------------------------------------------------------------------------------

  handleControlEvent(nowNs: Ns, code: number, a: number, b: number): void {
    if (this.#cluster.handleControlEvent(code, a, b)) return;
    if (code === SESSION_TIMER.tick) {
      this.#tick();
      this.#engine.scheduleControl(nowNs + BUCKET_NS, SESSION_TIMER.tick, 0, 0);
      return;
    }
    assert(this.#faults.handleControlEvent(code, a, b), 'every control event belongs to somebody');
  }

  #tick(): void {
    this.#history.tick();
    this.#podTotals.push(new Map(this.#engine.pods().map(({ id, completed, errors }) => [id, { completed, errors }])));
    if (this.#podTotals.length > POD_WINDOW_TICKS) this.#podTotals.shift();
  }

  /** Traffic of each pod over the last ticks. */
  #recentPodTraffic(): ReadonlyMap<string, PodTraffic> {
    const first = this.#podTotals[0];
    const last = this.#podTotals[this.#podTotals.length - 1] ?? new Map<string, PodTraffic>();
    return new Map(
      [...last].map(([id, { completed, errors }]) => {
        const earlier = first?.get(id) ?? { completed: 0, errors: 0 };
        return [id, { completed: completed - earlier.completed, errors: errors - earlier.errors }];
      }),
    );
  }

  #mark(kind: MarkView['kind'], label: string): void {
    this.#marks.push({ atNs: this.nowNs, kind, label });
    if (this.#marks.length > MAX_MARKS) this.#marks.shift();
  }

  // --- manifests ----------------------------------------------------------------------------------------------

  #parse(files: readonly SourceFile[]): ParsedManifests {
    const known = this.#parsed.get(files);
    if (known !== undefined) return known;
    const parsed = this.#reader.read(files);
    this.#parsed.set(files, parsed);
    return parsed;
  }

  /** A log that was saved elsewhere may hold manifests that are refused here: the last good ones stay then, too. */
  #replaceManifests(files: readonly SourceFile[]): void {
    const parsed = this.#parse(files);
    if (parsed.accepted) {
      this.#commit(parsed, files);
      this.#mark('apply', 'Applied');
    } else this.#mark('error', 'Refused');
  }

  #commit(parsed: ParsedManifests, files: readonly SourceFile[]): void {
    assert(parsed.accepted, 'only accepted manifests are applied');
    this.#resources = this.#creation.assign(parsed.resources);
    this.#files = files;
    this.#diagnostics = parsed.diagnostics;
    this.#cluster.apply(new ResourceStore(this.#resources));
    this.#faults.schedule(scheduledFaults(this.#cluster.store));
    this.#history.setBaseline();
  }

  get files(): readonly SourceFile[] {
    return this.#files;
  }

  /** Of the last good configuration, the compiler's included. */
  get diagnostics(): readonly Diagnostic[] {
    return [...this.#diagnostics, ...this.#cluster.compileDiagnostics];
  }

  resource(key: string): Resource | undefined {
    return this.#resources.find((resource) => objectKey(resource.ref) === key);
  }

  // --- views --------------------------------------------------------------------------------------------------

  get engine(): SimulationApi {
    return this.#engine;
  }

  get cluster(): Cluster {
    return this.#cluster;
  }

  /** Statistics of a pod's proxy as the page `/stats/prometheus` of Envoy shows them; undefined: the pod has no proxy. */
  prometheusText(pod: string): string | undefined {
    const statistics = this.#engine.proxyStatistics(pod);
    return statistics === undefined ? undefined : prometheusText(statistics);
  }

  #show(): { readonly topology: TopologyView; readonly sample: Sample } {
    if (this.#shown !== undefined) return this.#shown;
    const sample = this.#history.now();
    const recent = this.#recentPodTraffic();
    const built = buildTopology({ cluster: this.#cluster, pods: this.#engine.pods(), edges: sample.edges, recent });
    const text = JSON.stringify(built);
    if (text !== this.#topologyText) {
      this.#topologyText = text;
      this.#topology = { ...built, revision: this.#topology.revision + 1 };
    }
    this.#shown = { topology: this.#topology, sample };
    return this.#shown;
  }

  topology(): TopologyView {
    return this.#show().topology;
  }

  metrics(): MetricsFrame {
    const { topology, sample } = this.#show();
    return metricsFrame(this.#history, topology, sample);
  }

  series(selection: Selection, points: number): SeriesView {
    return seriesOf(this.#history, this.topology(), selection, points);
  }

  totals(selection: Selection, since: 'apply' | 'start'): TotalsView {
    const { topology, sample } = this.#show();
    return totalsOf(this.#history, { now: sample, rows: rowsOf(topology, selection), since });
  }

  get marks(): readonly MarkView[] {
    return this.#marks;
  }

  get activeFaults(): readonly ActiveFaultView[] {
    return this.#faults.views;
  }

  clusterEvents(limit: number): readonly ClusterEventView[] {
    return this.#cluster.events.slice(-limit);
  }

  locate(origin: ConfigOrigin): SourceLink | undefined {
    return locateOrigin(origin, this.#resources);
  }

  /** What would happen to one request now. The session is put back afterwards: explaining changes nothing. */
  explain(request: ProbeRequest): ExplainView {
    if (request.from !== undefined && !this.#hasPod(request.from)) return NOT_SENT;
    const before = this.checkpoint();
    const id = this.#engine.probe(request);
    const limitNs = this.nowNs + PROBE_LIMIT_NS;
    let events = 0;
    let result = this.#engine.probeResult(id);
    while (result?.finished !== true && this.nowNs < limitNs && events < PROBE_MAX_EVENTS) {
      events += this.#engine.advanceTo(this.nowNs + PROBE_STEP_NS, PROBE_MAX_EVENTS - events).events;
      result = this.#engine.probeResult(id);
    }
    const view = explainProbe(assertDefined(result, 'a probe has a record'), (origin) => this.locate(origin));
    this.#restore(before);
    return view;
  }

  #hasPod(id: string): boolean {
    return this.#engine.pods().some((pod) => pod.id === id);
  }

  // --- checkpoints --------------------------------------------------------------------------------------------

  #saveCheckpoint(): void {
    this.#checkpoints.add(this.checkpoint());
  }

  #restore(checkpoint: SessionCheckpoint): void {
    const { state } = checkpoint;
    this.#shown = undefined;
    this.#engine.restore(checkpoint.engine);
    this.#cluster.restore(checkpoint.cluster);
    this.#executed = checkpoint.commands;
    this.#marks = [...state.marks];
    this.#faults.restore(state.faults);
    this.#resources = state.resources;
    this.#files = state.files;
    this.#diagnostics = this.#parse(state.files).diagnostics;
    this.#creation.restore(state.orders);
    this.#history.restore(state.history);
    this.#podTotals = [...state.podTotals];
  }
}
