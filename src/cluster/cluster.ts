import { cloneState, NS_PER_S, type Ns } from '../base';
import {
  type ClusterView,
  DAEMON_SET,
  DEPLOYMENT,
  type Diagnostic,
  NODE,
  type ObjectRef,
  objectKey,
  POD,
  SERVICE,
  STATEFUL_SET,
} from '../config';
import type { MeshDialect } from '../dialects/mesh-dialect';
import type { SimulationApi } from '../engine';
import type { XdsSnapshot } from '../xds';
import { ApplicationBook } from './application-book';
import { ControlPlane, type ControlPlaneState } from './control-plane';
import { canonicalService } from './identity';
import { PodFactory } from './pod-factory';
import { PodLifecycle } from './pod-lifecycle';
import { ResourceStore } from './resource-store';
import { planRollout } from './rollout';
import { serviceTable, withVirtualAddresses } from './services';
import {
  type ClusterEvent,
  type ClusterState,
  type CrashRecord,
  initialClusterState,
  type NodeRecord,
  type PodRecord,
} from './state';
import { CLUSTER_TIMER } from './timers';
import { isProxyOnly, meshConfigText, ViewBuilder, viewOfObjects } from './view-builder';
import {
  daemonSetTemplate,
  deploymentTemplate,
  podTemplate,
  statefulSetTemplate,
  type WorkloadTemplate,
} from './workload-template';

export interface ClusterOptions {
  readonly dialect: MeshDialect;
  readonly engine: SimulationApi;
  readonly seed: number;
  /** Reads the text of a mesh configuration; supplied from above, where YAML parsing of plain text is known. */
  readonly parseMeshConfig: (text: string) => Readonly<Record<string, unknown>>;
  readonly rootNamespace: string;
}

export interface ClusterCheckpoint {
  readonly state: ClusterState;
  readonly store: ResourceStore;
  /** What of the store was applied; the rest is derived. */
  readonly written: ResourceStore;
  readonly book: ApplicationBook;
  readonly controlPlane: ControlPlaneState;
  readonly toldServices: string;
}

const DEFAULT_NODES: readonly NodeRecord[] = ['node-a', 'node-b', 'node-c'].map((name) => ({
  name,
  region: '',
  zone: '',
  subZone: '',
}));
const MAX_RECONCILE_ROUNDS = 10_000;
const WEBHOOK_RETRY_NS: Ns = 5 * NS_PER_S;

/**
 * Kubernetes and the mesh's control plane in simulated time: controllers keep the pods that the manifests ask for,
 * the injector adds sidecars to new pods, endpoints follow readiness, and proxies are told by pushes.
 */
export class Cluster {
  #state: ClusterState = initialClusterState();
  /** As it was applied. */
  #written = new ResourceStore([]);
  /** The applied manifests, and what controllers of the mesh made of them. */
  #store = new ResourceStore([]);
  #book: ApplicationBook = new ApplicationBook(this.#store);
  #templates: readonly WorkloadTemplate[] = [];
  #nodes: readonly NodeRecord[] = DEFAULT_NODES;
  #meshConfig: Readonly<Record<string, unknown>> = {};
  /** Until the first apply is through: pods are up and configured at once, so that a scenario starts in motion. */
  #warm = true;
  /** Services as the engine was last told, for finding out whether they changed. */
  #toldServices = '';
  readonly #views: ViewBuilder;
  readonly #controlPlane: ControlPlane;
  readonly #pods: PodFactory;
  readonly #lifecycle: PodLifecycle;

  constructor(private readonly options: ClusterOptions) {
    const { engine, dialect, seed } = options;
    this.#views = new ViewBuilder(
      () => this.#state,
      () => this.#store,
      () => this.#nodes,
      () => this.#meshConfig,
    );
    const state = () => this.#state;
    this.#controlPlane = new ControlPlane({ dialect, engine, views: this.#views, state, seed });
    this.#pods = new PodFactory(dialect, this.#views, state, () => this.#nodes);
    this.#lifecycle = new PodLifecycle({
      engine,
      state,
      controlPlane: this.#controlPlane,
      views: this.#views,
      book: () => this.#book,
    });
  }

  // --- commands -----------------------------------------------------------------------------------------------

  /** Makes the manifests the desired state. Controllers start towards it now; proxies learn of it by a push. */
  apply(written: ResourceStore): void {
    const store = this.#withDerived(written);
    this.#written = written;
    this.#forgetScaling(store);
    this.#allocateVirtualAddresses(store);
    this.#store = withVirtualAddresses(store, this.#state.virtualAddresses);
    this.#book = new ApplicationBook(this.#store);
    const text = meshConfigText(store, this.options.rootNamespace);
    this.#meshConfig = text === undefined ? {} : this.options.parseMeshConfig(text);
    this.#nodes = this.#nodesOf(store);
    this.#refreshTemplates();
    this.#state.revision += 1;
    this.#reconcileAll();
    this.#tellEngineAboutManifests();
    if (this.#warm) this.#warmStart();
    else this.#controlPlane.invalidate();
  }

  /** `kubectl rollout restart`. */
  restartWorkload(ref: ObjectRef): void {
    const key = objectKey(ref);
    this.#state.restartCounts[key] = (this.#state.restartCounts[key] ?? 0) + 1;
    this.#refreshTemplates();
    this.#reconcileAll();
  }

  scaleWorkload(ref: ObjectRef, replicas: number): void {
    this.#state.replicaOverrides[objectKey(ref)] = replicas;
    this.#refreshTemplates();
    this.#reconcileAll();
  }

  /** `kubectl delete pod`; undefined when there is no such pod any more. */
  deletePod(uid: string): PodRecord | undefined {
    const pod = this.#state.pods.find((candidate) => candidate.uid === uid);
    if (pod === undefined || pod.phase === 'terminating') return undefined;
    this.#lifecycle.terminate(pod);
    this.#changed();
    this.#reconcileAll();
    return pod;
  }

  setControlPlaneUp(up: boolean): void {
    this.#controlPlane.setUp(up);
    this.#event(
      up ? 'Normal' : 'Warning',
      up ? 'Started' : 'Down',
      'control-plane',
      up ? 'The control plane pushes again.' : 'The control plane is down; proxies keep their last configuration.',
    );
    if (!up) return;
    const derives = this.options.dialect.derive(viewOfObjects(this.#written)).length > 0;
    if (derives || this.#store.resources.length > this.#written.resources.length) this.apply(this.#written);
    else this.#reconcileAll();
  }

  setControlPlaneLag(lagNs: Ns): void {
    this.#controlPlane.setLag(lagNs);
  }

  /** Matching pods crash now and on every start until the fault is cleared. */
  addCrash(crash: CrashRecord): void {
    this.#state.crashes.push(crash);
    for (const pod of this.#state.pods) if (this.#lifecycle.isCrashing(pod)) this.#lifecycle.crash(pod);
    this.#changed();
  }

  removeCrash(id: string): void {
    this.#state.crashes = this.#state.crashes.filter((crash) => crash.id !== id);
  }

  // --- time ---------------------------------------------------------------------------------------------------

  /** Returns false when the code is not one of the cluster's. */
  handleControlEvent(code: number, a: number, b: number): boolean {
    switch (code) {
      case CLUSTER_TIMER.push:
        this.#controlPlane.handlePush();
        return true;
      case CLUSTER_TIMER.reconcile:
        this.#reconcileAll();
        return true;
      case CLUSTER_TIMER.acknowledged: {
        const pod = this.#find(a);
        if (pod !== undefined) this.#controlPlane.handleAcknowledged(pod);
        return true;
      }
      case CLUSTER_TIMER.podGone:
        this.#removePod(a);
        return true;
      case CLUSTER_TIMER.containerStarted:
      case CLUSTER_TIMER.containerRestart:
      case CLUSTER_TIMER.podReady: {
        const pod = this.#find(a);
        if (pod === undefined || pod.epoch !== b || pod.phase === 'terminating') return true;
        if (this.#lifecycle.handleTimer(code, pod)) {
          this.#changed();
          this.#reconcileAll();
        }
        return true;
      }
      default:
        return false;
    }
  }

  // --- views --------------------------------------------------------------------------------------------------

  get pods(): readonly PodRecord[] {
    return this.#state.pods;
  }

  get nodes(): readonly NodeRecord[] {
    return this.#nodes;
  }

  get store(): ResourceStore {
    return this.#store;
  }

  get book(): ApplicationBook {
    return this.#book;
  }

  get revision(): number {
    return this.#state.revision;
  }

  /** Newest last; at most 500. */
  get events(): readonly ClusterEvent[] {
    return this.#state.events;
  }

  get controlPlaneUp(): boolean {
    return this.#state.controlPlane.up;
  }

  /** What the dialect's compiler said of the newest state. */
  get compileDiagnostics(): readonly Diagnostic[] {
    this.#controlPlane.compiled();
    return this.#controlPlane.diagnostics;
  }

  /** Name that telemetry and the graph know the pod under. */
  serviceOf(pod: PodRecord): string {
    return canonicalService(pod);
  }

  isGateway(pod: PodRecord): boolean {
    return isProxyOnly(pod);
  }

  /** Whether a plain new pod of the namespace would get a sidecar. */
  injects(namespace: string): boolean {
    const pod = { namespace, metadata: { labels: {}, annotations: {} }, hostNetwork: false };
    return this.options.dialect.inject(pod, this.#views.build()).kind === 'inject';
  }

  view(): ClusterView {
    return this.#views.build();
  }

  /** What the proxy of a pod would be told now (not necessarily what it runs). */
  snapshotFor(uid: string): XdsSnapshot | undefined {
    const pod = this.#state.pods.find((candidate) => candidate.uid === uid);
    return pod === undefined ? undefined : this.#controlPlane.snapshotFor(pod);
  }

  // --- checkpoints --------------------------------------------------------------------------------------------

  checkpoint(): ClusterCheckpoint {
    return {
      state: cloneState(this.#state),
      store: this.#store,
      written: this.#written,
      book: this.#book,
      controlPlane: this.#controlPlane.saveState(),
      toldServices: this.#toldServices,
    };
  }

  restore(checkpoint: ClusterCheckpoint): void {
    this.#state = cloneState(checkpoint.state);
    this.#store = checkpoint.store;
    this.#written = checkpoint.written;
    this.#book = checkpoint.book;
    this.#warm = false;
    const text = meshConfigText(this.#store, this.options.rootNamespace);
    this.#meshConfig = text === undefined ? {} : this.options.parseMeshConfig(text);
    this.#nodes = this.#nodesOf(this.#store);
    this.#refreshTemplates();
    this.#controlPlane.restoreState(checkpoint.controlPlane);
    this.#views.forgetDerived();
    this.#toldServices = checkpoint.toldServices;
  }

  // --- inside -------------------------------------------------------------------------------------------------

  #find(serial: number): PodRecord | undefined {
    return this.#state.pods.find((pod) => pod.serial === serial);
  }

  #event(type: ClusterEvent['type'], reason: string, object: string, message: string): void {
    this.#lifecycle.record({ atNs: this.options.engine.nowNs, type, reason, object, message });
  }

  /** What was derived before stays while nobody is there to look after it. */
  #withDerived(written: ResourceStore): ResourceStore {
    const before = this.#store.resources.filter(({ ref }) => this.#written.find(ref) === undefined);
    const derived = this.#state.controlPlane.up ? this.options.dialect.derive(viewOfObjects(written)) : before;
    const added = derived.filter(({ ref }) => written.find(ref) === undefined);
    if (added.length === 0) return written;
    const all = [...written.resources, ...added].sort((a, b) => a.creationOrder - b.creationOrder);
    return new ResourceStore(all);
  }

  #nodesOf(store: ResourceStore): readonly NodeRecord[] {
    const nodes = store.list(NODE).map(({ metadata: { name, labels } }) => ({
      name,
      region: labels['topology.kubernetes.io/region'] ?? '',
      zone: labels['topology.kubernetes.io/zone'] ?? '',
      subZone: labels['topology.istio.io/subzone'] ?? '',
    }));
    return nodes.length === 0 ? DEFAULT_NODES : nodes;
  }

  /** A scaled workload keeps its size over applies until its manifest writes another number, or is gone. */
  #forgetScaling(store: ResourceStore): void {
    const { replicaOverrides } = this.#state;
    const written = (of: ResourceStore, key: string): number | undefined =>
      [...of.list(DEPLOYMENT), ...of.list(STATEFUL_SET)].find(({ ref }) => objectKey(ref) === key)?.object.spec
        ?.replicas;
    for (const key of Object.keys(replicaOverrides))
      if (written(store, key) !== written(this.#store, key)) delete replicaOverrides[key];
  }

  #allocateVirtualAddresses(store: ResourceStore): void {
    const state = this.#state;
    for (const service of store.list(SERVICE)) {
      const key = `${service.metadata.namespace}/${service.metadata.name}`;
      const spec = service.object.spec;
      const written = spec?.clusterIP;
      if (spec?.type === 'ExternalName' || written === 'None') state.virtualAddresses[key] = '';
      else if (written !== undefined && written !== '') state.virtualAddresses[key] = written;
      else if ((state.virtualAddresses[key] ?? '') === '') {
        const number = state.nextVirtualAddress++;
        state.virtualAddresses[key] = `10.96.${100 + Math.floor(number / 250)}.${(number % 250) + 1}`;
      }
    }
  }

  #refreshTemplates(): void {
    const { restartCounts, replicaOverrides } = this.#state;
    const restarts = (ref: ObjectRef) => restartCounts[objectKey(ref)] ?? 0;
    const override = (ref: ObjectRef) => replicaOverrides[objectKey(ref)];
    this.#templates = [
      ...this.#store
        .list(DEPLOYMENT)
        .map((resource) => deploymentTemplate(resource, restarts(resource.ref), override(resource.ref))),
      ...this.#store
        .list(STATEFUL_SET)
        .map((resource) => statefulSetTemplate(resource, restarts(resource.ref), override(resource.ref))),
      ...this.#store
        .list(DAEMON_SET)
        .map((resource) => daemonSetTemplate(resource, restarts(resource.ref), this.#nodes.length)),
      // Pods that a controller owns come back from that controller: a dump lists both.
      ...this.#store
        .list(POD)
        .filter((resource) => (resource.object.metadata.ownerReferences ?? []).length === 0)
        .map(podTemplate),
    ];
  }

  #reconcileAll(): void {
    let rounds = 0;
    let changed = true;
    const byWorkload = new Map(this.#templates.map((template) => [template.key, template]));
    while (changed && rounds < MAX_RECONCILE_ROUNDS) {
      changed = false;
      rounds += 1;
      for (const pod of this.#state.pods) {
        if (pod.phase === 'terminating' || byWorkload.has(pod.workloadKey)) continue;
        this.#lifecycle.terminate(pod);
        changed = true;
      }
      for (const template of this.#templates) changed = this.#reconcile(template) || changed;
    }
    if (rounds > 1) this.#changed();
  }

  /** One step of one controller; true when it did something. */
  #reconcile(template: WorkloadTemplate): boolean {
    const own = this.#state.pods.filter((pod) => pod.workloadKey === template.key);
    const plan = planRollout(template, own, this.#nodes.length);
    for (const pod of plan.remove) this.#lifecycle.terminate(pod);
    let created = 0;
    for (const ordinal of plan.create) {
      const startup = this.#book.startupFor(template);
      const result = this.#pods.create(template, ordinal, startup, this.options.engine.nowNs);
      if (result.kind === 'refused') {
        this.#event('Warning', 'FailedCreate', `${template.kind.toLowerCase()}/${template.ref.name}`, result.message);
        this.options.engine.scheduleControl(
          this.options.engine.nowNs + WEBHOOK_RETRY_NS,
          CLUSTER_TIMER.reconcile,
          0,
          0,
        );
        break;
      }
      this.#lifecycle.begin(result.pod, template, this.#warm);
      created += 1;
    }
    return created > 0 || plan.remove.length > 0;
  }

  #removePod(serial: number): void {
    const pod = this.#find(serial);
    if (pod === undefined) return;
    this.#controlPlane.forget(pod);
    this.#state.pods = this.#state.pods.filter((candidate) => candidate !== pod);
    this.#changed();
    this.#reconcileAll();
  }

  /** Pods or their readiness changed: endpoints follow at once, proxies by the next push. */
  #changed(): void {
    this.#state.revision += 1;
    this.#tellServices();
    if (!this.#warm) this.#controlPlane.invalidate();
  }

  #serviceTable() {
    return serviceTable(this.#store, this.#views.endpoints(), this.#state.virtualAddresses);
  }

  #tellServices(): void {
    const services = this.#serviceTable();
    const text = JSON.stringify(services);
    if (text === this.#toldServices) return;
    this.#toldServices = text;
    this.options.engine.execute({ kind: 'setServices', services });
  }

  #tellEngineAboutManifests(): void {
    const { engine } = this.options;
    this.#tellServices();
    engine.execute({ kind: 'setExternalHosts', hosts: this.#book.externalHosts(this.#externalAddress) });
    for (const pod of this.#state.pods) this.#lifecycle.refreshApplication(pod);
    engine.execute({ kind: 'setLoads', loads: this.#book.loads() });
  }

  /** Stable address of an outside host, from the documentation range. */
  readonly #externalAddress = (host: string): string => {
    const { externalAddresses } = this.#state;
    let address = externalAddresses[host];
    if (address === undefined) {
      const number = this.#state.nextExternalAddress++;
      address = `203.0.${113 + Math.floor(number / 250)}.${(number % 250) + 1}`;
      externalAddresses[host] = address;
    }
    return address;
  };

  #warmStart(): void {
    for (const pod of this.#state.pods) this.#controlPlane.connect(pod);
    this.#warm = false;
  }
}
