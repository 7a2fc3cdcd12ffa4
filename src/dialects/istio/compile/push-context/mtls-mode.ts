import type { ConfigOrigin } from '../../../../xds';
import type { MutualTls } from '../../kinds';
import type { PeerAuthenticationResource } from '../resources';
import { isSubset } from './endpoint-index';
import type { PolicyIndex } from './policy-index';

export type MtlsMode = 'DISABLE' | 'PERMISSIVE' | 'STRICT';

/** What the policies of a workload add up to, and the field that decided. */
export interface PeerAuthenticationDecision {
  readonly mode: MtlsMode;
  /** By port of the pod. */
  readonly byPort: ReadonlyMap<number, MtlsMode>;
  readonly origin?: ConfigOrigin;
  /** The field that decided about a port of `byPort`. */
  readonly portOrigins: ReadonlyMap<number, ConfigOrigin>;
}

interface Selected {
  readonly mesh: PeerAuthenticationResource | undefined;
  readonly namespace: PeerAuthenticationResource | undefined;
  readonly workload: PeerAuthenticationResource | undefined;
}

function modeOf(mtls: MutualTls | undefined): MtlsMode | undefined {
  const mode = mtls?.mode;
  return mode === undefined || mode === 'UNSET' ? undefined : mode;
}

function selects(policy: PeerAuthenticationResource): boolean {
  return Object.keys(policy.object.spec?.selector?.matchLabels ?? {}).length > 0;
}

/** The oldest of each scope; a policy with a selector in the root namespace selects nothing. */
function selectPolicies(
  policies: PolicyIndex<PeerAuthenticationResource>,
  rootNamespace: string,
  workload: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
): Selected {
  const own = workload.namespace === rootNamespace ? [] : policies.in(workload.namespace);
  return {
    mesh: policies.in(rootNamespace).find((policy) => !selects(policy)),
    namespace: own.find((policy) => !selects(policy)),
    workload: own.find(
      (policy) => selects(policy) && isSubset(policy.object.spec?.selector?.matchLabels ?? {}, workload.labels),
    ),
  };
}

/**
 * Port beats workload beats namespace beats mesh; UNSET takes the mode of the scope above; the last word is PERMISSIVE.
 * istio/istio pilot/pkg/security/authn/policy_applier.go (ComposePeerAuthentication)
 */
export function composePeerAuthentication(
  policies: PolicyIndex<PeerAuthenticationResource>,
  rootNamespace: string,
  workload: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
): PeerAuthenticationDecision {
  const selected = selectPolicies(policies, rootNamespace, workload);
  let mode: MtlsMode = 'PERMISSIVE';
  let origin: ConfigOrigin | undefined;
  for (const policy of [selected.mesh, selected.namespace, selected.workload]) {
    const own = modeOf(policy?.object.spec?.mtls);
    if (policy === undefined || own === undefined) continue;
    mode = own;
    origin = { ref: policy.ref, path: ['spec', 'mtls', 'mode'] };
  }
  const byPort = new Map<number, MtlsMode>();
  const portOrigins = new Map<number, ConfigOrigin>();
  const { workload: policy } = selected;
  for (const [port, mtls] of Object.entries(policy?.object.spec?.portLevelMtls ?? {})) {
    byPort.set(Number(port), modeOf(mtls) ?? mode);
    if (policy !== undefined) portOrigins.set(Number(port), { ref: policy.ref, path: ['spec', 'portLevelMtls', port] });
  }
  return { mode, byPort, portOrigins, ...(origin === undefined ? {} : { origin }) };
}

/**
 * The mode that clients assume for a whole namespace: policies with selectors do not count.
 * Undefined: no policy says anything. istio/istio pilot/pkg/model/authentication.go (GetNamespaceMutualTLSMode)
 */
export function namespaceMtlsMode(
  policies: PolicyIndex<PeerAuthenticationResource>,
  rootNamespace: string,
  namespace: string,
): MtlsMode | undefined {
  const mesh = policies.in(rootNamespace).find((policy) => !selects(policy));
  const meshMode = mesh === undefined ? undefined : (modeOf(mesh.object.spec?.mtls) ?? 'PERMISSIVE');
  if (namespace === rootNamespace) return meshMode;
  const own = policies.in(namespace).find((policy) => !selects(policy));
  if (own === undefined) return meshMode;
  return modeOf(own.object.spec?.mtls) ?? meshMode ?? 'PERMISSIVE';
}
