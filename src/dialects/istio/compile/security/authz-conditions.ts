import type { RbacPermission, RbacPrincipal, StringMatcher } from '../../../../xds';
import type { AuthorizationCondition, AuthorizationOperation, AuthorizationSource } from '../../kinds';
import { parseCidr } from '../addresses';
import {
  anyValue,
  claimListMatcher,
  claimMatcher,
  headerValueMatcher,
  metadataMatcher,
  NOT_EMPTY,
  namespaceMatcher,
  principalMatcher,
  serviceAccountMatcher,
  textValue,
  trustDomainMatcher,
  wildcardMatcher,
} from './authz-matchers';
import { type TrustDomains, underTrustDomainAliases, withTrustDomainAliases } from './trust-domains';

/** How the values of one attribute are checked; undefined: a value that cannot be. */
type Check<T> =
  /** Each value has a matcher of its own. */
  | { readonly kind: 'each'; readonly build: (value: string) => T | undefined }
  /** All values make one matcher. */
  | { readonly kind: 'together'; readonly build: (values: readonly string[]) => T | undefined };

/** One attribute of a rule with the values that it must and must not have. */
export interface Condition<T> {
  readonly values: readonly string[];
  readonly notValues: readonly string[];
  /** Nothing of a plain TCP connection can tell. */
  readonly httpOnly: boolean;
  readonly check: Check<T>;
}

/** What conditions depend on besides their own text. */
export interface ConditionContext {
  readonly policyNamespace: string;
  readonly trustDomains: TrustDomains;
}

type Values = readonly string[] | undefined;
type PermissionCheck = Check<RbacPermission>;
type PrincipalCheck = Check<RbacPrincipal>;

const HEADERS_KEY = 'request.headers';
const CLAIMS_KEY = 'request.auth.claims';
const METADATA_KEY = 'experimental.envoy.filters.';
const EXPERIMENTAL_PREFIX = 'experimental.';
const MAX_PORT = 65_535;

function condition<T>(check: Check<T>, values: Values, notValues: Values, httpOnly = false): readonly Condition<T>[] {
  const wanted = values ?? [];
  const unwanted = notValues ?? [];
  if (wanted.length === 0 && unwanted.length === 0) return [];
  return [{ values: wanted, notValues: unwanted, httpOnly, check }];
}

function authenticated(build: (value: string) => StringMatcher): PrincipalCheck {
  return { kind: 'each', build: (value) => ({ kind: 'authenticated', principalName: build(value) }) };
}

const PRINCIPAL = authenticated(principalMatcher);
const NAMESPACE = authenticated(namespaceMatcher);
const TRUST_DOMAIN = authenticated(trustDomainMatcher);

function addressCheck(kind: 'directRemoteIp' | 'remoteIp'): PrincipalCheck {
  return {
    kind: 'each',
    build: (value) => {
      const cidr = parseCidr(value);
      return cidr === undefined ? undefined : { kind, cidr };
    },
  };
}

const DESTINATION_IP: PermissionCheck = {
  kind: 'each',
  build: (value) => {
    const cidr = parseCidr(value);
    return cidr === undefined ? undefined : { kind: 'destinationIp', cidr };
  },
};

const DESTINATION_PORT: PermissionCheck = {
  kind: 'each',
  build: (value) => {
    const port = /^\d+$/.test(value) ? Number(value) : MAX_PORT + 1;
    return port > MAX_PORT ? undefined : { kind: 'destinationPort', port };
  },
};

const SERVER_NAME: PermissionCheck = {
  kind: 'each',
  build: (value) => ({ kind: 'requestedServerName', name: wildcardMatcher(value) }),
};

const HOST: PermissionCheck = {
  kind: 'each',
  build: (value) => ({ kind: 'header', header: headerValueMatcher(':authority', value, true) }),
};

const METHOD: PermissionCheck = {
  kind: 'each',
  build: (value) => ({ kind: 'header', header: headerValueMatcher(':method', value) }),
};

/** `{*}` and `{**}` make a template of the path. istio/istio pilot/pkg/security/authz/matcher/template.go */
const PATH: PermissionCheck = {
  kind: 'each',
  build: (value) =>
    value.includes('{*}') || value.includes('{**}')
      ? { kind: 'uriTemplate', template: value.replaceAll('{*}', '*').replaceAll('{**}', '**') }
      : { kind: 'urlPath', path: wildcardMatcher(value) },
};

/**
 * Issuer and subject of one value: they part at the last slash, since an issuer may be a URL.
 * istio/istio pilot/pkg/security/authz/model/generator.go (requestPrincipalGenerator)
 */
function issuerAndSubject(value: string): { readonly issuer: StringMatcher; readonly subject: StringMatcher } {
  const slash = value.lastIndexOf('/');
  const split = slash >= 0;
  const issuer = split ? value.slice(0, slash) : value;
  const subject = split ? value.slice(slash + 1) : '';
  const exact = (text: string): StringMatcher => ({ kind: 'exact', value: text, ignoreCase: false });
  if (value === '*') return { issuer: NOT_EMPTY, subject: NOT_EMPTY };
  if (value.startsWith('*')) {
    if (!split) return { issuer: NOT_EMPTY, subject: wildcardMatcher(value) };
    return { issuer: wildcardMatcher(issuer), subject: exact(subject) };
  }
  if (value.endsWith('*')) {
    if (!split) return { issuer: wildcardMatcher(value), subject: NOT_EMPTY };
    return { issuer: exact(issuer), subject: wildcardMatcher(subject) };
  }
  return { issuer: exact(issuer), subject: exact(subject) };
}

const REQUEST_PRINCIPAL: PrincipalCheck = {
  kind: 'together',
  build: (values) => {
    const ids = values.map((value): RbacPrincipal => {
      const { issuer, subject } = issuerAndSubject(value);
      return {
        kind: 'and',
        ids: [
          { kind: 'metadata', metadata: claimMatcher('iss', issuer) },
          { kind: 'metadata', metadata: claimMatcher('sub', subject) },
        ],
      };
    });
    const [first] = ids;
    return ids.length === 1 && first !== undefined ? first : { kind: 'or', ids };
  },
};

function claimCheck(claims: readonly string[] | undefined): PrincipalCheck {
  return {
    kind: 'together',
    build: (values) =>
      claims === undefined ? undefined : { kind: 'metadata', metadata: claimListMatcher(claims, values) },
  };
}

/** `[a][b]` names a claim inside a claim; anything else in one pair of brackets is one name. */
function claimPath(text: string): readonly string[] | undefined {
  if (/^(?:\[[^[\]]*\])+$/.test(text)) return text.slice(1, -1).split('][');
  return text.startsWith('[') && text.endsWith(']') ? [text.slice(1, -1)] : undefined;
}

function headerCheck(key: string): PrincipalCheck {
  const bracketed = key.slice(HEADERS_KEY.length);
  const name = bracketed.startsWith('[') && bracketed.endsWith(']') ? bracketed.slice(1, -1) : undefined;
  return {
    kind: 'each',
    build: (value) => (name === undefined ? undefined : { kind: 'header', header: headerValueMatcher(name, value) }),
  };
}

/**
 * `experimental.envoy.filters.a.b[c]` looks at the metadata of a filter; a value in brackets is looked for in a list.
 * istio/istio pilot/pkg/security/authz/model/generator.go (envoyFilterGenerator)
 */
function filterMetadataCheck(key: string): PermissionCheck {
  const text = key.slice(EXPERIMENTAL_PREFIX.length).replace(/\]$/, '');
  const bracket = text.indexOf('[');
  return {
    kind: 'together',
    build: (values) => {
      if (bracket < 0) return undefined;
      const matchers = values.map((value) =>
        value.startsWith('[') && value.endsWith(']')
          ? ({ kind: 'listOneOf', match: textValue(wildcardMatcher(value.replace(/^[[\]]+|[[\]]+$/g, ''))) } as const)
          : textValue(wildcardMatcher(value)),
      );
      const metadata = metadataMatcher(text.slice(0, bracket), [text.slice(bracket + 1)], anyValue(matchers));
      return { kind: 'metadata', metadata };
    },
  };
}

function accountCheck(context: ConditionContext): PrincipalCheck {
  return authenticated((value) => serviceAccountMatcher(value, context.policyNamespace));
}

function principalCondition(values: Values, notValues: Values, { trustDomains }: ConditionContext) {
  const renamed = (list: Values): Values => underTrustDomainAliases(list ?? [], trustDomains);
  return condition(PRINCIPAL, renamed(values), renamed(notValues));
}

function trustDomainCondition(values: Values, notValues: Values, { trustDomains }: ConditionContext) {
  const expanded = (list: Values): Values => withTrustDomainAliases(list ?? [], trustDomains);
  return condition(TRUST_DOMAIN, expanded(values), expanded(notValues));
}

/** Sender conditions in the order in which istiod writes them. istio/istio pilot/pkg/security/authz/model/model.go (New) */
export function sourceConditions(
  source: AuthorizationSource,
  context: ConditionContext,
): readonly Condition<RbacPrincipal>[] {
  return [
    ...principalCondition(source.principals, source.notPrincipals, context),
    ...condition(REQUEST_PRINCIPAL, source.requestPrincipals, source.notRequestPrincipals, true),
    ...condition(accountCheck(context), source.serviceAccounts, source.notServiceAccounts),
    ...trustDomainCondition(source.trustDomains, source.notTrustDomains, context),
    ...condition(NAMESPACE, source.namespaces, source.notNamespaces),
    ...condition(addressCheck('remoteIp'), source.remoteIpBlocks, source.notRemoteIpBlocks),
    ...condition(addressCheck('directRemoteIp'), source.ipBlocks, source.notIpBlocks),
  ];
}

/** istio/istio pilot/pkg/security/authz/model/model.go (New) */
export function operationConditions(operation: AuthorizationOperation): readonly Condition<RbacPermission>[] {
  return [
    ...condition(HOST, operation.hosts, operation.notHosts, true),
    ...condition(METHOD, operation.methods, operation.notMethods, true),
    ...condition(PATH, operation.paths, operation.notPaths, true),
    ...condition(DESTINATION_PORT, operation.ports, operation.notPorts),
  ];
}

export type WhenCondition =
  | { readonly kind: 'permission'; readonly conditions: readonly Condition<RbacPermission>[] }
  | { readonly kind: 'principal'; readonly conditions: readonly Condition<RbacPrincipal>[] }
  | { readonly kind: 'unknown' };

function permissionCheckOf(key: string): PermissionCheck | undefined {
  if (key === 'destination.ip') return DESTINATION_IP;
  if (key === 'destination.port') return DESTINATION_PORT;
  if (key === 'connection.sni') return SERVER_NAME;
  return key.startsWith(METADATA_KEY) ? filterMetadataCheck(key) : undefined;
}

/** istio/istio pilot/pkg/security/authz/model/model.go (New) */
function principalConditionsOf(
  when: AuthorizationCondition,
  context: ConditionContext,
): readonly Condition<RbacPrincipal>[] | undefined {
  const { key, values, notValues } = when;
  switch (key) {
    case 'source.ip':
      return condition(addressCheck('directRemoteIp'), values, notValues);
    case 'remote.ip':
      return condition(addressCheck('remoteIp'), values, notValues);
    case 'source.namespace':
      return condition(NAMESPACE, values, notValues);
    case 'source.trustDomain':
      return trustDomainCondition(values, notValues, context);
    case 'source.serviceAccount':
      return condition(accountCheck(context), values, notValues);
    case 'source.principal':
      return principalCondition(values, notValues, context);
    case 'request.auth.principal':
      return condition(REQUEST_PRINCIPAL, values, notValues, true);
    case 'request.auth.audiences':
      return condition(claimCheck(['aud']), values, notValues, true);
    case 'request.auth.presenter':
      return condition(claimCheck(['azp']), values, notValues, true);
    default:
      if (key.startsWith(HEADERS_KEY)) return condition(headerCheck(key), values, notValues, true);
      if (!key.startsWith(CLAIMS_KEY)) return undefined;
      return condition(claimCheck(claimPath(key.slice(CLAIMS_KEY.length))), values, notValues, true);
  }
}

/** One entry of `when`; an attribute that nobody knows makes the whole rule void. */
export function whenCondition(when: AuthorizationCondition, context: ConditionContext): WhenCondition {
  const permission = permissionCheckOf(when.key);
  if (permission !== undefined) {
    return { kind: 'permission', conditions: condition(permission, when.values, when.notValues) };
  }
  const conditions = principalConditionsOf(when, context);
  return conditions === undefined ? { kind: 'unknown' } : { kind: 'principal', conditions };
}
