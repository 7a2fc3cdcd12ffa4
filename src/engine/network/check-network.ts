import { assert } from '../../base';
import { ROLE_PROXY, roleOf } from './pods';
import { CONNECTION_OPEN, type NetworkTables, NONE, PHASE_DELIVERED, PHASE_SERVING } from './tables';

/** Throws when connections and legs contradict each other. Between events only: within one, things may be half done. */
export function checkNetwork(tables: NetworkTables): void {
  const { connections, legs } = tables;
  const c = connections.arrays;
  const l = legs.arrays;
  let linked = 0;
  for (let connection = 0; connection < connections.slots.used; connection++) {
    if (!connections.isLive(connection)) continue;
    let count = 0;
    let held = 0;
    for (let leg = c.firstLeg[connection] ?? NONE; leg !== NONE; leg = l.nextLeg[leg] ?? NONE) {
      assert(legs.isLive(leg) && l.connection[leg] === connection, 'a leg is linked to the wrong connection');
      assert(l.phase[leg] !== PHASE_DELIVERED, 'a leg was delivered but not released');
      if (l.clientContext[leg] !== NONE) held += 1;
      if (l.phase[leg] === PHASE_SERVING) assert(c.serverClosed[connection] === 0, 'a closed server serves a leg');
      count += 1;
    }
    assert(count === c.legCount[connection], 'the number of legs of a connection is wrong');
    assert(c.clientClosed[connection] === 0 || held === 0, 'a client holds a leg of a connection that it closed');
    const done = c.clientClosed[connection] === 1 && c.serverClosed[connection] === 1 && count === 0;
    assert(!done, 'a connection that is closed at both ends was not released');
    // A relayed connection counts as one stream, however much is said on it.
    const relayed = roleOf(c.clientProcess[connection] ?? 0) === ROLE_PROXY && c.clientWaiter[connection] !== NONE;
    if (c.state[connection] === CONNECTION_OPEN && c.clientClosed[connection] === 0 && !relayed) {
      assert(c.activeStreams[connection] === held, 'the number of streams of a connection is wrong');
    }
    linked += count;
  }
  assert(linked === legs.liveCount, 'a leg has no connection');
}
