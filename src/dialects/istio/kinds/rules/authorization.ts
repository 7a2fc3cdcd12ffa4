/** Rules about AuthorizationPolicy and PeerAuthentication. */
import type { ConfigPath, DiagnosticBag, Resource } from '../../../../config';
import type {
  AuthorizationCondition,
  AuthorizationOperation,
  AuthorizationPolicyObject,
  AuthorizationPolicySpec,
  AuthorizationRule,
  AuthorizationSource,
} from '../authorization-policy';
import type { PeerAuthenticationObject } from '../peer-authentication';
import {
  checkAttribute,
  checkIps,
  checkNotEmpty,
  checkPathTemplates,
  checkPorts,
  checkServiceAccounts,
  checkTrustDomains,
} from './attributes';
import { type Check, createCheck } from './check';
import { checkMetadata, checkPolicySelector, checkPolicyTargets } from './common';

const DRY_RUN = 'istio.io/dry-run';
/** golang/go src/strconv/atob.go (ParseBool) */
const BOOLEANS: ReadonlySet<string> = new Set([
  '1',
  't',
  'T',
  'TRUE',
  'true',
  'True',
  '0',
  'f',
  'F',
  'FALSE',
  'false',
  'False',
]);

/** Fields of a source that an external authorizer is not told about. */
const NOT_FOR_CUSTOM = [
  'namespaces',
  'notNamespaces',
  'serviceAccounts',
  'notServiceAccounts',
  'trustDomains',
  'notTrustDomains',
  'principals',
  'notPrincipals',
  'requestPrincipals',
  'notRequestPrincipals',
] as const;
const KEYS_NOT_FOR_CUSTOM: ReadonlySet<string> = new Set([
  'source.namespace',
  'source.serviceAccount',
  'source.trustDomain',
  'source.principal',
]);
/** Fields of a source that a TCP connection has too. */
const TCP_SOURCE_FIELDS = [
  'principals',
  'notPrincipals',
  'ipBlocks',
  'notIpBlocks',
  'namespaces',
  'notNamespaces',
  'remoteIpBlocks',
  'notRemoteIpBlocks',
  'serviceAccounts',
  'notServiceAccounts',
] as const;
const PLAIN_SOURCE_FIELDS = [
  'principals',
  'notPrincipals',
  'requestPrincipals',
  'notRequestPrincipals',
  'namespaces',
  'notNamespaces',
] as const;
const IP_SOURCE_FIELDS = ['ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks'] as const;
const OPERATION_FIELDS = [
  'ports',
  'notPorts',
  'methods',
  'notMethods',
  'paths',
  'notPaths',
  'hosts',
  'notHosts',
] as const;

/** istio/istio pkg/config/validation/validation.go (ValidateAuthorizationPolicy) */
export function validateAuthorizationPolicy(resource: Resource<AuthorizationPolicyObject>, bag: DiagnosticBag): void {
  const check = createCheck(resource, bag);
  checkMetadata(check, resource, true);
  const spec = resource.object.spec ?? {};
  checkDryRun(check, resource, spec);
  checkPolicyTargets(check, spec);
  const action = spec.action ?? 'ALLOW';
  if (action === 'CUSTOM') checkCustom(check, spec);
  else if (spec.provider !== undefined) check.report('provider-without-custom', ['spec', 'provider'], { action });
  if (action === 'DENY' && spec.rules === undefined) check.report('rules-missing', ['spec'], { action });
  for (const [index, rule] of (spec.rules ?? []).entries()) checkRule(check, rule, action, ['spec', 'rules', index]);
}

/** istio/istio pkg/config/validation/validation.go (checkDryRunAnnotation) */
function checkDryRun(check: Check, { metadata }: Resource, { action = 'ALLOW' }: AuthorizationPolicySpec): void {
  const value = metadata.annotations[DRY_RUN];
  if (value === undefined) return;
  const path: ConfigPath = ['metadata', 'annotations', DRY_RUN];
  if (action !== 'ALLOW' && action !== 'DENY') check.report('dry-run-action', path, { action });
  else if (!BOOLEANS.has(value)) check.report('dry-run-value', path, { value });
}

function checkCustom(check: Check, spec: AuthorizationPolicySpec): void {
  if (spec.rules === undefined) check.report('rules-missing', ['spec'], { action: 'CUSTOM' });
  else if ((spec.provider?.name ?? '') === '') check.report('provider-missing', ['spec', 'provider']);
  for (const [index, rule] of (spec.rules ?? []).entries()) {
    const path = ['spec', 'rules', index];
    for (const [fromIndex, { source }] of (rule.from ?? []).entries()) {
      for (const field of NOT_FOR_CUSTOM) {
        const at = [...path, 'from', fromIndex, 'source', field];
        if ((source?.[field] ?? []).length > 0) check.report('not-for-custom', at, { field });
      }
    }
    for (const [whenIndex, { key }] of (rule.when ?? []).entries()) {
      if (KEYS_NOT_FOR_CUSTOM.has(key) || key.startsWith('request.auth.')) {
        check.report('not-for-custom', [...path, 'when', whenIndex, 'key'], { field: key });
      }
    }
  }
}

function checkRule(check: Check, rule: AuthorizationRule, action: string, path: ConfigPath): void {
  for (const field of ['from', 'to'] as const) {
    if (rule[field]?.length === 0) check.report('list-empty', [...path, field], { field });
  }
  const sources = (rule.from ?? []).map(({ source }, index) => {
    checkSource(check, source, [...path, 'from', index]);
    return source;
  });
  const operations = (rule.to ?? []).map(({ operation }, index) => {
    checkOperation(check, operation, [...path, 'to', index]);
    return operation;
  });
  for (const [index, condition] of (rule.when ?? []).entries())
    checkCondition(check, condition, [...path, 'when', index]);
  if (action === 'DENY' && deniesAllTcp(sources, operations)) check.report('deny-covers-tcp', path);
}

/** Attributes that TCP does not have are left out of its rules, which makes a DENY match every connection. */
function deniesAllTcp(
  sources: readonly (AuthorizationSource | undefined)[],
  operations: readonly (AuthorizationOperation | undefined)[],
): boolean {
  const hasFrom = sources.some((source) => source !== undefined);
  const hasTo = operations.some((operation) => operation !== undefined);
  const tcpFrom = sources.some((source) => TCP_SOURCE_FIELDS.some((field) => source?.[field] !== undefined));
  const tcpTo = operations.some((operation) => operation?.ports !== undefined || operation?.notPorts !== undefined);
  return (hasFrom && !hasTo && !tcpFrom) || (hasTo && !tcpTo);
}

function checkSource(check: Check, source: AuthorizationSource | undefined, path: ConfigPath): void {
  const at = [...path, 'source'];
  if (source === undefined || Object.values(source).every((values) => values.length === 0)) {
    check.report('part-empty', source === undefined ? path : at, { field: 'source' });
    return;
  }
  const { principals, notPrincipals, namespaces, notNamespaces, serviceAccounts, notServiceAccounts } = source;
  const identities = [principals, notPrincipals, namespaces, notNamespaces].some((list) => (list ?? []).length > 0);
  if (identities && [serviceAccounts, notServiceAccounts].some((list) => (list ?? []).length > 0)) {
    check.report('service-accounts-with-identities', at);
  }
  for (const field of PLAIN_SOURCE_FIELDS) checkNotEmpty(check, source[field], [...at, field]);
  for (const field of IP_SOURCE_FIELDS) checkIps(check, source[field], [...at, field]);
  for (const field of ['serviceAccounts', 'notServiceAccounts'] as const) {
    checkServiceAccounts(check, source[field], [...at, field]);
  }
  for (const field of ['trustDomains', 'notTrustDomains'] as const) {
    checkTrustDomains(check, source[field], [...at, field]);
  }
}

function checkOperation(check: Check, operation: AuthorizationOperation | undefined, path: ConfigPath): void {
  const at = [...path, 'operation'];
  if (operation === undefined || OPERATION_FIELDS.every((field) => (operation[field] ?? []).length === 0)) {
    check.report('part-empty', operation === undefined ? path : at, { field: 'operation' });
    return;
  }
  for (const field of ['ports', 'notPorts'] as const) checkPorts(check, operation[field], [...at, field]);
  for (const field of ['methods', 'notMethods', 'hosts', 'notHosts'] as const) {
    checkNotEmpty(check, operation[field], [...at, field]);
  }
  for (const field of ['paths', 'notPaths'] as const) {
    checkNotEmpty(check, operation[field], [...at, field]);
    checkPathTemplates(check, operation[field], [...at, field]);
  }
}

function checkCondition(check: Check, condition: AuthorizationCondition, path: ConfigPath): void {
  const { key, values = [], notValues = [] } = condition;
  if (key === '') check.report('name-empty', [...path, 'key'], { what: 'The key' });
  else if (values.length + notValues.length === 0) check.report('values-missing', path, { value: key });
  else {
    checkAttribute(check, key, values, { key: [...path, 'key'], values: [...path, 'values'] });
    checkAttribute(check, key, notValues, { key: [...path, 'key'], values: [...path, 'notValues'] });
  }
}

/** istio/istio pkg/config/validation/validation.go (ValidatePeerAuthentication) */
export function validatePeerAuthentication(resource: Resource<PeerAuthenticationObject>, bag: DiagnosticBag): void {
  const check = createCheck(resource, bag);
  checkMetadata(check, resource);
  const { selector, portLevelMtls } = resource.object.spec ?? {};
  const path: ConfigPath = ['spec', 'portLevelMtls'];
  const ports = Object.keys(portLevelMtls ?? {});
  if (ports.length > 0 && Object.keys(selector?.matchLabels ?? {}).length === 0) {
    check.report('port-mtls-without-selector', path);
  }
  for (const port of ports) {
    const number = /^\d+$/.test(port) ? Number(port) : 0;
    if (number < 1 || number > 65_535) check.report('port-range', [...path, port], { value: port });
  }
  checkPolicySelector(check, selector, ['spec', 'selector']);
}
