/** A queue with Poisson arrivals and one waiting line. Times are in nanoseconds. */
export interface QueueModel {
  readonly servers: number;
  /** Share of time that a server is busy. */
  readonly utilisation: number;
  readonly meanServiceNs: number;
  /** Variance of the service time over its squared mean: 1 for the exponential distribution. */
  readonly squaredVariation: number;
}

/** Probability that a customer of M/M/c has to wait (Erlang 1917), by the recursion of Erlang's loss formula. */
export function erlangC(servers: number, utilisation: number): number {
  const load = servers * utilisation;
  let blocking = 1;
  for (let n = 1; n <= servers; n++) blocking = (load * blocking) / (n + load * blocking);
  return blocking / (1 - utilisation * (1 - blocking));
}

/** Mean time in the waiting line: M/M/c by Erlang, M/G/1 by Pollaczek and Khinchine. */
export function meanWaitNs(queue: QueueModel): number {
  const { servers, utilisation, meanServiceNs, squaredVariation } = queue;
  if (servers === 1) return (utilisation * meanServiceNs * (1 + squaredVariation)) / (2 * (1 - utilisation));
  if (squaredVariation !== 1) throw new Error('there is no closed form for M/G/c');
  return (erlangC(servers, utilisation) * meanServiceNs) / (servers * (1 - utilisation));
}
