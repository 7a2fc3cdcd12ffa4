import { assertDefined, NS_PER_MS, type Ns, Rng, type RngState } from '../base';
import type { Diagnostic } from '../config';
import type { CompileResult, MeshDialect } from '../dialects/mesh-dialect';
import type { SimulationApi } from '../engine';
import type { XdsSnapshot } from '../xds';
import type { ClusterState, PodRecord } from './state';
import { CLUSTER_TIMER } from './timers';
import type { ViewBuilder } from './view-builder';

// istio/istio pilot/pkg/features/tuning.go PILOT_DEBOUNCE_AFTER
const DEBOUNCE_NS: Ns = 100 * NS_PER_MS;
/** Time from the push to the acknowledgement of one proxy: serialisation, network and warming. An inference, not upstream's figure. */
const PUSH_MIN_NS: Ns = 2 * NS_PER_MS;
const PUSH_MAX_NS: Ns = 20 * NS_PER_MS;

export interface ControlPlaneParts {
  readonly dialect: MeshDialect;
  readonly engine: SimulationApi;
  readonly views: ViewBuilder;
  readonly state: () => ClusterState;
  readonly seed: number;
}

/** Part of a checkpoint. */
export interface ControlPlaneState {
  readonly sent: ReadonlyMap<string, XdsSnapshot>;
  readonly rng: RngState;
  readonly compiled: CompileResult | undefined;
  readonly compiledRevision: number;
}

/**
 * Compiles the cluster into snapshots and brings them to the proxies: debounced, with a delay per proxy and an
 * acknowledgement. While it is down nothing is pushed and proxies keep what they have.
 */
export class ControlPlane {
  #compiled: CompileResult | undefined;
  /** Revision of the cluster that `#compiled` was made from. */
  #compiledRevision = -1;
  /** Newest snapshot sent to each pod, by pod uid; replaced, never changed. */
  #sent = new Map<string, XdsSnapshot>();
  #rng: Rng;

  constructor(private readonly parts: ControlPlaneParts) {
    this.#rng = new Rng(parts.seed).fork('control-plane');
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#compiled?.diagnostics ?? [];
  }

  /** The newest compilation, made now if the cluster has changed since the last. */
  compiled(): CompileResult {
    const { revision } = this.parts.state();
    if (this.#compiled === undefined || this.#compiledRevision !== revision) {
      this.#compiled = this.parts.dialect.compile(
        this.parts.views.build(),
        this.#compiled === undefined ? {} : { previous: this.#compiled },
      );
      this.#compiledRevision = revision;
    }
    return this.#compiled;
  }

  /** Something that configurations depend on has changed. */
  invalidate(): void {
    const { controlPlane } = this.parts.state();
    controlPlane.dirty = true;
    if (!controlPlane.up || controlPlane.pushScheduled) return;
    controlPlane.pushScheduled = true;
    this.parts.engine.scheduleControl(
      this.parts.engine.nowNs + DEBOUNCE_NS + controlPlane.lagNs,
      CLUSTER_TIMER.push,
      0,
      0,
    );
  }

  handlePush(): void {
    const { controlPlane, pods } = this.parts.state();
    controlPlane.pushScheduled = false;
    if (!controlPlane.up || !controlPlane.dirty) return;
    controlPlane.dirty = false;
    controlPlane.pushes += 1;
    for (const pod of pods) this.#send(pod);
  }

  #send(pod: PodRecord): void {
    const snapshot = this.snapshotFor(pod);
    if (snapshot === undefined || pod.phase === 'waiting' || snapshot.version === pod.sentVersion) return;
    pod.sentVersion = snapshot.version;
    this.#sent.set(pod.uid, snapshot);
    const delayNs = PUSH_MIN_NS + this.#rng.nextBelow(PUSH_MAX_NS - PUSH_MIN_NS);
    this.parts.engine.scheduleControl(this.parts.engine.nowNs + delayNs, CLUSTER_TIMER.acknowledged, pod.serial, 0);
  }

  /** What the proxy of a pod should run now; undefined when it has none. */
  snapshotFor(pod: PodRecord): XdsSnapshot | undefined {
    const node = this.parts.dialect.nodeId(this.parts.views.podView(pod));
    return node === undefined ? undefined : this.compiled().snapshots.get(node);
  }

  handleAcknowledged(pod: PodRecord): void {
    if (pod.phase === 'terminating' || pod.appliedVersion === pod.sentVersion) return;
    const snapshot = assertDefined(this.#sent.get(pod.uid), 'an acknowledged snapshot was sent before');
    this.parts.engine.execute({ kind: 'applySnapshot', pod: pod.uid, snapshot });
    pod.appliedVersion = snapshot.version;
  }

  /** A proxy that just started asks for its configuration. false: nobody answers. */
  connect(pod: PodRecord): boolean {
    if (!this.parts.state().controlPlane.up) return false;
    const snapshot = this.snapshotFor(pod);
    if (snapshot === undefined) return false;
    this.#sent.set(pod.uid, snapshot);
    pod.sentVersion = snapshot.version;
    pod.appliedVersion = snapshot.version;
    this.parts.engine.execute({ kind: 'applySnapshot', pod: pod.uid, snapshot });
    return true;
  }

  forget(pod: PodRecord): void {
    this.#sent.delete(pod.uid);
  }

  /** @param up false: no pushes, no new configuration for starting proxies. */
  setUp(up: boolean): void {
    const { controlPlane } = this.parts.state();
    controlPlane.up = up;
    if (up && controlPlane.dirty) this.invalidate();
  }

  setLag(lagNs: Ns): void {
    this.parts.state().controlPlane.lagNs = lagNs;
  }

  /** Snapshots and compilations are immutable: they are shared with the checkpoint. */
  saveState(): ControlPlaneState {
    return {
      sent: new Map(this.#sent),
      rng: this.#rng.save(),
      compiled: this.#compiled,
      compiledRevision: this.#compiledRevision,
    };
  }

  restoreState(saved: ControlPlaneState): void {
    this.#sent = new Map(saved.sent);
    this.#rng.restore(saved.rng);
    this.#compiled = saved.compiled;
    this.#compiledRevision = saved.compiledRevision;
  }
}
