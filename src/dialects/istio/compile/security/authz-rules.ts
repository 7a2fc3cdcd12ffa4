import { compareStrings } from '../../../../base';
import type { RbacPermission, RbacPolicy, RbacPrincipal, RbacRules } from '../../../../xds';
import type { AuthorizationRule } from '../../kinds';
import type { AuthorizationPolicyResource } from '../resources';
import {
  type Condition,
  type ConditionContext,
  operationConditions,
  sourceConditions,
  whenCondition,
} from './authz-conditions';
import type { TrustDomains } from './trust-domains';

/** What a set of policies is translated for. */
export interface RuleTarget {
  readonly action: RbacRules['action'];
  /** A plain TCP connection knows nothing of requests. */
  readonly forTcp: boolean;
  readonly trustDomains: TrustDomains;
}

/** How alternatives and negations are said for permissions and for principals. */
interface Algebra<T> {
  readonly any: T;
  readonly and: (parts: readonly T[]) => T;
  readonly or: (parts: readonly T[]) => T;
  readonly not: (part: T) => T;
}

const PERMISSIONS: Algebra<RbacPermission> = {
  any: { kind: 'any' },
  and: (rules) => ({ kind: 'and', rules }),
  or: (rules) => ({ kind: 'or', rules }),
  not: (rule) => ({ kind: 'not', rule }),
};

const PRINCIPALS: Algebra<RbacPrincipal> = {
  any: { kind: 'any' },
  and: (ids) => ({ kind: 'and', ids }),
  or: (ids) => ({ kind: 'or', ids }),
  not: (id) => ({ kind: 'not', id }),
};

/** Thrown away with the whole rule: an ALLOW must never become wider than it was written. */
const VOID = Symbol('void rule');

/**
 * What cannot be checked makes an ALLOW rule void, so that less is allowed; other actions go on without it, so that more is denied.
 * istio/istio pilot/pkg/security/authz/model/model.go (checkError)
 */
function keepChecked<T>(checked: readonly (T | undefined)[], target: RuleTarget): readonly T[] | typeof VOID {
  const kept = checked.filter((part) => part !== undefined);
  return kept.length < checked.length && target.action === 'ALLOW' ? VOID : kept;
}

function valuesOf<T>(
  { check, httpOnly }: Condition<T>,
  values: readonly string[],
  algebra: Algebra<T>,
  target: RuleTarget,
): readonly T[] | typeof VOID {
  if (values.length === 0) return [];
  const tellable = !(httpOnly && target.forTcp);
  if (check.kind === 'together') return keepChecked([tellable ? check.build(values) : undefined], target);
  const parts = keepChecked(
    values.map((value) => (tellable ? check.build(value) : undefined)),
    target,
  );
  return parts === VOID || parts.length === 0 ? parts : [algebra.or(parts)];
}

/** istio/istio pilot/pkg/security/authz/model/model.go (generatePermission, generatePrincipal) */
function conjunction<T>(conditions: readonly Condition<T>[], algebra: Algebra<T>, target: RuleTarget): T | typeof VOID {
  const parts: T[] = [];
  for (const condition of conditions) {
    const wanted = valuesOf(condition, condition.values, algebra, target);
    const unwanted = valuesOf(condition, condition.notValues, algebra, target);
    if (wanted === VOID || unwanted === VOID) return VOID;
    parts.push(...wanted, ...unwanted.map(algebra.not));
  }
  return algebra.and(parts.length === 0 ? [algebra.any] : parts);
}

function disjunction<T>(
  alternatives: readonly (readonly Condition<T>[])[],
  algebra: Algebra<T>,
  target: RuleTarget,
): readonly T[] | typeof VOID {
  const parts: T[] = [];
  for (const conditions of alternatives) {
    const part = conjunction(conditions, algebra, target);
    if (part === VOID) return VOID;
    parts.push(part);
  }
  return parts;
}

/** Every condition of `when` joins every sender or every operation. istio/istio pilot/pkg/security/authz/model/model.go (New, Generate) */
function translateRule(
  rule: AuthorizationRule,
  context: ConditionContext,
  target: RuleTarget,
): Pick<RbacPolicy, 'permissions' | 'principals'> | undefined {
  const whenPermissions: Condition<RbacPermission>[] = [];
  const whenPrincipals: Condition<RbacPrincipal>[] = [];
  for (const entry of rule.when ?? []) {
    const when = whenCondition(entry, context);
    if (when.kind === 'unknown') return undefined;
    if (when.kind === 'permission') whenPermissions.push(...when.conditions);
    else whenPrincipals.push(...when.conditions);
  }
  const from = rule.from ?? [];
  const to = rule.to ?? [];
  const senders = from.map(({ source }) => [
    ...(source === undefined ? [] : sourceConditions(source, context)),
    ...whenPrincipals,
  ]);
  const operations = to.map(({ operation }) => [
    ...(operation === undefined ? [] : operationConditions(operation)),
    ...whenPermissions,
  ]);
  const permissions = disjunction(operations.length === 0 ? [whenPermissions] : operations, PERMISSIONS, target);
  if (permissions === VOID) return undefined;
  const principals = disjunction(senders.length === 0 ? [whenPrincipals] : senders, PRINCIPALS, target);
  return principals === VOID ? undefined : { permissions, principals };
}

const MATCH_NEVER: Pick<RbacPolicy, 'permissions' | 'principals'> = {
  permissions: [{ kind: 'not', rule: { kind: 'any' } }],
  principals: [{ kind: 'not', id: { kind: 'any' } }],
};

/** The rules of one policy, each under `<prefix>ns[NAMESPACE]-policy[NAME]-rule[INDEX]`; a policy without rules matches nothing. */
export function translatePolicy(
  policy: AuthorizationPolicyResource,
  target: RuleTarget,
  prefix = '',
): readonly RbacPolicy[] {
  const { name, namespace } = policy.metadata;
  const nameOf = (index: number): string => `${prefix}ns[${namespace}]-policy[${name}]-rule[${index}]`;
  const rules = policy.object.spec?.rules ?? [];
  if (rules.length === 0) {
    return [{ name: nameOf(0), ...MATCH_NEVER, origin: { ref: policy.ref, path: ['spec'] } }];
  }
  const context = { policyNamespace: namespace, trustDomains: target.trustDomains };
  return rules.flatMap((rule, index) => {
    const translated = translateRule(rule, context, target);
    if (translated === undefined) return [];
    return [{ name: nameOf(index), ...translated, origin: { ref: policy.ref, path: ['spec', 'rules', index] } }];
  });
}

/** Envoy keeps policies in a map that it walks in the order of the names. */
export function rbacRulesOf(action: RbacRules['action'], policies: readonly RbacPolicy[]): RbacRules {
  return { action, policies: [...policies].sort((a, b) => compareStrings(a.name, b.name)) };
}
