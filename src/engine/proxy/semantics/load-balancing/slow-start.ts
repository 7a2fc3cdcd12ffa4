import type { Ns } from '../../../../base';
import { pow } from '../../../../base';
import type { SlowStart } from '../../../../xds';

const NS_PER_MS = 1_000_000;

/** Weight of a host that became healthy `healthyForNs` ago; grows to the full weight over the window. */
// envoyproxy/envoy source/extensions/load_balancing_policies/common/load_balancer_impl.cc EdfLoadBalancerBase::applySlowStartFactor
export function slowStartWeight(weight: number, slowStart: SlowStart, healthyForNs: Ns): number {
  const windowMs = Math.floor(slowStart.windowNs / NS_PER_MS);
  const healthyForMs = Math.floor(healthyForNs / NS_PER_MS);
  if (healthyForMs >= windowMs) return weight;
  const aggression = slowStart.aggression > 0 ? slowStart.aggression : 1;
  const timeFactor = Math.max(1, healthyForMs) / windowMs;
  const factor = aggression === 1 || timeFactor === 1 ? timeFactor : pow(timeFactor, 1 / aggression);
  return weight * Math.max(factor, slowStart.minWeightPercent / 100);
}
