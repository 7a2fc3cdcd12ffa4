import type { ConfigPath } from '../../../../config';
import type { BackendObjectReference, ParentReference } from '../references';
import type { Report } from './catalogue';

/** References to one object must differ in the part that they mean. */
export function checkParents(report: Report, parents: readonly ParentReference[] | undefined): void {
  const seen = new Map<string, ParentReference[]>();
  for (const [index, parent] of (parents ?? []).entries()) {
    const key = `${parent.group}/${parent.kind}/${parent.namespace ?? ''}/${parent.name}`;
    const earlier = seen.get(key) ?? [];
    const clash = earlier.some(
      (other) =>
        (other.sectionName === parent.sectionName && other.port === parent.port) ||
        (other.sectionName === undefined && other.port === undefined) ||
        (parent.sectionName === undefined && parent.port === undefined),
    );
    if (clash) report('parent-ambiguous', ['spec', 'parentRefs', index], { value: parent.name });
    seen.set(key, [...earlier, parent]);
  }
}

export function checkBackendPort(report: Report, backend: BackendObjectReference, path: ConfigPath): void {
  const isService = backend.group === '' && backend.kind === 'Service';
  if (isService && backend.port === undefined) report('backend-port-missing', path);
}

export function checkRuleNames(report: Report, rules: readonly { readonly name?: string }[]): void {
  const seen = new Set<string>();
  for (const [index, { name }] of rules.entries()) {
    if (name === undefined) continue;
    if (seen.has(name)) report('rule-name-twice', ['spec', 'rules', index, 'name'], { value: name });
    seen.add(name);
  }
}

/** The limit of all matches together. kubernetes-sigs/gateway-api apis/v1/httproute_types.go (HTTPRouteSpec) */
const MATCH_LIMIT = 128;

export function checkMatchCount(report: Report, rules: readonly { readonly matches?: readonly unknown[] }[]): void {
  const count = rules.reduce((sum, { matches }) => sum + (matches?.length ?? 0), 0);
  if (count > MATCH_LIMIT) report('too-many-matches', ['spec', 'rules'], { limit: MATCH_LIMIT, count });
}
