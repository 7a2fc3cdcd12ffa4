import type { Resource } from '../../../config';
import type { ReferenceGrantObject } from '../../gateway-api';

interface Kind {
  readonly group: string;
  readonly kind: string;
}

/** Who wants to refer, and to what. */
export interface WantedReference {
  readonly from: Kind & { readonly namespace: string };
  readonly to: Kind & { readonly namespace: string; readonly name: string };
}

function isSameKind(a: Kind, b: Kind): boolean {
  return a.group === b.group && a.kind === b.kind;
}

/**
 * Whether a grant in the namespace of the target allows the reference.
 * istio/istio pilot/pkg/config/kube/gatewaycommon/references.go (BackendAllowed, SecretAllowed)
 */
export function isGranted(grants: readonly Resource<ReferenceGrantObject>[], { from, to }: WantedReference): boolean {
  return grants.some(({ metadata, object }) => {
    if (metadata.namespace !== to.namespace) return false;
    const allowsFrom = object.spec.from.some((entry) => isSameKind(entry, from) && entry.namespace === from.namespace);
    return allowsFrom && object.spec.to.some((entry) => isSameKind(entry, to) && (entry.name ?? to.name) === to.name);
  });
}
