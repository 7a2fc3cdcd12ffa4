import { type NetworkTables, NONE } from '../../network';
import type { UpstreamTables } from './tables';

/** The two lists of a pool: requests that wait for a connection, and connections that have room for a request. */
export class PoolLists {
  readonly #network: NetworkTables;
  readonly #tables: UpstreamTables;

  constructor(network: NetworkTables, tables: UpstreamTables) {
    this.#network = network;
    this.#tables = tables;
  }

  /** Puts an upstream request behind those that wait for a connection of the pool. */
  enqueue(pool: number, upstream: number): void {
    const p = this.#tables.pools.arrays;
    const t = this.#tables.tries.arrays;
    const tail = p.pendingTail[pool] ?? NONE;
    t.previousPending[upstream] = tail;
    t.nextPending[upstream] = NONE;
    if (tail === NONE) p.pendingHead[pool] = upstream;
    else t.nextPending[tail] = upstream;
    p.pendingTail[pool] = upstream;
    p.pendingCount[pool] = (p.pendingCount[pool] ?? 0) + 1;
  }

  dequeue(pool: number, upstream: number): void {
    const p = this.#tables.pools.arrays;
    const t = this.#tables.tries.arrays;
    const next = t.nextPending[upstream] ?? NONE;
    const previous = t.previousPending[upstream] ?? NONE;
    if (previous === NONE) p.pendingHead[pool] = next;
    else t.nextPending[previous] = next;
    if (next === NONE) p.pendingTail[pool] = previous;
    else t.previousPending[next] = previous;
    t.nextPending[upstream] = NONE;
    t.previousPending[upstream] = NONE;
    p.pendingCount[pool] = (p.pendingCount[pool] ?? 0) - 1;
  }

  linkReady(pool: number, connection: number): void {
    const c = this.#network.connections.arrays;
    const p = this.#tables.pools.arrays;
    if (c.ready[connection] === 1) return;
    const head = p.readyHead[pool] ?? NONE;
    c.nextReady[connection] = head;
    c.previousReady[connection] = NONE;
    if (head !== NONE) c.previousReady[head] = connection;
    c.ready[connection] = 1;
    p.readyHead[pool] = connection;
  }

  unlinkReady(pool: number, connection: number): void {
    const c = this.#network.connections.arrays;
    if (c.ready[connection] === 0) return;
    const next = c.nextReady[connection] ?? NONE;
    const previous = c.previousReady[connection] ?? NONE;
    if (previous === NONE) this.#tables.pools.arrays.readyHead[pool] = next;
    else c.nextReady[previous] = next;
    if (next !== NONE) c.previousReady[next] = previous;
    c.ready[connection] = 0;
  }

  /** A connection of the pool that is still being opened; -1 when there is none. */
  findConnecting(pool: number, clientProcess: number): number {
    const { state } = this.#network.connections.arrays;
    return this.connectionsOf(pool, clientProcess).find((connection) => state[connection] === 0) ?? NONE;
  }

  /** Connections of the pool that the proxy has not closed, in the order of their numbers. */
  connectionsOf(pool: number, clientProcess: number): readonly number[] {
    const table = this.#network.connections;
    const c = table.arrays;
    const found: number[] = [];
    for (let connection = 0; connection < table.slots.used; connection++) {
      if (!table.isLive(connection) || c.clientProcess[connection] !== clientProcess) continue;
      if (c.clientPool[connection] === pool && c.clientClosed[connection] === 0) found.push(connection);
    }
    return found;
  }
}
