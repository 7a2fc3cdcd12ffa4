import { compareStrings } from '../../../../base';
import type { ConfigOrigin, HttpFilter, NetworkFilter, RbacConfig, RbacPolicy, RbacRules } from '../../../../xds';
import type { MeshProxy } from '../model';
import type { PushContext } from '../push-context/push-context';
import type { AuthorizationPolicyResource } from '../resources';
import { type RuleTarget, rbacRulesOf, translatePolicy } from './authz-rules';
import { EXT_AUTHZ_PREFIX, EXT_AUTHZ_STAT_PREFIX, type ExtAuthz, findExtAuthz } from './ext-authz';
import { policiesFor } from './workload-policies';

const HTTP_RBAC = 'envoy.filters.http.rbac';
const HTTP_EXT_AUTHZ = 'envoy.filters.http.ext_authz';
const NETWORK_RBAC = 'envoy.filters.network.rbac';
const NETWORK_EXT_AUTHZ = 'envoy.filters.network.ext_authz';
const TCP_STAT_PREFIX = 'tcp.';
const DRY_RUN_ANNOTATION = 'istio.io/dry-run';
/** What Go's strconv.ParseBool takes for true. */
const TRUE_TEXTS: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const BROKEN_PROVIDER_SUFFIX = '-deny-due-to-bad-CUSTOM-action';

/** Filters that guard a workload, for both sorts of chain. CUSTOM ones stand before the token filter, the others behind it. */
export interface AuthorizationFilters {
  readonly customHttp: readonly HttpFilter[];
  readonly http: readonly HttpFilter[];
  readonly customTcp: readonly NetworkFilter[];
  readonly tcp: readonly NetworkFilter[];
}

export const NO_AUTHORIZATION: AuthorizationFilters = { customHttp: [], http: [], customTcp: [], tcp: [] };

/** One filter before it is told whether it guards requests or connections. */
type Guard =
  | { readonly kind: 'rbac'; readonly rbac: RbacConfig; readonly origin: ConfigOrigin }
  | { readonly kind: 'extAuthz'; readonly extAuthz: ExtAuthz; readonly origin: ConfigOrigin };

function isDryRun(policy: AuthorizationPolicyResource): boolean {
  return TRUE_TEXTS.has(policy.metadata.annotations[DRY_RUN_ANNOTATION] ?? '');
}

function originOf(policies: readonly AuthorizationPolicyResource[]): ConfigOrigin {
  const [first] = policies;
  if (first === undefined) throw new Error('a guard stands for at least one policy');
  return { ref: first.ref, path: ['spec'] };
}

/** istio/istio pilot/pkg/security/authz/builder/builder.go (shadowRuleStatPrefix): without shadow rules the prefix of ALLOW. */
function dryRunPrefix(shadow: RbacRules | undefined): Pick<RbacConfig, 'shadowRulesStatPrefix'> {
  const action = shadow?.action ?? 'ALLOW';
  if (action === 'LOG') return {};
  return { shadowRulesStatPrefix: action === 'ALLOW' ? 'istio_dry_run_allow_' : 'istio_dry_run_deny_' };
}

/** The filter of one action: rules that are enforced, and rules on trial. istio/istio pilot/pkg/security/authz/builder/builder.go (build) */
function guardOf(policies: readonly AuthorizationPolicyResource[], target: RuleTarget): readonly Guard[] {
  if (policies.length === 0) return [];
  const rulesOf = (selected: readonly AuthorizationPolicyResource[]): RbacRules | undefined =>
    selected.length === 0
      ? undefined
      : rbacRulesOf(
          target.action,
          selected.flatMap((policy) => translatePolicy(policy, target)),
        );
  const rules = rulesOf(policies.filter((policy) => !isDryRun(policy)));
  const shadowRules = rulesOf(policies.filter(isDryRun));
  const rbac: RbacConfig = {
    ...(rules === undefined ? {} : { rules }),
    ...(shadowRules === undefined ? {} : { shadowRules }),
    ...dryRunPrefix(shadowRules),
  };
  return [{ kind: 'rbac', rbac, origin: originOf(policies) }];
}

function providerOf(policy: AuthorizationPolicyResource): string {
  return policy.object.spec?.provider?.name ?? '';
}

interface ProviderRules {
  readonly enforced: readonly RbacPolicy[];
  readonly onTrial: readonly RbacPolicy[];
}

function denyAll(rules: ProviderRules): RbacConfig {
  const policies = rules.enforced.map((policy) => ({ ...policy, name: `${policy.name}${BROKEN_PROVIDER_SUFFIX}` }));
  return { rules: rbacRulesOf('DENY', policies) };
}

/**
 * The authorizer is asked when a shadow rule matched. A workload that is sent to several authorizers, or to one that does not work, denies
 * what the rules match. istio/istio pilot/pkg/security/authz/builder/builder.go (buildHTTP, buildTCP)
 */
function customGuards(
  push: PushContext,
  policies: readonly AuthorizationPolicyResource[],
  target: RuleTarget,
): readonly Guard[] {
  const providers = [...new Set(policies.map(providerOf))].sort(compareStrings);
  return providers.flatMap((provider): readonly Guard[] => {
    const own = policies.filter((policy) => providerOf(policy) === provider);
    const prefix = provider === '' ? `${EXT_AUTHZ_PREFIX}-` : `${EXT_AUTHZ_PREFIX}-${provider}-`;
    const translate = (selected: readonly AuthorizationPolicyResource[]): readonly RbacPolicy[] =>
      selected.flatMap((policy) => translatePolicy(policy, target, prefix));
    const rules = {
      enforced: translate(own.filter((policy) => !isDryRun(policy))),
      onTrial: translate(own.filter(isDryRun)),
    };
    const origin = originOf(own);
    const extAuthz = providers.length > 1 ? undefined : findExtAuthz(push, provider);
    if (extAuthz === undefined) return [{ kind: 'rbac', rbac: denyAll(rules), origin }];
    if (target.forTcp && extAuthz.tcp === undefined) return [];
    const rbac: RbacConfig = {
      ...(rules.onTrial.length === 0 ? {} : { rules: rbacRulesOf('DENY', rules.onTrial) }),
      shadowRules: rbacRulesOf('DENY', rules.enforced),
      shadowRulesStatPrefix: EXT_AUTHZ_STAT_PREFIX,
    };
    return [
      { kind: 'rbac', rbac, origin },
      { kind: 'extAuthz', extAuthz, origin },
    ];
  });
}

/** Policies that ask an authorizer which is not there, or does not work. */
export function policiesWithoutAuthorizer(push: PushContext): readonly AuthorizationPolicyResource[] {
  return push.authorizationPolicies.all.filter(
    (policy) => policy.object.spec?.action === 'CUSTOM' && findExtAuthz(push, providerOf(policy)) === undefined,
  );
}

function toHttpFilter(guard: Guard): readonly HttpFilter[] {
  const { origin } = guard;
  if (guard.kind === 'rbac') return [{ kind: 'rbac', name: HTTP_RBAC, rbac: guard.rbac, origin }];
  return [{ kind: 'extAuthz', name: HTTP_EXT_AUTHZ, extAuthz: guard.extAuthz.http, origin }];
}

function toNetworkFilter(guard: Guard): readonly NetworkFilter[] {
  const { origin } = guard;
  const statPrefix = TCP_STAT_PREFIX;
  if (guard.kind === 'rbac') return [{ kind: 'rbac', name: NETWORK_RBAC, statPrefix, rbac: guard.rbac, origin }];
  const extAuthz = guard.extAuthz.tcp;
  return extAuthz === undefined ? [] : [{ kind: 'extAuthz', name: NETWORK_EXT_AUTHZ, statPrefix, extAuthz, origin }];
}

/**
 * The filters of all AuthorizationPolicies that apply to a workload: AUDIT, then DENY, then ALLOW.
 * istio/istio pilot/pkg/security/authz/builder/builder.go
 */
export function authorizationFilters(
  push: PushContext,
  proxy: Pick<MeshProxy, 'namespace' | 'labels'>,
): AuthorizationFilters {
  const { mesh } = push;
  const policies = policiesFor(push.authorizationPolicies, [mesh.rootNamespace, proxy.namespace], proxy);
  if (policies.length === 0) return NO_AUTHORIZATION;
  const trustDomains = [mesh.trustDomain, ...mesh.trustDomainAliases];
  const withAction = (action: string): readonly AuthorizationPolicyResource[] =>
    policies.filter((policy) => (policy.object.spec?.action ?? 'ALLOW') === action);
  const local = (forTcp: boolean): readonly Guard[] => [
    ...guardOf(withAction('AUDIT'), { action: 'LOG', forTcp, trustDomains }),
    ...guardOf(withAction('DENY'), { action: 'DENY', forTcp, trustDomains }),
    ...guardOf(withAction('ALLOW'), { action: 'ALLOW', forTcp, trustDomains }),
  ];
  const custom = (forTcp: boolean): readonly Guard[] =>
    customGuards(push, withAction('CUSTOM'), { action: 'DENY', forTcp, trustDomains });
  return {
    customHttp: custom(false).flatMap(toHttpFilter),
    http: local(false).flatMap(toHttpFilter),
    customTcp: custom(true).flatMap(toNetworkFilter),
    tcp: local(true).flatMap(toNetworkFilter),
  };
}
