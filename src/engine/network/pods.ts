import { assert, assertDefined } from '../../base';
import type { Locality } from '../../xds';
import { EMPTY_LOCALITY } from '../../xds';
import type { EntityId, EntitySelector, ExternalHostSpec, PodSpec } from '../world';

/** A process is one end of connections: the application of a pod, or its proxy. Number: `2 * pod slot + role`. */
export type Process = number;
export const ROLE_APPLICATION = 0;
export const ROLE_PROXY = 1;
/** Pod slots stay below this power of two, so that two of them fit into one key. */
export const MAX_PODS = 65_536;

export function processOf(pod: number, role: number): Process {
  return pod * 2 + role;
}

export function podOf(process: Process): number {
  return process >> 1;
}

export function roleOf(process: Process): number {
  return process & 1;
}

/** Anything with processes: a pod, a host outside the cluster, or the clients outside the mesh. */
export type PodSource =
  | { readonly kind: 'pod'; readonly spec: PodSpec }
  | { readonly kind: 'externalHost'; readonly spec: ExternalHostSpec }
  /** A client may follow another one of its name whose last requests are still under way: `id` tells them apart. */
  | { readonly kind: 'client'; readonly id?: EntityId; readonly name: string; readonly ip: string };

/** Identity and place of an entity, the same for all three kinds. */
export interface PodFacts {
  readonly id: EntityId;
  readonly name: string;
  readonly namespace: string;
  readonly workload: string;
  readonly version: string;
  readonly service: string;
  readonly ip: string;
  /** Name of the machine; "" outside of the cluster. */
  readonly node: string;
  readonly locality: Locality;
  readonly identity: string;
  readonly hasApplication: boolean;
  readonly hasProxy: boolean;
  readonly external: boolean;
}

function factsOf(source: PodSource): PodFacts {
  switch (source.kind) {
    case 'pod': {
      const { id, name, namespace, workload, version, service, ip, node, locality, identity } = source.spec;
      const hasApplication = source.spec.application !== undefined;
      const hasProxy = source.spec.proxy !== undefined;
      return {
        id,
        name,
        namespace,
        workload,
        version,
        service,
        ip,
        node,
        locality,
        identity,
        hasApplication,
        hasProxy,
        external: false,
      };
    }
    case 'externalHost':
      return outside(source.spec.id, source.spec.host, source.spec.ip, true);
    case 'client':
      return outside(source.id ?? `client/${source.name}`, source.name, source.ip, false);
  }
}

function outside(id: EntityId, name: string, ip: string, hasApplication: boolean): PodFacts {
  return {
    id,
    name,
    namespace: '',
    workload: name,
    version: '',
    service: name,
    ip,
    node: '',
    locality: EMPTY_LOCALITY,
    identity: '',
    hasApplication,
    hasProxy: false,
    external: true,
  };
}

/** One entity and what the outside did to it. */
export class Pod {
  readonly slot: number;
  /** Counts all pods ever added: tells two users of one slot apart. */
  readonly serial: number;
  readonly source: PodSource;
  readonly facts: PodFacts;
  /** The application's process runs (for a gateway, the proxy's). */
  up = true;
  /** Takes no new connections any more. */
  draining = false;

  constructor(slot: number, serial: number, source: PodSource) {
    this.slot = slot;
    this.serial = serial;
    this.source = source;
    this.facts = factsOf(source);
  }
}

/** Plain-data state of {@link Pods}. */
export interface PodsState {
  readonly slots: readonly (
    | { readonly serial: number; readonly source: PodSource; readonly up: boolean; readonly draining: boolean }
    | undefined
  )[];
  readonly gone: readonly { readonly slot: number; readonly serial: number; readonly source: PodSource }[];
  readonly lastSerial: number;
  readonly free: readonly number[];
}

/** All entities by slot, identifier and address. Slots are reused, the last freed first. */
export class Pods {
  readonly #slots: (Pod | undefined)[] = [];
  #free: number[] = [];
  #lastSerial = 0;
  readonly #byId = new Map<EntityId, Pod>();
  readonly #byIp = new Map<string, Pod>();
  readonly #byHost = new Map<string, Pod>();
  /** Pods that were removed while connections that name them are still being closed; nobody else gets their slots yet. */
  readonly #gone = new Map<number, Pod>();

  add(source: PodSource): Pod {
    this.#lastSerial += 1;
    const slot = this.#free.pop() ?? this.#slots.length;
    assert(slot < MAX_PODS, 'too many pods');
    const pod = new Pod(slot, this.#lastSerial, source);
    assert(!this.#byId.has(pod.facts.id), 'a pod identifier is used twice');
    this.#slots[slot] = pod;
    this.#index(pod);
    return pod;
  }

  /** Takes the pod out of the world. Its slot and facts stay until `release`. */
  remove(slot: number): void {
    const pod = this.get(slot);
    this.#slots[slot] = undefined;
    this.#gone.set(slot, pod);
    this.#byId.delete(pod.facts.id);
    if (this.#byIp.get(pod.facts.ip) === pod) this.#byIp.delete(pod.facts.ip);
    if (pod.source.kind === 'externalHost') this.#byHost.delete(pod.source.spec.host);
  }

  /** Slots of removed pods that were not released yet. */
  get gone(): readonly number[] {
    return [...this.#gone.keys()];
  }

  /** Gives the slot of a removed pod back. */
  release(slot: number): void {
    assert(this.#gone.delete(slot), 'only removed pods are released');
    this.#free.push(slot);
  }

  #index(pod: Pod): void {
    this.#byId.set(pod.facts.id, pod);
    if (pod.facts.ip !== '') this.#byIp.set(pod.facts.ip, pod);
    if (pod.source.kind === 'externalHost') this.#byHost.set(pod.source.spec.host, pod);
  }

  /** The pod in a slot, also one that was removed and not released yet. */
  get(slot: number): Pod {
    return assertDefined(this.#slots[slot] ?? this.#gone.get(slot), 'no pod in this slot');
  }

  find(slot: number): Pod | undefined {
    return this.#slots[slot];
  }

  byId(id: EntityId): Pod | undefined {
    return this.#byId.get(id);
  }

  byIp(ip: string): Pod | undefined {
    return this.#byIp.get(ip);
  }

  /** An outside host by its name. */
  byHost(host: string): Pod | undefined {
    return this.#byHost.get(host);
  }

  /** Number of slots ever used; live slots are below it. */
  get slotCount(): number {
    return this.#slots.length;
  }

  /** Live entities in the order of their slots. */
  *all(): Generator<Pod> {
    for (const pod of this.#slots) if (pod !== undefined) yield pod;
  }

  save(): PodsState {
    return {
      slots: this.#slots.map((pod) =>
        pod === undefined ? undefined : { serial: pod.serial, source: pod.source, up: pod.up, draining: pod.draining },
      ),
      gone: [...this.#gone.values()].map(({ slot, serial, source }) => ({ slot, serial, source })),
      lastSerial: this.#lastSerial,
      free: this.#free.slice(),
    };
  }

  restore(state: PodsState): void {
    this.#slots.length = 0;
    this.#byId.clear();
    this.#byIp.clear();
    this.#byHost.clear();
    state.slots.forEach((saved, slot) => {
      if (saved === undefined) {
        this.#slots[slot] = undefined;
        return;
      }
      const pod = new Pod(slot, saved.serial, saved.source);
      pod.up = saved.up;
      pod.draining = saved.draining;
      this.#slots[slot] = pod;
      this.#index(pod);
    });
    this.#gone.clear();
    for (const { slot, serial, source } of state.gone) this.#gone.set(slot, new Pod(slot, serial, source));
    this.#free = state.free.slice();
    this.#lastSerial = state.lastSerial;
  }
}

/** The process that takes a connection to a pod's address: its proxy, unless it has none or the port is excluded. */
export function serverProcessOf(pod: Pod, port: number): Process {
  if (pod.source.kind !== 'pod' || pod.source.spec.proxy === undefined) return processOf(pod.slot, ROLE_APPLICATION);
  const { proxy } = pod.source.spec;
  const excluded = proxy.kind === 'sidecar' && proxy.excludeInboundPorts.includes(port);
  return processOf(pod.slot, excluded ? ROLE_APPLICATION : ROLE_PROXY);
}

/** Whether every given field of the selector matches. An empty selector matches everything. */
export function selects(selector: EntitySelector | undefined, facts: PodFacts): boolean {
  if (selector === undefined) return true;
  return (
    (selector.pod === undefined || selector.pod === facts.id) &&
    (selector.podName === undefined || selector.podName === facts.name) &&
    (selector.node === undefined || selector.node === facts.node) &&
    (selector.namespace === undefined || selector.namespace === facts.namespace) &&
    (selector.workload === undefined || selector.workload === facts.workload) &&
    (selector.service === undefined || selector.service === facts.service) &&
    (selector.version === undefined || selector.version === facts.version)
  );
}
