import { assertDefined, type Rng } from '../../base';
import type { RandomStreams, StringTable } from '../core';
import {
  type Connections,
  type Destination,
  LOOPBACK,
  type NetworkTables,
  NONE,
  PAYLOAD_HTTP1,
  PAYLOAD_HTTP2,
  PAYLOAD_TCP,
  type Pod,
  type Pods,
  processOf,
  ROLE_APPLICATION,
  ROLE_PROXY,
  type ServiceDirectory,
  serverProcessOf,
} from '../network';
import type { Edges } from '../telemetry';
import type { CallDestination, WorkloadRegistry } from './compiled-application';
import type { ApplicationProtocol } from './model';

/** Why no connection can even be tried. */
export const DIAL_UNKNOWN_HOST = -2;
export const DIAL_REFUSED = -3;

/** Connections of one application to one destination. Keep-alive, without any limit of their number. */
interface ClientPool {
  readonly pod: number;
  readonly destination: number;
  idleHead: number;
  /** The shared connection of a multiplexed protocol. */
  shared: number;
  /** Frames that wait for the shared connection. */
  waitingHead: number;
  waitingTail: number;
}

/** Plain-data state of {@link ClientPools}. */
export interface ClientPoolsState {
  readonly pools: readonly (Readonly<ClientPool> | undefined)[];
  readonly free: readonly number[];
}

/** The sockets of applications: where they lead (through the own sidecar, or by kube-proxy to a backend) and which are idle. */
export class ClientPools {
  readonly #tables: NetworkTables;
  readonly #connections: Connections;
  readonly #pods: Pods;
  readonly #services: ServiceDirectory;
  readonly #registry: WorkloadRegistry;
  readonly #streams: RandomStreams;
  readonly #edges: Edges;
  readonly #strings: StringTable;
  readonly #pools: (ClientPool | undefined)[] = [];
  #free: number[] = [];
  /** By pod slot: pool by destination. */
  readonly #byPod: Map<number, number>[] = [];

  // biome-ignore lint/complexity/useMaxParams: a component is given its collaborators once.
  constructor(
    tables: NetworkTables,
    connections: Connections,
    pods: Pods,
    services: ServiceDirectory,
    registry: WorkloadRegistry,
    streams: RandomStreams,
    edges: Edges,
    strings: StringTable,
  ) {
    this.#strings = strings;
    this.#tables = tables;
    this.#connections = connections;
    this.#pods = pods;
    this.#services = services;
    this.#registry = registry;
    this.#streams = streams;
    this.#edges = edges;
  }

  pool(number: number): ClientPool {
    return assertDefined(this.#pools[number], 'unknown client pool');
  }

  poolFor(pod: number, destination: number): number {
    let pools = this.#byPod[pod];
    if (pools === undefined) {
      pools = new Map();
      this.#byPod[pod] = pools;
    }
    const known = pools.get(destination);
    if (known !== undefined) return known;
    const number = this.#free.pop() ?? this.#pools.length;
    this.#pools[number] = {
      pod,
      destination,
      idleHead: NONE,
      shared: NONE,
      waitingHead: NONE,
      waitingTail: NONE,
    };
    pools.set(destination, number);
    return number;
  }

  /** Forgets the pools of a pod whose connections are all closed. */
  removePod(pod: number): void {
    const pools = this.#byPod[pod];
    if (pools === undefined) return;
    for (const number of [...pools.values()].sort((a, b) => a - b)) {
      this.#pools[number] = undefined;
      this.#free.push(number);
    }
    pools.clear();
  }

  /** Takes an idle connection out of the pool, the last one used first; -1 when there is none. */
  takeIdle(number: number): number {
    const connection = this.pool(number).idleHead;
    if (connection !== NONE) this.unlinkIdle(connection);
    return connection;
  }

  giveIdle(connection: number): void {
    const c = this.#tables.connections.arrays;
    const pool = this.pool(c.clientPool[connection] ?? 0);
    const head = pool.idleHead;
    c.nextReady[connection] = head;
    c.previousReady[connection] = NONE;
    if (head !== NONE) c.previousReady[head] = connection;
    c.ready[connection] = 1;
    pool.idleHead = connection;
  }

  unlinkIdle(connection: number): void {
    const c = this.#tables.connections.arrays;
    if (c.ready[connection] === 0) return;
    const next = c.nextReady[connection] ?? NONE;
    const previous = c.previousReady[connection] ?? NONE;
    if (previous === NONE) this.pool(c.clientPool[connection] ?? 0).idleHead = next;
    else c.nextReady[previous] = next;
    if (next !== NONE) c.previousReady[next] = previous;
    c.ready[connection] = 0;
  }

  /**
   * Opens a connection for a pool. Through the own sidecar it is open when the call returns. Returns the connection or one of
   * the DIAL constants.
   */
  dial(number: number): number {
    const pool = this.pool(number);
    const pod = this.#pods.get(pool.pod);
    const call = this.#registry.destination(pool.destination);
    const destination = this.#services.resolve(call.host, call.port, pod.facts.namespace);
    if (destination.kind === 'unknownHost') return DIAL_UNKNOWN_HOST;
    if (destination.kind === 'refused') return DIAL_REFUSED;
    const captured = this.#isCaptured(pod, call.port);
    return captured
      ? this.#dialSidecar(number, pod, call, destination)
      : this.#dialDirect(number, pod, call, destination);
  }

  #isCaptured(pod: Pod, port: number): boolean {
    if (pod.source.kind !== 'pod') return false;
    const { proxy, application } = pod.source.spec;
    if (proxy === undefined || application === undefined || proxy.kind !== 'sidecar') return false;
    return !proxy.excludeOutboundPorts.includes(port);
  }

  // istio/istio tools/istio-iptables: outbound packets are redirected to the sidecar, which restores the dialled address.
  #dialSidecar(number: number, pod: Pod, call: CallDestination, destination: Destination): number {
    const target = this.#dialledAddress(pod, destination);
    if (target === undefined) return DIAL_REFUSED;
    const connection = this.#connections.openNow({
      clientProcess: processOf(pod.slot, ROLE_APPLICATION),
      serverProcess: processOf(pod.slot, ROLE_PROXY),
      address: this.#services.addressNumber(target.ip, target.port),
      payload: payloadOf(call.protocol),
      innerTls: call.tls,
      serverName: call.tls ? this.#strings.numberOf(call.host) : NONE,
      clientTls: NONE,
      clientPool: number,
      clientWorker: 0,
      edge: NONE,
    });
    return connection === NONE ? DIAL_REFUSED : connection;
  }

  /** The address that the application gives to connect(): the virtual IP, or one that DNS answers with. */
  #dialledAddress(pod: Pod, destination: Destination): { readonly ip: string; readonly port: number } | undefined {
    if (destination.kind === 'address') return destination;
    if (destination.kind !== 'service') return undefined;
    const { entry, port } = destination;
    if (entry.virtualIp !== '') return { ip: entry.virtualIp, port: port.port };
    const backend = this.#pickBackend(pod, port.backends);
    return backend === undefined ? undefined : { ip: backend.ip, port: port.port };
  }

  // kubernetes/kubernetes pkg/proxy/iptables: a random ready endpoint per connection; none: REJECT.
  #pickBackend<T>(pod: Pod, backends: readonly T[]): T | undefined {
    if (backends.length <= 1) return backends[0];
    return backends[this.#kubeProxyStream(pod).nextBelow(backends.length)];
  }

  #kubeProxyStream(pod: Pod): Rng {
    return this.#streams.get(`kubeproxy/${pod.facts.id}`);
  }

  #dialDirect(number: number, pod: Pod, call: CallDestination, destination: Destination): number {
    const target =
      destination.kind === 'service' ? this.#pickBackend(pod, destination.port.backends) : addressOf(destination);
    const server = target === undefined ? undefined : this.#pods.byIp(target.ip);
    if (target === undefined || server === undefined) return DIAL_REFUSED;
    return this.#connections.open({
      clientProcess: processOf(pod.slot, ROLE_APPLICATION),
      serverProcess: serverProcessOf(server, target.port),
      address: this.#services.addressNumber(target.ip, target.port),
      payload: payloadOf(call.protocol),
      innerTls: call.tls,
      serverName: call.tls ? this.#strings.numberOf(call.host) : NONE,
      clientTls: NONE,
      clientPool: number,
      clientWorker: 0,
      edge: this.#edges.row({
        sourceNamespace: pod.facts.namespace,
        source: pod.facts.service,
        destinationNamespace: server.facts.namespace,
        destination: server.facts.service,
        version: server.facts.version,
        protocol: edgeProtocol(call.protocol),
      }),
    });
  }

  /** The edge of a call that found nobody to talk to. */
  unresolvedEdge(number: number): number {
    const pool = this.pool(number);
    const { facts } = this.#pods.get(pool.pod);
    const call = this.#registry.destination(pool.destination);
    const entry = this.#services.findService(call.host, facts.namespace);
    return this.#edges.row({
      sourceNamespace: facts.namespace,
      source: facts.service,
      destinationNamespace: entry?.namespace ?? '',
      destination: entry?.name ?? call.host,
      version: '',
      protocol: edgeProtocol(call.protocol),
    });
  }

  /** Whether calls of the connection are reported by the application itself: no sidecar stands at its side. */
  isDirect(connection: number): boolean {
    return this.#tables.connections.arrays.pathToServer[connection] !== LOOPBACK;
  }

  /** Where a connection was dialled to, as text. */
  addressOf(connection: number): string {
    const { ip, port } = this.#services.address(this.#tables.connections.arrays.address[connection] ?? 0);
    return `${ip}:${port}`;
  }

  podName(number: number): string {
    return this.#pods.get(this.pool(number).pod).facts.name;
  }

  save(): ClientPoolsState {
    return {
      pools: this.#pools.map((pool) => (pool === undefined ? undefined : { ...pool })),
      free: this.#free.slice(),
    };
  }

  restore(state: ClientPoolsState): void {
    this.#pools.length = 0;
    for (const pools of this.#byPod) pools?.clear();
    state.pools.forEach((saved, number) => {
      this.#pools[number] = saved === undefined ? undefined : { ...saved };
      if (saved === undefined) return;
      let pools = this.#byPod[saved.pod];
      if (pools === undefined) {
        pools = new Map();
        this.#byPod[saved.pod] = pools;
      }
      pools.set(saved.destination, number);
    });
    this.#free = state.free.slice();
  }
}

function addressOf(destination: Destination): { readonly ip: string; readonly port: number } | undefined {
  return destination.kind === 'address' ? destination : undefined;
}

function payloadOf(protocol: ApplicationProtocol): number {
  if (protocol === 'tcp') return PAYLOAD_TCP;
  return protocol === 'http' ? PAYLOAD_HTTP1 : PAYLOAD_HTTP2;
}

function edgeProtocol(protocol: ApplicationProtocol): 'http' | 'grpc' | 'tcp' {
  return protocol === 'http2' ? 'http' : protocol;
}
