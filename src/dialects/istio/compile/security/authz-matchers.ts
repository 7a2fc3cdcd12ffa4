import {
  type HeaderMatcher,
  headerMatcher,
  type MetadataMatcher,
  type MetadataValueMatcher,
  regexMatcher,
  type StringMatcher,
  stringMatcher,
} from '../../../../xds';

/**
 * How values of policies become matchers: `*` at the start or the end stands for anything, alone for anything but nothing.
 * istio/istio pilot/pkg/security/authz/matcher
 */

const JWT_FILTER = 'envoy.filters.http.jwt_authn';
const JWT_PAYLOAD = 'payload';
const SPIFFE_PREFIX = 'spiffe://';

export const NOT_EMPTY: StringMatcher = regexMatcher('.+');

/** Escapes what Go's regexp.QuoteMeta escapes. */
export function quoteRegex(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

/** istio/istio pilot/pkg/security/authz/matcher/string.go (StringMatcher) */
export function wildcardMatcher(value: string): StringMatcher {
  if (value === '*') return NOT_EMPTY;
  if (value.startsWith('*')) return stringMatcher('suffix', value.slice(1));
  if (value.endsWith('*')) return stringMatcher('prefix', value.slice(0, -1));
  return stringMatcher('exact', value);
}

/** A principal as it stands in a certificate. istio/istio pilot/pkg/security/authz/matcher/string.go (StringMatcherWithPrefix) */
export function principalMatcher(value: string): StringMatcher {
  if (value === '*') return NOT_EMPTY;
  if (value.startsWith('*')) return regexMatcher(`${SPIFFE_PREFIX}.*${quoteRegex(value.slice(1))}`);
  if (value.endsWith('*')) return stringMatcher('prefix', `${SPIFFE_PREFIX}${value.slice(0, -1)}`);
  return stringMatcher('exact', `${SPIFFE_PREFIX}${value}`);
}

/** istio/istio pilot/pkg/security/authz/model/generator.go (srcNamespaceGenerator) */
export function namespaceMatcher(value: string): StringMatcher {
  return regexMatcher(`.*/ns/${value.split('*').map(quoteRegex).join('.*')}/.*`);
}

/**
 * A service account, of the policy's namespace unless it names one.
 * istio/istio pilot/pkg/security/authz/model/generator.go (serviceAccountRegex)
 */
export function serviceAccountMatcher(value: string, policyNamespace: string): StringMatcher {
  const slash = value.indexOf('/');
  const namespace = slash < 0 ? policyNamespace : value.slice(0, slash);
  const account = slash < 0 ? value : value.slice(slash + 1);
  return regexMatcher(`${SPIFFE_PREFIX}.+/ns/${quoteRegex(namespace)}/(.+/|)sa/${quoteRegex(account)}(/.+)?`);
}

/** istio/istio pilot/pkg/security/authz/model/generator.go (srcTrustDomainGenerator) */
export function trustDomainMatcher(value: string): StringMatcher {
  if (value === '*') return stringMatcher('prefix', SPIFFE_PREFIX);
  const star = value.indexOf('*');
  if (star < 0) return stringMatcher('prefix', `${SPIFFE_PREFIX}${value}/`);
  return regexMatcher(
    `${SPIFFE_PREFIX}${quoteRegex(value.slice(0, star))}[^/]*${quoteRegex(value.slice(star + 1))}/.*`,
  );
}

/** istio/istio pilot/pkg/security/authz/matcher/header.go (HeaderMatcher, HostMatcher) */
export function headerValueMatcher(name: string, value: string, ignoreCase = false): HeaderMatcher {
  if (value === '*') return headerMatcher(name, { kind: 'present', present: true });
  const matcher = wildcardMatcher(value);
  return headerMatcher(name, matcher.kind === 'safeRegex' ? matcher : { ...matcher, ignoreCase });
}

/** One value stands alone, several become alternatives. */
export function anyValue(values: readonly MetadataValueMatcher[]): MetadataValueMatcher {
  const [first] = values;
  return values.length === 1 && first !== undefined ? first : { kind: 'or', any: values };
}

export function textValue(match: StringMatcher): MetadataValueMatcher {
  return { kind: 'string', match };
}

export function metadataMatcher(filter: string, path: readonly string[], value: MetadataValueMatcher): MetadataMatcher {
  return { filter, path, value, invert: false };
}

/** A claim of a verified token that is a text. */
export function claimMatcher(claim: string, match: StringMatcher): MetadataMatcher {
  return metadataMatcher(JWT_FILTER, [JWT_PAYLOAD, claim], textValue(match));
}

/**
 * A claim that is a text or a list of texts, possibly inside other claims.
 * istio/istio pilot/pkg/security/authz/matcher/metadata.go (MetadataListValueMatcher)
 */
export function claimListMatcher(claims: readonly string[], values: readonly string[]): MetadataMatcher {
  const value = anyValue(values.map((text) => textValue(wildcardMatcher(text))));
  return metadataMatcher(JWT_FILTER, [JWT_PAYLOAD, ...claims], {
    kind: 'or',
    any: [{ kind: 'listOneOf', match: value }, value],
  });
}
