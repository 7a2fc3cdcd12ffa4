import type { ConfigOrigin } from '../../../../xds';
import type { PortTrafficPolicy, Subset, TrafficPolicy } from '../../kinds';
import type { DestinationRule } from '../push-context/destination-rules';

/** The policy in force for one cluster, and the field it comes from. */
export interface EffectivePolicy {
  readonly policy: TrafficPolicy;
  readonly origin: ConfigOrigin;
}

interface PortLevel {
  readonly policy: TrafficPolicy;
  /** Whether a setting for the port replaced the policy whole. */
  readonly replaced: boolean;
  readonly path: readonly (string | number)[];
}

function blocksOf(port: PortTrafficPolicy): TrafficPolicy {
  return {
    ...(port.connectionPool === undefined ? {} : { connectionPool: port.connectionPool }),
    ...(port.loadBalancer === undefined ? {} : { loadBalancer: port.loadBalancer }),
    ...(port.outlierDetection === undefined ? {} : { outlierDetection: port.outlierDetection }),
    ...(port.tls === undefined ? {} : { tls: port.tls }),
  };
}

/**
 * A setting for the port replaces the policy: what it leaves out falls back to the defaults, not to the policy.
 * istio/istio pilot/pkg/networking/util/util.go (GetPortLevelTrafficPolicy)
 */
function atPort(policy: TrafficPolicy, port: number): PortLevel {
  const index = (policy.portLevelSettings ?? []).findIndex((setting) => setting.port?.number === port);
  const setting = policy.portLevelSettings?.[index];
  if (setting === undefined) return { policy, replaced: false, path: [] };
  return { policy: blocksOf(setting), replaced: true, path: ['portLevelSettings', index] };
}

/** istio/istio pilot/pkg/model/destination_rule.go (MergeTrafficPolicy) */
function overlay(base: TrafficPolicy, over: PortLevel): TrafficPolicy {
  const { policy, replaced } = over;
  const kept = replaced
    ? {}
    : {
        ...(base.connectionPool === undefined ? {} : { connectionPool: base.connectionPool }),
        ...(base.outlierDetection === undefined ? {} : { outlierDetection: base.outlierDetection }),
        ...(base.loadBalancer === undefined ? {} : { loadBalancer: base.loadBalancer }),
        ...(base.tls === undefined ? {} : { tls: base.tls }),
      };
  return {
    ...(base.tunnel === undefined ? {} : { tunnel: base.tunnel }),
    ...(base.proxyProtocol === undefined ? {} : { proxyProtocol: base.proxyProtocol }),
    ...(base.retryBudget === undefined ? {} : { retryBudget: base.retryBudget }),
    ...kept,
    ...policy,
  };
}

function under(origin: ConfigOrigin, path: readonly (string | number)[]): ConfigOrigin {
  return path.length === 0 ? origin : { ref: origin.ref, path: [...origin.path, ...path] };
}

/** The policy of a rule for one port of the host. */
export function policyForPort(rule: DestinationRule | undefined, port: number): EffectivePolicy | undefined {
  if (rule?.trafficPolicy === undefined) return undefined;
  const level = atPort(rule.trafficPolicy, port);
  return { policy: level.policy, origin: under(rule.trafficPolicyOrigin, level.path) };
}

/**
 * The policy of a subset: its blocks over those of the rule, then its own setting for the port.
 * istio/istio pilot/pkg/networking/util/util.go (MergeSubsetTrafficPolicy)
 */
export function policyForSubset(
  base: EffectivePolicy | undefined,
  subset: Subset,
  subsetOrigin: ConfigOrigin,
  port: number,
): EffectivePolicy | undefined {
  if (subset.trafficPolicy === undefined) return base;
  const level = atPort(subset.trafficPolicy, port);
  const origin = under(subsetOrigin, ['trafficPolicy', ...level.path]);
  return { policy: base === undefined ? level.policy : overlay(base.policy, level), origin };
}

/** The policy of a cluster, found by the name of its subset; an unknown subset has that of the rule. */
export function policyOf(rule: DestinationRule | undefined, port: number, subset: string): EffectivePolicy | undefined {
  const base = policyForPort(rule, port);
  const source = subset === '' ? undefined : rule?.subsets.find((candidate) => candidate.subset.name === subset);
  return source === undefined ? base : policyForSubset(base, source.subset, source.origin, port);
}
