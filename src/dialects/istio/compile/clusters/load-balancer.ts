import { type LoadBalancingPolicy, leastRequest, maglev, ringHash, roundRobin, type SlowStart } from '../../../../xds';
import type { ConsistentHash, LoadBalancerSettings } from '../../kinds';
import { durationNs } from '../durations';

const DEFAULT_MINIMUM_RING_SIZE = 1024;
const DEFAULT_WARMUP_MINIMUM_PERCENT = 10;
const DEFAULT_WARMUP_AGGRESSION = 1;

function slowStartOf(settings: LoadBalancerSettings | undefined): { readonly slowStart?: SlowStart } {
  const windowNs = durationNs(settings?.warmup?.duration) ?? durationNs(settings?.warmupDurationSecs);
  if (windowNs === undefined) return {};
  const aggression = settings?.warmup?.aggression ?? DEFAULT_WARMUP_AGGRESSION;
  const minWeightPercent = settings?.warmup?.minimumPercent ?? DEFAULT_WARMUP_MINIMUM_PERCENT;
  return {
    slowStart: {
      windowNs,
      aggression,
      minWeightPercent,
      // A warmup's are written out even where they are the defaults, and with a key that no runtime has.
      ...(settings?.warmup === undefined
        ? {}
        : {
            extra: {
              aggression: { defaultValue: aggression, runtimeKey: '(' },
              minWeightPercent: { value: minWeightPercent },
            },
          }),
    },
  };
}

/** istio/istio pilot/pkg/networking/core/cluster_traffic_policy.go (ApplyRingHashLoadBalancer) */
function hashPolicyOf(hash: ConsistentHash): LoadBalancingPolicy {
  if (hash.maglev !== undefined) {
    const tableSize = hash.maglev.tableSize ?? 0;
    return maglev(tableSize === 0 ? {} : { tableSize });
  }
  const size = hash.ringHash === undefined ? hash.minimumRingSize : hash.ringHash.minimumRingSize;
  return ringHash({ minimumRingSize: size === undefined || size === 0 ? DEFAULT_MINIMUM_RING_SIZE : size });
}

/** istio/istio pilot/pkg/networking/core/cluster_traffic_policy.go (applyLoadBalancer) */
export function loadBalancingPolicyOf(settings: LoadBalancerSettings | undefined): LoadBalancingPolicy {
  if (settings?.consistentHash !== undefined) return hashPolicyOf(settings.consistentHash);
  switch (settings?.simple) {
    case 'RANDOM':
      return { kind: 'RANDOM' };
    case 'ROUND_ROBIN': {
      const policy = roundRobin();
      return policy.kind === 'ROUND_ROBIN' ? { ...policy, ...slowStartOf(settings) } : policy;
    }
    case 'PASSTHROUGH':
      return { kind: 'CLUSTER_PROVIDED' };
    default:
      return leastRequest(slowStartOf(settings));
  }
}

/** Whether the rule asks for the address that the client dialled. */
export function isPassthrough(settings: LoadBalancerSettings | undefined): boolean {
  return settings?.simple === 'PASSTHROUGH' && settings.consistentHash === undefined;
}
