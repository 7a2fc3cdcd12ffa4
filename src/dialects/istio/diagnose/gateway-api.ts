import type { ConfigPath, Resource } from '../../../config';
import { isSubset } from '../compile/push-context/endpoint-index';
import { GATEWAY_NAME_LABEL } from '../compile/security/workload-policies';
import { TELEMETRY, WASM_PLUGIN } from '../kinds';
import type { Analysis, Analyzer } from './analysis';

interface Selecting {
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly targetRef?: unknown;
  };
}

/** Policies for which a Kubernetes Gateway is named as a target. */
function policiesOf({ view, resources }: Analysis): readonly Resource<Selecting>[] {
  return [
    ...resources.authorizationPolicies,
    ...resources.requestAuthentications,
    ...view.list(TELEMETRY),
    ...view.list(WASM_PLUGIN),
  ];
}

/** istio/istio pkg/config/analysis/analyzers/k8sgateway/workloadselector.go */
export const gatewaySelectors: Analyzer = {
  name: 'k8sgateway.SelectorAnalyzer',
  run: (analysis, report) => {
    const pods = analysis.view.pods.filter(({ labels }) => Object.hasOwn(labels, GATEWAY_NAME_LABEL));
    for (const policy of policiesOf(analysis)) {
      const { selector, targetRef } = policy.object.spec ?? {};
      if (selector === undefined || targetRef !== undefined) continue;
      for (const { namespace, labels } of pods) {
        if (namespace !== policy.metadata.namespace || !isSubset(selector.matchLabels ?? {}, labels)) continue;
        const values = { gateway: labels[GATEWAY_NAME_LABEL] ?? '' };
        report(policy, { rule: 'selector-of-gateway', path: ['spec', 'selector'], values });
      }
    }
  },
};

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly path: ConfigPath;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
}

function entries(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function conditionsIn(holder: unknown, path: ConfigPath): readonly Condition[] {
  return entries(field(holder, 'conditions')).map((condition, index) => {
    const text = (name: string): string => String(field(condition, name) ?? '');
    return {
      type: text('type'),
      status: text('status'),
      reason: text('reason'),
      message: text('message'),
      path: [...path, 'conditions', index],
    };
  });
}

/** Nobody here reads a status but this; it comes as it was written. */
function conditionsOf(object: unknown): readonly Condition[] {
  const status = field(object, 'status');
  const parents = entries(field(status, 'parents'));
  return [
    ...conditionsIn(status, ['status']),
    ...parents.flatMap((parent, index) => conditionsIn(parent, ['status', 'parents', index])),
  ];
}

const OF_WAYPOINT = ['istio.io/WaypointBound'];
const OF_ROUTE = ['Accepted', 'Programmed', 'ResolvedRefs'];
const OF_POLICY = ['ZtunnelAccepted', 'WaypointAccepted'];

function isNegative({ type, status, reason }: Condition, types: readonly string[]): boolean {
  if (types.includes(type) && status === 'False') return true;
  // Refused in part, which the control plane counts as accepted.
  return types === OF_POLICY && type === 'WaypointAccepted' && reason === 'PartiallyInvalid';
}

/** Objects whose conditions are looked at, and which of them. */
function watchedOf({ resources }: Analysis): readonly (readonly [Resource, readonly string[]])[] {
  const { kubernetesGateways, httpRoutes, grpcRoutes } = resources.gatewayApi;
  const withTypes = (list: readonly Resource[], types: readonly string[]) =>
    list.map((resource) => [resource, types] as const);
  return [
    ...withTypes(resources.services, OF_WAYPOINT),
    ...withTypes(resources.serviceEntries, OF_WAYPOINT),
    ...withTypes(resources.workloadEntries, OF_WAYPOINT),
    ...withTypes(resources.authorizationPolicies, OF_POLICY),
    ...withTypes([...kubernetesGateways, ...httpRoutes, ...grpcRoutes], OF_ROUTE),
  ];
}

/** istio/istio pkg/config/analysis/analyzers/conditions/conditions.go */
export const negativeConditions: Analyzer = {
  name: 'conditions.ConditionAnalyzer',
  run: (analysis, report) => {
    for (const [resource, types] of watchedOf(analysis)) {
      for (const condition of conditionsOf(resource.object)) {
        if (!isNegative(condition, types)) continue;
        const { type, reason, message, path } = condition;
        report(resource, { rule: 'condition-negative', path, values: { type, reason, message } });
      }
    }
  },
};
