import { assert, assertDefined, NS_PER_MS, NS_PER_S, type Ns } from '../base';
import { type ScenarioDefinition, type Selection, Session } from '../session';
import { packFlights, transferablesOf } from './flight-frame';
import type { FlightFrame, LoadResult, SavedState, TransportStatus, WorkerEvent } from './protocol';

export const MIN_SPEED = 0.01;
export const MAX_SPEED = 50;
/** Longest time a slice keeps messages waiting. */
const SLICE_BUDGET_MS = 8;
const EVENTS_PER_CHECK = 2_000;
/** Behind by more than this, the clock gives up catching up: the effective speed falls instead. */
const MAX_LAG_MS = 100;
const FRAME_INTERVAL_MS = 15;
const METRICS_INTERVAL_MS = 250;
const AUTOSAVE_INTERVAL_MS = 5_000;
const MAX_FRAMES_IN_FLIGHT = 2;
const SERIES_POINTS = 120;
const STEP_LIMIT_NS: Ns = NS_PER_S;

/** What the shell lends: the wall clock and the two ways out. */
export interface HostShell {
  nowMs(): number;
  send(event: WorkerEvent): void;
  sendFlights(frame: FlightFrame, transfer: ArrayBuffer[]): void;
}

/**
 * Drives a session in step with the wall clock and reports what the page shows. The one place where simulated and
 * wall time meet; it reads the wall clock only through its shell, so that tests can run it on a clock of their own.
 */
export class Host {
  #session: Session | undefined;
  /** As it was loaded; what the run began with may differ from it after a restart. */
  #scenario: ScenarioDefinition | undefined;
  #playing = false;
  #speed = 1;
  #anchorMs = 0;
  #anchorNs: Ns = 0;
  #selection: Selection = { kind: 'mesh' };
  #frame = 0;
  #framesInFlight = 0;
  /** A frame that must not be left out waits for credit. */
  #frameOwed = false;
  #rendererAttached = false;
  #resetRenderer = true;
  #lastFrameMs = 0;
  #lastMetricsMs = Number.NEGATIVE_INFINITY;
  #metricsAcknowledged = true;
  #lastAutosaveMs = 0;
  #topologyRevision = -1;
  #marksSent = '';
  #speedSample = { wallMs: 0, simNs: 0, speed: 0 };

  constructor(private readonly shell: HostShell) {}

  get session(): Session {
    return assertDefined(this.#session, 'a scenario is loaded');
  }

  get isLoaded(): boolean {
    return this.#session !== undefined;
  }

  /** Whether slices have anything to do. */
  get isPlaying(): boolean {
    return this.#playing && this.#session !== undefined;
  }

  // --- loading ------------------------------------------------------------------------------------------------

  load(scenario: ScenarioDefinition): LoadResult {
    return this.#begin(scenario, scenario);
  }

  restart(options: { readonly keepFiles: boolean; readonly seed?: number }): LoadResult {
    const scenario = assertDefined(this.#scenario, 'a scenario is loaded');
    const files = options.keepFiles ? this.session.files : scenario.files;
    return this.#begin(scenario, { files, seed: options.seed ?? this.session.scenario.seed });
  }

  saveState(): SavedState {
    const { files, seed } = this.session.scenario;
    return {
      version: 1,
      scenario: assertDefined(this.#scenario, 'a scenario is loaded'),
      start: { files, seed },
      log: this.session.log,
      nowNs: this.session.nowNs,
      playing: this.#playing,
      speed: this.#speed,
    };
  }

  restoreState(state: SavedState): LoadResult {
    return this.#begin(state.scenario, state.start, (session) => {
      session.loadLog(state.log);
      session.seek(state.nowNs);
      this.#speed = state.speed;
      this.#playing = state.playing;
    });
  }

  /** Opens a session and takes it over once it is ready; a scenario that is refused leaves the running one alone. */
  #begin(
    scenario: ScenarioDefinition,
    start: SavedState['start'],
    prepare: (session: Session) => void = () => undefined,
  ): LoadResult {
    const { session, diagnostics } = Session.open({ ...scenario, files: start.files, seed: start.seed });
    if (session === undefined) return { accepted: false, diagnostics, nowNs: this.#session?.nowNs ?? 0 };
    prepare(session);
    session.engine.setFlightRecording(this.#rendererAttached);
    this.#session = session;
    this.#scenario = scenario;
    this.#topologyRevision = -1;
    this.#marksSent = '';
    this.#jumped();
    return { accepted: true, diagnostics, nowNs: session.nowNs };
  }

  // --- transport ----------------------------------------------------------------------------------------------

  play(): void {
    this.#playing = true;
    this.#anchor();
    this.sendStatus();
    this.#autosave();
  }

  pause(): void {
    this.#playing = false;
    this.#anchor();
    this.#demandFrame();
    this.report();
    this.#autosave();
  }

  setSpeed(speed: number): void {
    assert(Number.isFinite(speed), 'a speed is a number');
    this.#speed = Math.min(MAX_SPEED, Math.max(MIN_SPEED, speed));
    this.#anchor();
    this.sendStatus();
  }

  /** One event after another until a message departs, or a second has passed. */
  step(): void {
    const { engine } = this.session;
    const limitNs = this.session.nowNs + STEP_LIMIT_NS;
    engine.setFlightRecording(true);
    engine.takeFlights();
    let moved = false;
    while (!moved && this.session.nowNs < limitNs) {
      const { reached } = this.session.advanceTo(limitNs, 1);
      const flights = engine.takeFlights();
      moved = flights.count > 0;
      if (moved) this.#sendFrame(packFlights(flights, this.#clock()));
      if (reached) break;
    }
    engine.setFlightRecording(this.#rendererAttached);
    this.#anchor();
    this.report();
  }

  seek(toNs: Ns): void {
    this.session.seek(Math.max(0, Math.floor(toNs)));
    this.#jumped();
  }

  /** Runs for at most one slice. True when the model is behind the clock and the next slice should follow at once. */
  slice(): boolean {
    if (!this.isPlaying) return false;
    const startMs = this.shell.nowMs();
    const targetNs = Math.floor(this.#anchorNs + (startMs - this.#anchorMs) * this.#speed * NS_PER_MS);
    let reached = false;
    while (!reached) {
      ({ reached } = this.session.advanceTo(targetNs, EVENTS_PER_CHECK));
      if (this.shell.nowMs() - startMs >= SLICE_BUDGET_MS) break;
    }
    const lagMs = (targetNs - this.session.nowNs) / (this.#speed * NS_PER_MS);
    if (lagMs > MAX_LAG_MS) this.#startClock();
    this.#report();
    return !reached;
  }

  // --- reports ------------------------------------------------------------------------------------------------

  setSelection(selection: Selection): void {
    this.#selection = selection;
    this.report();
  }

  attachRenderer(): void {
    this.#rendererAttached = true;
    this.#framesInFlight = 0;
    this.#frameOwed = false;
    this.#resetRenderer = true;
    this.#session?.engine.setFlightRecording(true);
  }

  acknowledgeFrame(): void {
    this.#framesInFlight = Math.max(0, this.#framesInFlight - 1);
    if (this.#frameOwed) this.#demandFrame();
  }

  acknowledgeMetrics(): void {
    this.#metricsAcknowledged = true;
  }

  /** Everything now, whatever was sent last and when. */
  report(): void {
    if (this.#session === undefined) return;
    this.#metricsAcknowledged = true;
    this.#lastMetricsMs = Number.NEGATIVE_INFINITY;
    this.#report();
  }

  sendStatus(): void {
    this.shell.send({ kind: 'status', status: this.#status() });
  }

  /** To be called after a command: what it did is in the log of the session now. */
  handleCommandDone(): void {
    this.#autosave();
    this.report();
  }

  #autosave(): void {
    if (this.#session === undefined) return;
    this.#lastAutosaveMs = this.shell.nowMs();
    this.shell.send({ kind: 'autosave', state: this.saveState() });
  }

  #report(): void {
    const nowMs = this.shell.nowMs();
    if (this.#framesInFlight < MAX_FRAMES_IN_FLIGHT && nowMs - this.#lastFrameMs >= FRAME_INTERVAL_MS)
      this.#flushFlights();
    if (this.#metricsAcknowledged && nowMs - this.#lastMetricsMs >= METRICS_INTERVAL_MS) this.#sendMetrics(nowMs);
    if (nowMs - this.#lastAutosaveMs >= AUTOSAVE_INTERVAL_MS) this.#autosave();
  }

  #sendMetrics(nowMs: number): void {
    const session = this.session;
    this.#lastMetricsMs = nowMs;
    this.#metricsAcknowledged = false;
    this.#measureSpeed(nowMs);
    const topology = session.topology();
    if (topology.revision !== this.#topologyRevision) {
      this.#topologyRevision = topology.revision;
      this.shell.send({ kind: 'topology', topology });
    }
    const marks = JSON.stringify([session.marks, session.activeFaults]);
    if (marks !== this.#marksSent) {
      this.#marksSent = marks;
      this.shell.send({ kind: 'marks', marks: session.marks, faults: session.activeFaults });
    }
    this.sendStatus();
    this.shell.send({
      kind: 'metrics',
      frame: session.metrics(),
      series: session.series(this.#selection, SERIES_POINTS),
    });
  }

  #measureSpeed(nowMs: number): void {
    const sample = this.#speedSample;
    const elapsedMs = nowMs - sample.wallMs;
    if (elapsedMs < 1_000) return;
    const speed = (this.session.nowNs - sample.simNs) / (elapsedMs * NS_PER_MS);
    this.#speedSample = { wallMs: nowMs, simNs: this.session.nowNs, speed };
  }

  #status(): TransportStatus {
    return {
      nowNs: this.#session?.nowNs ?? 0,
      playing: this.#playing,
      speed: this.#speed,
      effectiveSpeed: this.#playing ? this.#speedSample.speed : 0,
      seed: this.#session?.scenario.seed ?? 0,
    };
  }

  /** From here on simulated time follows wall time, and the speed that is reached is measured anew. */
  #anchor(): void {
    this.#startClock();
    this.#speedSample = { wallMs: this.#anchorMs, simNs: this.#anchorNs, speed: this.#speed };
  }

  #startClock(): void {
    this.#anchorMs = this.shell.nowMs();
    this.#anchorNs = this.#session?.nowNs ?? 0;
  }

  /** Time did not flow here: what was drawn is void. */
  #jumped(): void {
    this.#resetRenderer = true;
    this.#anchor();
    this.#demandFrame();
    this.report();
    this.#autosave();
  }

  #clock(): { frame: number; nowNs: Ns; rate: number; reset: boolean } {
    const reset = this.#resetRenderer;
    this.#resetRenderer = false;
    this.#frame += 1;
    return { frame: this.#frame, nowNs: this.session.nowNs, rate: this.#playing ? this.#speed : 0, reset };
  }

  /** A frame now, or as soon as the renderer has taken one of those in flight. */
  #demandFrame(): void {
    this.#frameOwed = this.#framesInFlight >= MAX_FRAMES_IN_FLIGHT;
    if (!this.#frameOwed) this.#flushFlights();
  }

  #flushFlights(): void {
    if (!this.#rendererAttached || this.#session === undefined) return;
    this.#sendFrame(packFlights(this.#session.engine.takeFlights(), this.#clock()));
  }

  #sendFrame(frame: FlightFrame): void {
    if (!this.#rendererAttached) return;
    this.#lastFrameMs = this.shell.nowMs();
    this.#framesInFlight += 1;
    this.shell.sendFlights(frame, transferablesOf(frame));
  }
}
