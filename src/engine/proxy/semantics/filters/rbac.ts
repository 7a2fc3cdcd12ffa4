import { assertNever, compareStrings } from '../../../../base';
import type { JsonObject, RbacConfig, RbacPermission, RbacPolicy, RbacPrincipal, RbacRules } from '../../../../xds';
import { cidrContains, compileCidr } from '../cidr';
import {
  type ConnectionInfo,
  type DynamicMetadata,
  pathWithoutQuery,
  type RequestView,
  requestHeader,
} from '../http-message';
import {
  compileHeaderMatcher,
  compileMetadataMatcher,
  compileStringMatcher,
  matchHeaderValue,
  matchMetadata,
  matchString,
} from '../matchers';
import { compileUriTemplate } from '../uri-template';
import { continueWith, type FilterVerdict, replyLocally } from './verdict';

/** What a rule may look at. `request` is undefined for the network filter: header and path rules then see nothing. */
export interface RbacInput {
  readonly request: RequestView | undefined;
  readonly connection: ConnectionInfo;
  readonly metadata: DynamicMetadata;
}

type Rule = (input: RbacInput) => boolean;

export interface CompiledRbacPolicy {
  readonly source: RbacPolicy;
  readonly permission: Rule;
  readonly principal: Rule;
}

export interface CompiledRbacRules {
  readonly source: RbacRules;
  /** In the order of their names, as upstream's sorted map has them. */
  readonly policies: readonly CompiledRbacPolicy[];
}

export interface CompiledRbac {
  readonly source: RbacConfig;
  readonly rules: CompiledRbacRules | undefined;
  readonly shadowRules: CompiledRbacRules | undefined;
}

/** Told every policy in the order of evaluation and which half of it failed; `matched` ends the search. */
export type RbacRecorder = (policy: RbacPolicy, outcome: 'matched' | 'permission' | 'principal') => void;

function readHeader(input: RbacInput, name: string): string | undefined {
  return input.request === undefined ? undefined : requestHeader(input.request, name);
}

function requestPath(input: RbacInput): string | undefined {
  const path = input.request?.path ?? '';
  return path === '' ? undefined : pathWithoutQuery(path);
}

function never(): boolean {
  return false;
}

// envoyproxy/envoy source/extensions/filters/common/rbac/matchers.cc Matcher::create(Permission)
function compilePermission(permission: RbacPermission): Rule {
  switch (permission.kind) {
    case 'any':
      return () => true;
    case 'and': {
      const rules = permission.rules.map(compilePermission);
      return (input) => rules.every((rule) => rule(input));
    }
    case 'or': {
      const rules = permission.rules.map(compilePermission);
      return (input) => rules.some((rule) => rule(input));
    }
    case 'not': {
      const rule = compilePermission(permission.rule);
      return (input) => !rule(input);
    }
    case 'header':
      return compileHeaderRule(permission.header);
    case 'urlPath':
      return compilePathRule(permission.path);
    case 'uriTemplate': {
      const { regex } = compileUriTemplate(permission.template);
      return (input) => regex.matches(requestPath(input) ?? '');
    }
    case 'destinationPort':
      return ({ connection }) => connection.localAddress.port === permission.port;
    case 'destinationPortRange':
      return ({ connection: { localAddress } }) =>
        permission.start <= localAddress.port && localAddress.port < permission.end;
    case 'destinationIp': {
      const cidr = compileCidr(permission.cidr);
      return ({ connection }) => cidrContains(cidr, connection.localAddress.address);
    }
    case 'requestedServerName': {
      const name = compileStringMatcher(permission.name);
      return ({ connection }) => matchString(name, connection.requestedServerName);
    }
    case 'metadata': {
      const matcher = compileMetadataMatcher(permission.metadata);
      return ({ metadata }) => matchMetadata(matcher, metadata);
    }
    case 'opaque':
      return never;
    default:
      return assertNever(permission);
  }
}

function compileHeaderRule(header: Parameters<typeof compileHeaderMatcher>[0]): Rule {
  const matcher = compileHeaderMatcher(header);
  return (input) => matchHeaderValue(matcher, readHeader(input, header.name));
}

function compilePathRule(path: Parameters<typeof compileStringMatcher>[0]): Rule {
  const matcher = compileStringMatcher(path);
  return (input) => {
    const text = requestPath(input);
    return text !== undefined && matchString(matcher, text);
  };
}

/** URI names of the peer's certificate, then DNS names, then its subject; a plaintext peer has none. */
// envoyproxy/envoy source/extensions/filters/common/rbac/matchers.cc AuthenticatedMatcher::matches
function compileAuthenticated(principal: Extract<RbacPrincipal, { kind: 'authenticated' }>): Rule {
  if (principal.principalName === undefined) return ({ connection }) => connection.tls !== undefined;
  const name = compileStringMatcher(principal.principalName);
  return ({ connection: { tls } }) =>
    tls !== undefined && [...tls.uriSans, ...tls.dnsSans, tls.subject].some((identity) => matchString(name, identity));
}

// envoyproxy/envoy source/extensions/filters/common/rbac/matchers.cc Matcher::create(Principal)
function compilePrincipal(principal: RbacPrincipal): Rule {
  switch (principal.kind) {
    case 'any':
      return () => true;
    case 'and': {
      const rules = principal.ids.map(compilePrincipal);
      return (input) => rules.every((rule) => rule(input));
    }
    case 'or': {
      const rules = principal.ids.map(compilePrincipal);
      return (input) => rules.some((rule) => rule(input));
    }
    case 'not': {
      const rule = compilePrincipal(principal.id);
      return (input) => !rule(input);
    }
    case 'authenticated':
      return compileAuthenticated(principal);
    case 'filterState': {
      const match = compileStringMatcher(principal.match);
      return ({ connection }) => {
        const value = connection.filterState?.get(principal.key);
        return value !== undefined && matchString(match, value);
      };
    }
    case 'sourceIp':
    case 'directRemoteIp': {
      const cidr = compileCidr(principal.cidr);
      return ({ connection }) => cidrContains(cidr, connection.directRemoteAddress.address);
    }
    case 'remoteIp': {
      const cidr = compileCidr(principal.cidr);
      return ({ connection }) => cidrContains(cidr, connection.remoteAddress.address);
    }
    case 'header':
      return compileHeaderRule(principal.header);
    case 'urlPath':
      return compilePathRule(principal.path);
    case 'metadata': {
      const matcher = compileMetadataMatcher(principal.metadata);
      return ({ metadata }) => matchMetadata(matcher, metadata);
    }
    case 'opaque':
      return never;
    default:
      return assertNever(principal);
  }
}

function compilePolicy(source: RbacPolicy): CompiledRbacPolicy {
  return {
    source,
    permission: compilePermission({ kind: 'or', rules: source.permissions }),
    principal: compilePrincipal({ kind: 'or', ids: source.principals }),
  };
}

function compileRules(source: RbacRules): CompiledRbacRules {
  const sorted = [...source.policies].sort((a, b) => compareStrings(a.name, b.name));
  return { source, policies: sorted.map(compilePolicy) };
}

export function compileRbac(source: RbacConfig): CompiledRbac {
  return {
    source,
    rules: source.rules === undefined ? undefined : compileRules(source.rules),
    shadowRules: source.shadowRules === undefined ? undefined : compileRules(source.shadowRules),
  };
}

export interface RbacResult {
  readonly allowed: boolean;
  /** Name of the policy that matched; empty when none did. */
  readonly policy: string;
}

/** The first policy whose permission and principal both hold decides. */
// envoyproxy/envoy source/extensions/filters/common/rbac/engine_impl.cc RoleBasedAccessControlEngineImpl::handleAction
export function evaluateRbac(rules: CompiledRbacRules, input: RbacInput, recorder?: RbacRecorder): RbacResult {
  let policy: string | undefined;
  for (const candidate of rules.policies) {
    const permitted = candidate.permission(input);
    const matched = permitted && candidate.principal(input);
    recorder?.(candidate.source, matched ? 'matched' : permitted ? 'principal' : 'permission');
    if (!matched) continue;
    policy = candidate.source.name;
    break;
  }
  const { action } = rules.source;
  const allowed = action === 'LOG' || (policy !== undefined) === (action === 'ALLOW');
  return { allowed, policy: policy ?? '' };
}

/** %RESPONSE_CODE_DETAILS% of a denied request, %CONNECTION_TERMINATION_DETAILS% of a denied connection. */
// envoyproxy/envoy source/extensions/filters/common/rbac/utility.cc responseDetail
export function rbacDeniedDetails(policy: string): string {
  return `rbac_access_denied_matched_policy[${policy === '' ? 'none' : policy.replace(/\s/g, '_')}]`;
}

export type RbacCounter = 'allowed' | 'denied' | 'shadow_allowed' | 'shadow_denied';

/** Outcome of both engines; shadow rules only leave metadata and statistics. */
export interface RbacOutcome {
  readonly enforced: RbacResult | undefined;
  readonly shadow: RbacResult | undefined;
  readonly counters: readonly RbacCounter[];
  /** Fields to set in the filter's dynamic metadata. */
  readonly metadata: JsonObject;
}

/** Dynamic metadata name of the HTTP filter, and of the network filter. */
export const HTTP_RBAC_METADATA = 'envoy.filters.http.rbac';
export const NETWORK_RBAC_METADATA = 'envoy.filters.network.rbac';

function resultFields(prefix: string, mode: 'shadow' | 'enforced', result: RbacResult | undefined): JsonObject {
  if (result === undefined) return {};
  const policy: JsonObject = result.policy === '' ? {} : { [`${prefix}${mode}_effective_policy_id`]: result.policy };
  return { ...policy, [`${prefix}${mode}_engine_result`]: result.allowed ? 'allowed' : 'denied' };
}

// envoyproxy/envoy source/extensions/filters/http/rbac/rbac_filter.cc evaluateShadowEngine, evaluateEnforcedEngine
export function runRbac(rbac: CompiledRbac, input: RbacInput, recorder?: RbacRecorder): RbacOutcome {
  const shadow = rbac.shadowRules === undefined ? undefined : evaluateRbac(rbac.shadowRules, input);
  const enforced = rbac.rules === undefined ? undefined : evaluateRbac(rbac.rules, input, recorder);
  const counters: RbacCounter[] = [];
  if (shadow !== undefined) counters.push(shadow.allowed ? 'shadow_allowed' : 'shadow_denied');
  if (enforced !== undefined) counters.push(enforced.allowed ? 'allowed' : 'denied');
  const metadata = {
    ...resultFields(rbac.source.shadowRulesStatPrefix ?? '', 'shadow', shadow),
    ...resultFields(rbac.source.rulesStatPrefix ?? '', 'enforced', enforced),
  };
  return { enforced, shadow, counters, metadata };
}

/** The outcome as the HTTP filter acts on it. A denied request gets no response flag. */
// envoyproxy/envoy source/extensions/filters/http/rbac/rbac_filter.cc RoleBasedAccessControlFilter::decodeHeaders
export function rbacVerdict(outcome: RbacOutcome, request: RequestView): FilterVerdict {
  const { enforced, metadata } = outcome;
  if (enforced !== undefined && !enforced.allowed) {
    return replyLocally({ status: 403, body: 'RBAC: access denied', details: rbacDeniedDetails(enforced.policy) });
  }
  if (Object.keys(metadata).length === 0) return continueWith(request);
  return { kind: 'continue', request, metadata: new Map([[HTTP_RBAC_METADATA, metadata]]) };
}
