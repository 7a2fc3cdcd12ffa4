import type { PodView } from '../../../config';
import { isSubset } from '../compile/push-context/endpoint-index';
import type { AuthorizationPolicyResource, SidecarResource } from '../compile/resources';
import { type Analysis, type Analyzer, addTo, namesText, type Report, selectorText } from './analysis';

/** Set on pods whose traffic the node's proxy takes. */
const AMBIENT = 'ambient.istio.io/redirection';
const INJECT = 'sidecar.istio.io/inject';

/** Whether a pod is, or will be, part of the mesh. istio/istio pkg/config/analysis/analyzers/util/in_mesh.go */
function isInMesh(pod: PodView, { view }: Analysis): boolean {
  if (pod.annotations[AMBIENT] === 'enabled') return true;
  if (pod.sidecar !== undefined || pod.containers.some(({ name }) => name === 'istio-proxy')) return true;
  const wish = pod.labels[INJECT] ?? pod.annotations[INJECT];
  if (wish !== undefined) return wish === 'true';
  return view.namespaces.find(({ name }) => name === pod.namespace)?.labels['istio-injection'] === 'enabled';
}

function matchesName(name: string, pattern: string): boolean {
  if (pattern === '*') return true;
  if (pattern.startsWith('*')) return name.endsWith(pattern.slice(1));
  if (pattern.endsWith('*')) return name.startsWith(pattern.slice(0, -1));
  return name.toLowerCase() === pattern.toLowerCase();
}

function checkNamespaces(policy: AuthorizationPolicyResource, { view }: Analysis, report: Report): void {
  for (const [index, { from = [] }] of (policy.object.spec?.rules ?? []).entries()) {
    for (const [at, { source }] of from.entries()) {
      for (const field of ['namespaces', 'notNamespaces'] as const) {
        for (const [position, value] of (source?.[field] ?? []).entries()) {
          if (view.namespaces.some(({ name }) => matchesName(name, value))) continue;
          const path = ['spec', 'rules', index, 'from', at, 'source', field, position];
          report(policy, { rule: 'reference-missing', path, values: { what: 'namespace', value } });
        }
      }
    }
  }
}

/** istio/istio pkg/config/analysis/analyzers/authz/authorizationpolicies.go */
export const authorizationPolicies: Analyzer = {
  name: 'auth.AuthorizationPoliciesAnalyzer',
  run: (analysis, report) => {
    const meshed = analysis.view.pods.filter((pod) => isInMesh(pod, analysis));
    for (const policy of analysis.resources.authorizationPolicies) {
      const { namespace } = policy.metadata;
      const selector = policy.object.spec?.selector;
      const meshWide = namespace === analysis.mesh.rootNamespace;
      const candidates = meshWide ? meshed : meshed.filter((pod) => pod.namespace === namespace);
      const selected = candidates.some((pod) => isSubset(selector?.matchLabels ?? {}, pod.labels));
      if (!selected && !(meshWide && selector === undefined)) {
        report(policy, {
          rule: 'policy-selects-nothing',
          path: selector === undefined ? ['metadata'] : ['spec', 'selector'],
        });
      }
      checkNamespaces(policy, analysis, report);
    }
  },
};

function selectorOf({ object }: SidecarResource): Readonly<Record<string, string>> {
  return object.spec?.workloadSelector?.labels ?? {};
}

function checkSelectors(sidecars: readonly SidecarResource[], { view }: Analysis, report: Report): void {
  const byPod = new Map<PodView, SidecarResource[]>();
  for (const sidecar of sidecars) {
    const pods = view.pods.filter(
      (pod) => pod.namespace === sidecar.metadata.namespace && isSubset(selectorOf(sidecar), pod.labels),
    );
    for (const pod of pods) addTo(byPod, pod, sidecar);
    if (pods.length > 0) continue;
    const values = { what: 'pod with the labels', value: selectorText(selectorOf(sidecar)) };
    report(sidecar, { rule: 'reference-missing', path: ['spec', 'workloadSelector'], values });
  }
  for (const [pod, selecting] of byPod) {
    if (selecting.length < 2) continue;
    const values = { pod: pod.name, names: namesText(selecting) };
    for (const sidecar of selecting) {
      report(sidecar, { rule: 'sidecars-overlap', path: ['spec', 'workloadSelector'], values });
    }
  }
}

/** istio/istio pkg/config/analysis/analyzers/sidecar/selector.go */
export const sidecarSelectors: Analyzer = {
  name: 'sidecar.SelectorAnalyzer',
  run: (analysis, report) => {
    const { sidecars } = analysis.resources;
    const isGeneral = (sidecar: SidecarResource): boolean => Object.keys(selectorOf(sidecar)).length === 0;
    checkSelectors(
      sidecars.filter((sidecar) => !isGeneral(sidecar)),
      analysis,
      report,
    );
    const byNamespace = new Map<string, SidecarResource[]>();
    for (const sidecar of sidecars.filter(isGeneral)) addTo(byNamespace, sidecar.metadata.namespace, sidecar);
    for (const general of byNamespace.values()) {
      if (general.length < 2) continue;
      const values = { names: namesText(general) };
      for (const sidecar of general)
        report(sidecar, { rule: 'sidecars-without-selector', path: ['metadata', 'name'], values });
    }
  },
};
