import { compareStrings } from '../../base';
import type { RbacConfig, RbacPermission, RbacPolicy, RbacPrincipal, RbacRules } from '../http-filters';
import {
  readCidrRange,
  readFilterStateMatcher,
  readHeaderMatcher,
  readMetadataMatcher,
  readStringMatcher,
  readUriTemplate,
  stringMatcherOf,
} from './decode-matchers';
import type { MessageReader } from './reader';
import { TYPE } from './type-names';

type RbacCommon = Extract<RbacPermission, { readonly kind: 'any' | 'header' | 'urlPath' | 'metadata' }>;

/** The parts that permissions and principals have in common. */
function readCommon(reader: MessageReader): RbacCommon | undefined {
  if (reader.optionalFlag('any') === true) return { kind: 'any' };
  const header = reader.message('header', 'envoy.config.route.v3.HeaderMatcher');
  if (header !== undefined) return { kind: 'header', header: readHeaderMatcher(header) };
  const urlPath = reader.message('urlPath')?.message('path', 'envoy.type.matcher.v3.StringMatcher');
  if (urlPath !== undefined) return { kind: 'urlPath', path: readStringMatcher(urlPath) };
  const metadata = reader.message('metadata', 'envoy.type.matcher.v3.MetadataMatcher');
  return metadata === undefined ? undefined : { kind: 'metadata', metadata: readMetadataMatcher(metadata) };
}

function readPermission(reader: MessageReader): RbacPermission {
  const permission = readPermissionKind(reader);
  if (permission === undefined) return { kind: 'opaque', config: reader.finish() ?? {} };
  reader.finish();
  return permission;
}

const PERMISSION = 'envoy.config.rbac.v3.Permission';

/** api/envoy/config/rbac/v3/rbac.proto Permission; undefined for a rule that is not simulated. */
function readPermissionKind(reader: MessageReader): RbacPermission | undefined {
  const common = readCommon(reader);
  if (common !== undefined) return common;
  const and = reader.message('andRules');
  if (and !== undefined) return { kind: 'and', rules: and.messages('rules', PERMISSION).map(readPermission) };
  const or = reader.message('orRules');
  if (or !== undefined) return { kind: 'or', rules: or.messages('rules', PERMISSION).map(readPermission) };
  const not = reader.message('notRule', PERMISSION);
  if (not !== undefined) return { kind: 'not', rule: readPermission(not) };
  const template = readUriTemplate(reader, 'uriTemplate', TYPE.uriTemplateMatch);
  if (template !== undefined) return { kind: 'uriTemplate', template };
  const port = reader.optionalCount('destinationPort');
  if (port !== undefined) return { kind: 'destinationPort', port };
  const range = reader.message('destinationPortRange');
  if (range !== undefined) {
    return { kind: 'destinationPortRange', start: range.count('start'), end: range.count('end') };
  }
  const ip = reader.message('destinationIp', 'envoy.config.core.v3.CidrRange');
  if (ip !== undefined) return { kind: 'destinationIp', cidr: readCidrRange(ip) };
  const serverName = stringMatcherOf(reader, 'requestedServerName');
  return serverName === undefined ? undefined : { kind: 'requestedServerName', name: serverName };
}

function readPrincipal(reader: MessageReader): RbacPrincipal {
  const principal = readPrincipalKind(reader);
  if (principal === undefined) return { kind: 'opaque', config: reader.finish() ?? {} };
  reader.finish();
  return principal;
}

const PRINCIPAL = 'envoy.config.rbac.v3.Principal';

/** api/envoy/config/rbac/v3/rbac.proto Principal; undefined for an identifier that is not simulated. */
function readPrincipalKind(reader: MessageReader): RbacPrincipal | undefined {
  const common = readCommon(reader);
  if (common !== undefined) return common;
  const and = reader.message('andIds');
  if (and !== undefined) return { kind: 'and', ids: and.messages('ids', PRINCIPAL).map(readPrincipal) };
  const or = reader.message('orIds');
  if (or !== undefined) return { kind: 'or', ids: or.messages('ids', PRINCIPAL).map(readPrincipal) };
  const not = reader.message('notId', PRINCIPAL);
  if (not !== undefined) return { kind: 'not', id: readPrincipal(not) };
  const authenticated = reader.message('authenticated', 'envoy.config.rbac.v3.Principal.Authenticated');
  if (authenticated !== undefined) {
    const principalName = stringMatcherOf(authenticated, 'principalName');
    return principalName === undefined ? { kind: 'authenticated' } : { kind: 'authenticated', principalName };
  }
  for (const kind of ['directRemoteIp', 'remoteIp', 'sourceIp'] as const) {
    const ip = reader.message(kind, 'envoy.config.core.v3.CidrRange');
    if (ip !== undefined) return { kind, cidr: readCidrRange(ip) };
  }
  const filterState = reader.message('filterState', 'envoy.type.matcher.v3.FilterStateMatcher');
  const matcher = filterState === undefined ? undefined : readFilterStateMatcher(filterState);
  return matcher?.kind === 'string' ? { kind: 'filterState', key: matcher.key, match: matcher.match } : undefined;
}

function readPolicy(name: string, reader: MessageReader): RbacPolicy {
  return {
    name,
    permissions: reader.messages('permissions', PERMISSION).map(readPermission),
    principals: reader.messages('principals', PRINCIPAL).map(readPrincipal),
    ...reader.extra(),
  };
}

function rulesOf(reader: MessageReader, field: string): RbacRules | undefined {
  const rules = reader.message(field, 'envoy.config.rbac.v3.RBAC');
  if (rules === undefined) return undefined;
  const policies = rules.entries('policies', 'envoy.config.rbac.v3.Policy');
  return {
    action: rules.choice('action', ['ALLOW', 'DENY', 'LOG']),
    policies: policies.map(([name, policy]) => readPolicy(name, policy)).sort((a, b) => compareStrings(a.name, b.name)),
    ...rules.extra(),
  };
}

/** api/envoy/extensions/filters/{http,network}/rbac/v3/rbac.proto */
export function readRbac(reader: MessageReader): RbacConfig {
  const rules = rulesOf(reader, 'rules');
  const shadowRules = rulesOf(reader, 'shadowRules');
  const shadowRulesStatPrefix = reader.text('shadowRulesStatPrefix');
  const rulesStatPrefix = reader.text('rulesStatPrefix');
  return {
    ...(rules === undefined ? {} : { rules }),
    ...(shadowRules === undefined ? {} : { shadowRules }),
    ...(shadowRulesStatPrefix === '' ? {} : { shadowRulesStatPrefix }),
    ...(rulesStatPrefix === '' ? {} : { rulesStatPrefix }),
    ...reader.extra(),
  };
}
