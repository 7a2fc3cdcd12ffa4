/** Rules about the values that authorization rules compare with. istio/istio pkg/config/security/security.go */
import type { ConfigPath } from '../../../../config';
import type { Check } from './check';
import { isIpOrRange } from './common';

const SERVICE_ACCOUNTS_MAX = 16;
const SERVICE_ACCOUNT_LENGTH_MAX = 320;
const PORT_MAX = 65_535;
/** Characters of a path segment by RFC 3986. */
const SEGMENT = /^[a-zA-Z0-9-._~%!$&'()+,;:@=]+$/;

type Values = readonly string[] | undefined;

function checkEach(values: Values, path: ConfigPath, look: (value: string, at: ConfigPath) => void): void {
  for (const [index, value] of (values ?? []).entries()) look(value, [...path, index]);
}

/** istio/istio pkg/config/security/security.go (CheckEmptyValues) */
export function checkNotEmpty(check: Check, values: Values, path: ConfigPath): void {
  checkEach(values, path, (value, at) => {
    if (value === '') check.report('value-empty', at);
  });
}

/** istio/istio pkg/config/security/security.go (ValidateIPs) */
export function checkIps(check: Check, values: Values, path: ConfigPath): void {
  checkEach(values, path, (value, at) => {
    if (!isIpOrRange(value)) check.report('address-range', at, { value });
  });
}

/** istio/istio pkg/config/security/security.go (ValidatePorts) */
export function checkPorts(check: Check, values: Values, path: ConfigPath): void {
  checkEach(values, path, (value, at) => {
    if (!/^\d+$/.test(value) || Number(value) > PORT_MAX) check.report('port-range', at, { value });
  });
}

/** istio/istio pkg/config/security/security.go (CheckServiceAccount) */
export function checkServiceAccounts(check: Check, values: Values, path: ConfigPath): void {
  if ((values ?? []).length > SERVICE_ACCOUNTS_MAX) {
    check.report('too-many-values', path, { limit: SERVICE_ACCOUNTS_MAX });
  }
  checkEach(values, path, (value, at) => {
    const parts = value.split('/');
    const sound = parts.length <= 2 && parts.every((part) => part !== '') && !value.includes('*');
    if (!sound || value.length > SERVICE_ACCOUNT_LENGTH_MAX) check.report('service-account', at, { value });
  });
}

/** A star alone, at the start or at the end. istio/istio pkg/config/security/security.go (CheckWildcardValues) */
function isWildcardValue(value: string): boolean {
  const star = value.indexOf('*');
  if (value === '' || star !== value.lastIndexOf('*')) return false;
  return star <= 0 || star === value.length - 1;
}

/** istio/istio pkg/config/security/security.go (CheckTrustDomainValues) */
export function checkTrustDomains(check: Check, values: Values, path: ConfigPath): void {
  checkEach(values, path, (value, at) => {
    if (!isWildcardValue(value) || value.includes('/')) check.report('trust-domain', at, { value });
  });
}

/** `{*}` and `{**}` as whole segments, `{**}` last, plain characters elsewhere. istio/istio pkg/config/security/security.go (CheckValidPathTemplate) */
function isPathTemplate(path: string): boolean {
  const isTemplate = path.includes('{*}') || path.includes('{**}');
  let restSeen = false;
  for (const segment of path.replace(/^\/+|\/+$/g, '').split('/')) {
    if (segment === '{*}' || segment === '{**}') {
      if (restSeen) return false;
      restSeen = segment === '{**}';
    } else if (/[{}]/.test(segment) || (isTemplate && !SEGMENT.test(segment))) return false;
  }
  return true;
}

export function checkPathTemplates(check: Check, values: Values, path: ConfigPath): void {
  checkEach(values, path, (value, at) => {
    if (!isPathTemplate(value)) check.report('path-template', at, { value });
  });
}

/** Keys that take any value. */
const FREE_KEYS: ReadonlySet<string> = new Set([
  'source.namespace',
  'source.principal',
  'request.auth.principal',
  'request.auth.audiences',
  'request.auth.presenter',
  'connection.sni',
]);
const IP_KEYS: ReadonlySet<string> = new Set(['source.ip', 'remote.ip', 'destination.ip']);
const MAP_KEYS: readonly string[] = ['request.headers', 'request.auth.claims', 'experimental.envoy.filters.'];

/** Keys of the first version of the API, which nothing understands any more. */
function isOutdatedKey(key: string): boolean {
  return /^destination\.(?:namespace|name|user)$/.test(key) || key.startsWith('destination.labels');
}

/** `request.headers[NAME]` and the like. istio/istio pkg/config/security/security.go (validateMapKey) */
function isMapKey(key: string): boolean {
  const open = key.indexOf('[');
  return key.endsWith(']') && open > 0 && open < key.length - 2;
}

/** istio/istio pkg/config/security/security.go (ValidateAttribute) */
export function checkAttribute(
  check: Check,
  key: string,
  values: readonly string[],
  paths: { readonly key: ConfigPath; readonly values: ConfigPath },
): void {
  if (values.length === 0) return;
  checkNotEmpty(check, values, paths.values);
  if (FREE_KEYS.has(key)) return;
  if (IP_KEYS.has(key)) checkIps(check, values, paths.values);
  else if (key === 'destination.port') checkPorts(check, values, paths.values);
  else if (key === 'source.serviceAccount') checkServiceAccounts(check, values, paths.values);
  else if (key === 'source.trustDomain') {
    checkEach(values, paths.values, (value, at) => {
      if (!isWildcardValue(value)) check.report('trust-domain', at, { value });
    });
  } else if (MAP_KEYS.some((prefix) => key.startsWith(prefix))) {
    if (!isMapKey(key)) check.report('attribute-form', paths.key, { value: key });
  } else check.report(isOutdatedKey(key) ? 'attribute-outdated' : 'attribute-unknown', paths.key, { value: key });
}
