import { NS_PER_S, type Ns } from '../base';
import type { PodSpec, SimulationApi } from '../engine';
import type { ApplicationBook } from './application-book';
import type { ControlPlane } from './control-plane';
import { canonicalRevision, canonicalService } from './identity';
import type { ClusterEvent, ClusterState, PodRecord } from './state';
import { CLUSTER_TIMER } from './timers';
import { isProxyOnly, type ViewBuilder } from './view-builder';
import type { WorkloadTemplate } from './workload-template';

const MAX_EVENTS = 500;
// kubernetes/kubernetes pkg/kubelet/kubelet.go MaxContainerBackOff and backOffPeriod: 10 s doubling to 5 min, forgotten after twice that.
const BACK_OFF_BASE_NS: Ns = 10 * NS_PER_S;
const BACK_OFF_MAX_NS: Ns = 300 * NS_PER_S;
const MAX_BACK_OFF_DOUBLINGS = 5;
const BACK_OFF_RESET_NS: Ns = 600 * NS_PER_S;
/** A restarted container's image is present; only the process starts. An inference. */
const FIRST_RESTART_NS: Ns = 1 * NS_PER_S;
/** Start of the proxy container, in front of the application's. An inference from a start-up probe every second. */
const SIDECAR_START_NS: Ns = 1 * NS_PER_S;
/** How long a proxy without configuration waits before it asks again. */
const CONNECT_RETRY_NS: Ns = 1 * NS_PER_S;
/** Extra time that a terminating pod stays visible after its connections are closed. */
const REMOVAL_MARGIN_NS: Ns = 1 * NS_PER_S;

export interface LifecycleParts {
  readonly engine: SimulationApi;
  readonly state: () => ClusterState;
  readonly controlPlane: ControlPlane;
  readonly views: ViewBuilder;
  readonly book: () => ApplicationBook;
}

/** The life of one pod: starting, ready, crashing with back-off, terminating; told to the engine step by step. */
export class PodLifecycle {
  constructor(private readonly parts: LifecycleParts) {}

  record(event: ClusterEvent): void {
    const { events } = this.parts.state();
    events.push(event);
    if (events.length > MAX_EVENTS) events.splice(0, events.length - MAX_EVENTS);
  }

  #event(pod: PodRecord, type: ClusterEvent['type'], reason: string, message: string): void {
    this.record({ atNs: this.parts.engine.nowNs, type, reason, object: `pod/${pod.name}`, message });
  }

  /** @param warm the scenario begins with this pod up; otherwise it takes its start-up time. */
  begin(pod: PodRecord, template: WorkloadTemplate, warm: boolean): void {
    const { engine } = this.parts;
    engine.execute({ kind: 'addPod', pod: this.#spec(pod) });
    if (warm && !this.isCrashing(pod)) {
      pod.phase = 'running';
      pod.ready = true;
      return;
    }
    engine.execute({ kind: 'setPodUp', id: pod.uid, up: false });
    pod.phase = 'starting';
    this.#event(
      pod,
      'Normal',
      'Created',
      pod.sidecar === undefined
        ? 'Created the pod without a sidecar.'
        : `Created the pod with a sidecar: ${pod.injectionReason}.`,
    );
    const delayNs = pod.startupNs + (pod.sidecar === undefined ? 0 : SIDECAR_START_NS) + template.readinessDelayNs;
    engine.scheduleControl(engine.nowNs + delayNs, CLUSTER_TIMER.containerStarted, pod.serial, pod.epoch);
  }

  /** True when the pod's readiness changed. The caller has checked that the timer is of this life. */
  handleTimer(code: number, pod: PodRecord): boolean {
    if (code === CLUSTER_TIMER.podReady) return this.#becomeReady(pod);
    if (this.isCrashing(pod)) {
      this.#scheduleRestart(pod);
      return false;
    }
    pod.phase = 'starting';
    pod.startedNs = this.parts.engine.nowNs;
    this.parts.engine.execute({ kind: 'setPodUp', id: pod.uid, up: true });
    return this.#becomeReady(pod);
  }

  #becomeReady(pod: PodRecord): boolean {
    const { engine, controlPlane } = this.parts;
    if (pod.ready) return false;
    if (pod.sidecar !== undefined && pod.appliedVersion === '' && !controlPlane.connect(pod)) {
      // istio/istio pilot/cmd/pilot-agent/status/ready: 15021 answers 503 until the first configuration is in.
      engine.scheduleControl(engine.nowNs + CONNECT_RETRY_NS, CLUSTER_TIMER.podReady, pod.serial, pod.epoch);
      return false;
    }
    pod.phase = 'running';
    pod.ready = true;
    this.#event(pod, 'Normal', 'Ready', 'The pod is ready.');
    return true;
  }

  isCrashing(pod: PodRecord): boolean {
    return this.parts.state().crashes.some(({ selector }) => {
      if (selector.pod !== undefined && selector.pod !== pod.uid) return false;
      if (selector.podName !== undefined && selector.podName !== pod.name) return false;
      if (selector.node !== undefined && selector.node !== pod.nodeName) return false;
      if (selector.namespace !== undefined && selector.namespace !== pod.namespace) return false;
      if (selector.workload !== undefined && selector.workload !== pod.workload.name) return false;
      if (selector.service !== undefined && selector.service !== canonicalService(pod)) return false;
      return selector.version === undefined || selector.version === canonicalRevision(pod);
    });
  }

  /** The process exits now: connections break, endpoints go, the kubelet starts it again after a back-off. */
  crash(pod: PodRecord): void {
    if (pod.phase === 'terminating' || pod.phase === 'crashed') return;
    const { engine } = this.parts;
    engine.execute({ kind: 'setPodUp', id: pod.uid, up: false });
    if (engine.nowNs - pod.startedNs > BACK_OFF_RESET_NS) pod.backOffStep = 0;
    pod.ready = false;
    this.#scheduleRestart(pod);
    this.#event(pod, 'Warning', 'BackOff', `The container exited; restart ${pod.restarts} follows.`);
  }

  #scheduleRestart(pod: PodRecord): void {
    const { engine } = this.parts;
    const backOffNs =
      pod.backOffStep === 0
        ? FIRST_RESTART_NS
        : Math.min(BACK_OFF_MAX_NS, BACK_OFF_BASE_NS * (1 << Math.min(pod.backOffStep - 1, MAX_BACK_OFF_DOUBLINGS)));
    pod.backOffStep += 1;
    pod.restarts += 1;
    pod.epoch += 1;
    pod.phase = 'crashed';
    engine.scheduleControl(engine.nowNs + backOffNs, CLUSTER_TIMER.containerRestart, pod.serial, pod.epoch);
  }

  terminate(pod: PodRecord): void {
    const { engine } = this.parts;
    pod.phase = 'terminating';
    pod.ready = false;
    pod.epoch += 1;
    engine.execute({ kind: 'removePod', id: pod.uid, graceNs: pod.terminationGraceNs });
    engine.scheduleControl(
      engine.nowNs + pod.terminationGraceNs + REMOVAL_MARGIN_NS,
      CLUSTER_TIMER.podGone,
      pod.serial,
      0,
    );
    this.#event(pod, 'Normal', 'Killing', 'The pod is terminating.');
  }

  /** Behaviours may have changed with the manifests. */
  refreshApplication(pod: PodRecord): void {
    if (pod.phase === 'terminating' || isProxyOnly(pod)) return;
    this.parts.engine.execute({
      kind: 'setApplication',
      id: pod.uid,
      application: this.parts.book().applicationFor(pod),
    });
  }

  #spec(pod: PodRecord): PodSpec {
    const { locality } = this.parts.views.podView(pod);
    const book = this.parts.book();
    const gateway = isProxyOnly(pod);
    return {
      id: pod.uid,
      name: pod.name,
      namespace: pod.namespace,
      workload: pod.workload.name,
      version: canonicalRevision(pod),
      service: canonicalService(pod),
      ip: pod.ip,
      node: pod.nodeName,
      locality,
      identity: `spiffe://cluster.local/ns/${pod.namespace}/sa/${pod.serviceAccount}`,
      ...(gateway ? {} : { application: book.applicationFor(pod) }),
      ...(pod.sidecar === undefined ? {} : { proxy: book.proxyFor(pod, gateway) }),
    };
  }
}
