import type { Hash64 } from '../../../../base';
import type { NormalizedHost } from './ring-hash';

/** The 32-bit Mersenne Twister; only because upstream's shuffle is defined by it. Matsumoto and Nishimura, 1998. */
class Mt19937 {
  private readonly state = new Uint32Array(624);
  private index = 624;

  constructor(seed: number) {
    this.state[0] = seed;
    for (let i = 1; i < 624; i++) {
      const previous = this.state[i - 1] ?? 0;
      this.state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  next(): number {
    if (this.index >= 624) this.twist();
    let y = this.state[this.index++] ?? 0;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  private twist(): void {
    for (let i = 0; i < 624; i++) {
      const y = ((this.state[i] ?? 0) & 0x80000000) | ((this.state[(i + 1) % 624] ?? 0) & 0x7fffffff);
      this.state[i] = (this.state[(i + 397) % 624] ?? 0) ^ (y >>> 1) ^ ((y & 1) === 0 ? 0 : 0x9908b0df);
    }
    this.index = 0;
  }
}

function uniformBelow(random: Mt19937, limit: number): number {
  const bucket = Math.floor(0x100000000 / limit);
  for (;;) {
    const value = Math.floor(random.next() / bucket);
    if (value < limit) return value;
  }
}

/** Load of a host relative to the slots that its weight and the balance factor (percent) allow. */
// envoyproxy/envoy source/extensions/load_balancing_policies/common/thread_aware_lb_impl.cc hostOverloadFactor
function overloadFactor(active: number, totalActive: number, weight: number, balanceFactor: number): number {
  const totalSlots = Math.floor(((totalActive + 1) * balanceFactor + 99) / 100);
  return active / Math.max(Math.ceil(totalSlots * weight), 1);
}

export interface BoundedLoadInput {
  readonly hosts: readonly NormalizedHost[];
  /** `hash_balance_factor`, percent. */
  readonly balanceFactor: number;
  readonly activeRequests: ArrayLike<number>;
  readonly totalActive: number;
}

/**
 * Replaces an overloaded host by another: hosts are tried in an order that depends on the hash alone, the first that has room wins,
 * else the least overloaded.
 */
// envoyproxy/envoy source/extensions/load_balancing_policies/common/thread_aware_lb_impl.cc BoundedLoadHashingLoadBalancer::chooseHost
export function boundLoad(input: BoundedLoadInput, hash: Hash64, chosen: number): number {
  const { hosts, activeRequests, totalActive, balanceFactor } = input;
  const factorOf = (host: NormalizedHost): number =>
    overloadFactor(activeRequests[host.host] ?? 0, totalActive, host.weight, balanceFactor);
  const own = hosts.find((host) => host.host === chosen);
  if (own === undefined) return chosen;
  let bestFactor = factorOf(own);
  if (bestFactor <= 1) return chosen;
  let best = chosen;
  const random = new Mt19937(hash.lo);
  const order = hosts.map((_, index) => index);
  for (let i = 0; i < hosts.length; i++) {
    const j = i + uniformBelow(random, hosts.length - i);
    const index = order[j] ?? 0;
    order[j] = order[i] ?? 0;
    order[i] = index;
    const host = hosts[index];
    if (host === undefined || host.host === chosen) continue;
    const factor = factorOf(host);
    if (factor <= 1) return host.host;
    if (factor < bestFactor) {
      best = host.host;
      bestFactor = factor;
    }
  }
  return best;
}
