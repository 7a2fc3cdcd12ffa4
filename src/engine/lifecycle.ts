import { assert, type Ns } from '../base';
import { EVENT_POD_GRACE_OVER, PRIORITY_CONTROL, type RandomStreams } from './core';
import type { Kernel } from './kernel';
import { type Connections, type Faults, type NetworkTables, type Paths, type Pod, type Pods, podOf } from './network';
import type { Proxies } from './proxy';
import type { Applications, ClientPools, Loads } from './workload';
import type { EntityId, ExternalHostSpec, PodSpec } from './world';

/** Pods and outside hosts come, go, die and rise; faults strike them. */
export class Lifecycle {
  readonly #kernel: Kernel;
  readonly #pods: Pods;
  readonly #faults: Faults;
  readonly #streams: RandomStreams;
  readonly #tables: NetworkTables;
  readonly #connections: Connections;
  readonly #paths: Paths;
  readonly #applications: Applications;
  readonly #clientPools: ClientPools;
  readonly #proxies: Proxies;
  readonly #loads: Loads;

  // biome-ignore lint/complexity/useMaxParams: a component is given its collaborators once.
  constructor(
    kernel: Kernel,
    pods: Pods,
    faults: Faults,
    streams: RandomStreams,
    tables: NetworkTables,
    connections: Connections,
    paths: Paths,
    applications: Applications,
    clientPools: ClientPools,
    proxies: Proxies,
    loads: Loads,
  ) {
    this.#kernel = kernel;
    this.#pods = pods;
    this.#faults = faults;
    this.#streams = streams;
    this.#tables = tables;
    this.#connections = connections;
    this.#paths = paths;
    this.#applications = applications;
    this.#clientPools = clientPools;
    this.#proxies = proxies;
    this.#loads = loads;
  }

  #pod(id: EntityId): Pod {
    const pod = this.#pods.byId(id);
    assert(pod !== undefined, 'a command names an unknown pod');
    return pod;
  }

  addPod(spec: PodSpec): void {
    const pod = this.#pods.add({ kind: 'pod', spec });
    if (spec.application !== undefined) this.#applications.setApplication(pod.slot, spec.application);
    if (spec.proxy !== undefined) this.#proxies.addProxy(pod.slot);
    this.#loads.forgetOrigins();
  }

  /** No new connections from now on; what is idle closes; after the grace period the rest is cut off. */
  removePod(id: EntityId, graceNs: Ns): void {
    const pod = this.#pod(id);
    if (graceNs <= 0) {
      this.removeNow(pod.slot);
      return;
    }
    pod.draining = true;
    this.#loads.forgetOrigins();
    this.#kernel.after(graceNs, PRIORITY_CONTROL, EVENT_POD_GRACE_OVER, pod.slot, pod.serial, 0);
    this.#drainServedConnections(pod.slot);
  }

  #drainServedConnections(slot: number): void {
    const { connections } = this.#tables;
    const c = connections.arrays;
    for (let connection = 0; connection < connections.slots.used; connection++) {
      if (!connections.isLive(connection) || podOf(c.serverProcess[connection] ?? 0) !== slot) continue;
      // What the pod's own application opens to its sidecar it still needs.
      if (podOf(c.clientProcess[connection] ?? 0) === slot && c.serverChain[connection] !== -1) continue;
      c.draining[connection] = 1;
      if (c.legCount[connection] === 0 && c.serverAccepted[connection] === 1) {
        this.#connections.party(c.serverProcess[connection] ?? 0).forgetServedConnection(connection);
        this.#connections.closeByServer(connection);
      }
    }
  }

  handleGraceOver(slot: number, serial: number): void {
    if (this.#pods.find(slot)?.serial === serial) this.removeNow(slot);
  }

  removeNow(slot: number): void {
    const { id } = this.#pods.get(slot).facts;
    this.#applications.kill(slot);
    this.#proxies.removeProxy(slot);
    this.#applications.removePod(slot);
    this.#clientPools.removePod(slot);
    this.#pods.remove(slot);
    this.#releaseGonePods();
    for (const purpose of ['app', 'kubeproxy', 'lb', 'retry', 'fault', 'proxy', 'route', 'outlier', 'health']) {
      this.#streams.drop(`${purpose}/${id}`);
    }
    this.#loads.forgetOrigins();
  }

  /** Removed pods are forgotten for good once no connection names them any more. */
  #releaseGonePods(): void {
    const { connections } = this.#tables;
    const named = new Set<number>();
    for (let connection = 0; connection < connections.slots.used; connection++) {
      if (!connections.isLive(connection)) continue;
      named.add(podOf(connections.arrays.clientProcess[connection] ?? 0));
      named.add(podOf(connections.arrays.serverProcess[connection] ?? 0));
    }
    for (const slot of this.#pods.gone) {
      if (named.has(slot)) continue;
      this.#paths.removePod(slot);
      this.#pods.release(slot);
    }
  }

  setPodUp(id: EntityId, up: boolean): void {
    const pod = this.#pod(id);
    if (pod.up && !up) this.#die(pod);
    pod.up = up;
    this.#loads.forgetOrigins();
  }

  /** A crash takes the application; a gateway has none, so it takes the proxy. */
  #die(pod: Pod): void {
    if (pod.facts.hasApplication) this.#applications.kill(pod.slot);
    else if (pod.facts.hasProxy) this.#proxies.kill(pod.slot);
  }

  setExternalHosts(hosts: readonly ExternalHostSpec[]): void {
    const wanted = new Map(hosts.map((host) => [host.id, host]));
    for (const pod of this.#pods.all()) {
      if (pod.source.kind !== 'externalHost') continue;
      const spec = wanted.get(pod.source.spec.id);
      if (spec !== undefined && isSamePlace(spec, pod.source.spec)) {
        this.#applications.setApplication(pod.slot, spec.application);
        wanted.delete(spec.id);
      } else {
        this.removeNow(pod.slot);
      }
    }
    for (const spec of wanted.values()) {
      const pod = this.#pods.add({ kind: 'externalHost', spec });
      this.#applications.setApplication(pod.slot, spec.application);
    }
  }

  /** To be called after a fault was set or cleared. */
  handleFaultsChanged(): void {
    this.#connections.partitions = this.#faults.anyPartition;
    for (const pod of this.#pods.all()) {
      if (pod.up && this.#faults.ofPod(pod.facts).crashed) this.#die(pod);
    }
    this.#applications.handleFaultsChanged();
  }
}

function isSamePlace(a: ExternalHostSpec, b: ExternalHostSpec): boolean {
  return a.host === b.host && a.ip === b.ip && a.tls === b.tls;
}
