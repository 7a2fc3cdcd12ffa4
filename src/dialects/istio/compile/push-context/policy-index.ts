import type { Resource } from '../../../../config';

/** Security policies by namespace, oldest first. istio/istio pilot/pkg/model/policyattachment.go */
export interface PolicyIndex<T extends Resource> {
  /** Of one namespace. */
  in(namespace: string): readonly T[];
  readonly all: readonly T[];
}

export function buildPolicyIndex<T extends Resource>(resources: readonly T[]): PolicyIndex<T> {
  const byNamespace = new Map<string, T[]>();
  const all = [...resources].sort((a, b) => a.creationOrder - b.creationOrder);
  for (const resource of all) {
    const list = byNamespace.get(resource.metadata.namespace) ?? [];
    list.push(resource);
    byNamespace.set(resource.metadata.namespace, list);
  }
  return { all, in: (namespace) => byNamespace.get(namespace) ?? [] };
}
