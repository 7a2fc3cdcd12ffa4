import { assertNever } from '../../base';
import type { RbacConfig, RbacPermission, RbacPolicy, RbacPrincipal, RbacRules } from '../http-filters';
import type { JsonObject } from '../json-value';
import { encodeCidrRange, encodeHeaderMatcher, encodeMetadataMatcher, encodeStringMatcher } from './encode-matchers';
import { TYPE } from './type-names';
import { count, each, extension, message, text, unless } from './writer';

/** The name that istiod gives the extension; Envoy goes by the type. istio/istio pilot/pkg/security/authz/matcher/template.go */
const URI_TEMPLATE_NAME = 'uri-template';

type RbacCommon = Extract<RbacPermission, { readonly kind: 'any' | 'header' | 'urlPath' | 'metadata' | 'opaque' }>;

function encodeCommon(rule: RbacCommon): JsonObject {
  switch (rule.kind) {
    case 'any':
      return { any: true };
    case 'header':
      return { header: encodeHeaderMatcher(rule.header) };
    case 'urlPath':
      return { urlPath: { path: encodeStringMatcher(rule.path) } };
    case 'metadata':
      return { metadata: encodeMetadataMatcher(rule.metadata) };
    case 'opaque':
      return rule.config;
    default:
      return assertNever(rule);
  }
}

function encodePermission(rule: RbacPermission): JsonObject {
  switch (rule.kind) {
    case 'and':
      return { andRules: { rules: rule.rules.map(encodePermission) } };
    case 'or':
      return { orRules: { rules: rule.rules.map(encodePermission) } };
    case 'not':
      return { notRule: encodePermission(rule.rule) };
    case 'uriTemplate':
      return { uriTemplate: extension(URI_TEMPLATE_NAME, TYPE.uriTemplateMatch, { pathTemplate: rule.template }) };
    case 'destinationPort':
      return { destinationPort: rule.port };
    case 'destinationPortRange':
      return { destinationPortRange: message({ start: count(rule.start), end: count(rule.end) }) };
    case 'destinationIp':
      return { destinationIp: encodeCidrRange(rule.cidr) };
    case 'requestedServerName':
      return { requestedServerName: encodeStringMatcher(rule.name) };
    default:
      return encodeCommon(rule);
  }
}

function encodePrincipal(id: RbacPrincipal): JsonObject {
  switch (id.kind) {
    case 'and':
      return { andIds: { ids: id.ids.map(encodePrincipal) } };
    case 'or':
      return { orIds: { ids: id.ids.map(encodePrincipal) } };
    case 'not':
      return { notId: encodePrincipal(id.id) };
    case 'authenticated':
      return {
        authenticated: message({ principalName: id.principalName && encodeStringMatcher(id.principalName) }),
      };
    case 'filterState':
      return { filterState: { key: id.key, stringMatch: encodeStringMatcher(id.match) } };
    case 'directRemoteIp':
    case 'remoteIp':
    case 'sourceIp':
      return { [id.kind]: encodeCidrRange(id.cidr) };
    default:
      return encodeCommon(id);
  }
}

function encodePolicy(policy: RbacPolicy): JsonObject {
  return message(
    {
      permissions: each(policy.permissions, encodePermission),
      principals: each(policy.principals, encodePrincipal),
    },
    policy.extra,
  );
}

function encodeRules(rules: RbacRules): JsonObject {
  const policies = Object.fromEntries(rules.policies.map((policy) => [policy.name, encodePolicy(policy)]));
  return message(
    {
      action: unless<string>(rules.action, 'ALLOW'),
      policies: rules.policies.length === 0 ? undefined : policies,
    },
    rules.extra,
  );
}

/** `envoy.extensions.filters.{http,network}.rbac.v3.RBAC` */
export function encodeRbac(rbac: RbacConfig): JsonObject {
  return message(
    {
      rules: rbac.rules && encodeRules(rbac.rules),
      rulesStatPrefix: text(rbac.rulesStatPrefix),
      shadowRules: rbac.shadowRules && encodeRules(rbac.shadowRules),
      shadowRulesStatPrefix: text(rbac.shadowRulesStatPrefix),
    },
    rbac.extra,
  );
}
