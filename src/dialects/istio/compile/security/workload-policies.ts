import type { Resource } from '../../../../config';
import type { PolicySelector, PolicyTargetReference } from '../../kinds';
import type { MeshProxy } from '../model';
import { isSubset } from '../push-context/endpoint-index';
import type { PolicyIndex } from '../push-context/policy-index';

/** Carried by the pods of a gateway that was made from a Kubernetes Gateway. */
export const GATEWAY_NAME_LABEL = 'gateway.networking.k8s.io/gateway-name';
const GATEWAY_API_GROUP = 'gateway.networking.k8s.io';

/** The three ways in which a security policy says what it applies to. */
export interface PolicyTargets {
  readonly selector?: PolicySelector;
  readonly targetRef?: PolicyTargetReference;
  readonly targetRefs?: readonly PolicyTargetReference[];
}

type PolicyResource = Resource<{ readonly spec?: PolicyTargets }>;
type Workload = Pick<MeshProxy, 'namespace' | 'labels'>;

function targetsOf(spec: PolicyTargets): readonly PolicyTargetReference[] {
  const targets = spec.targetRefs ?? [];
  return targets.length === 0 && spec.targetRef !== undefined ? [spec.targetRef] : targets;
}

/**
 * Whether the policy applies to the workload. Targets count only for gateways of the Gateway API; everything else is chosen by its labels.
 * istio/istio pilot/pkg/model/policyattachment.go (ShouldAttachPolicy)
 */
export function attaches(namespace: string, spec: PolicyTargets, workload: Workload): boolean {
  const targets = targetsOf(spec);
  if (targets.length === 0) return isSubset(spec.selector?.matchLabels ?? {}, workload.labels);
  const gateway = workload.labels[GATEWAY_NAME_LABEL];
  if (gateway === undefined || namespace !== workload.namespace) return false;
  return targets.some(
    (target) =>
      target.group === GATEWAY_API_GROUP &&
      target.kind === 'Gateway' &&
      target.name === gateway &&
      (target.namespace === undefined || target.namespace === '' || target.namespace === workload.namespace),
  );
}

/** The policies of the given namespaces that apply to a workload, oldest first in each. */
export function policiesFor<T extends PolicyResource>(
  policies: PolicyIndex<T>,
  namespaces: readonly string[],
  workload: Workload,
): readonly T[] {
  return [...new Set(namespaces)].flatMap((namespace) =>
    policies.in(namespace).filter((policy) => attaches(namespace, policy.object.spec ?? {}, workload)),
  );
}
