import { assertNever, combineHash64, compareStrings, type Hash64, hash64ToHex, xxHash64 } from '../../../base';
import type { HashPolicy, HashPolicyKind, SocketAddress } from '../../../xds';
import type { CompiledRegex } from './compiled-regex';
import { type ConnectionInfo, type RequestView, requestHeaderValues } from './http-message';
import { parseQueryParameters, regexOrRefuse } from './matchers';

export interface CompiledHashPolicy {
  readonly source: HashPolicy;
  /** Rewrites each header value before it is hashed. */
  readonly regex: CompiledRegex | undefined;
}

/** A cookie that the proxy makes up to keep a client on one host. */
export interface GeneratedCookie {
  readonly name: string;
  readonly value: string;
  /** The whole set-cookie header value for the response. */
  readonly setCookie: string;
}

export interface HashResult {
  /** Undefined: no policy gave a hash, so the balancer draws at random. */
  readonly hash: Hash64 | undefined;
  readonly cookies: readonly GeneratedCookie[];
}

export function compileHashPolicies(policies: readonly HashPolicy[]): readonly CompiledHashPolicy[] {
  return policies.map((source) => {
    const rewrite = source.policy.kind === 'header' ? source.policy.regexRewrite : undefined;
    return { source, regex: rewrite === undefined ? undefined : regexOrRefuse(rewrite.regex) };
  });
}

/** Value of a request cookie; empty when absent. */
// envoyproxy/envoy source/common/http/utility.cc Utility::parseCookieValue
export function cookieValue(request: RequestView, name: string): string {
  for (const header of request.headers.getAll('cookie')) {
    for (const pair of header.split(';')) {
      const equal = pair.indexOf('=');
      if (equal < 0 || pair.slice(0, equal).trim() !== name) continue;
      const value = pair.slice(equal + 1).trim();
      return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
    }
  }
  return '';
}

function addressText(address: SocketAddress): string {
  const host = address.address.includes(':') ? `[${address.address}]` : address.address;
  return `${host}:${address.port}`;
}

type CookiePolicy = Extract<HashPolicyKind, { kind: 'cookie' }>;

const NS_PER_SECOND = 1_000_000_000;

/** The same for every stream of a connection, so that requests that race receive one cookie. */
// envoyproxy/envoy source/common/router/router.h Filter::addDownstreamSetCookie
function generateCookie(policy: CookiePolicy, connection: ConnectionInfo): GeneratedCookie {
  const value = hash64ToHex(xxHash64(addressText(connection.remoteAddress) + addressText(connection.localAddress)));
  const maxAgeSeconds = Math.floor((policy.ttlNs ?? 0) / NS_PER_SECOND);
  let setCookie = `${policy.name}="${value}"`;
  if (maxAgeSeconds !== 0) setCookie += `; Max-Age=${maxAgeSeconds}`;
  if (policy.path !== undefined && policy.path !== '') setCookie += `; Path=${policy.path}`;
  for (const attribute of policy.attributes ?? []) {
    setCookie += attribute.value === '' ? `; ${attribute.name}` : `; ${attribute.name}=${attribute.value}`;
  }
  return { name: policy.name, value, setCookie: `${setCookie}; HttpOnly` };
}

function hashCookie(
  policy: CookiePolicy,
  request: RequestView,
  connection: ConnectionInfo,
  cookies: GeneratedCookie[],
): Hash64 | undefined {
  const existing = cookieValue(request, policy.name);
  if (existing !== '') return xxHash64(existing);
  if (policy.ttlNs === undefined) return undefined;
  const cookie = generateCookie(policy, connection);
  cookies.push(cookie);
  return xxHash64(cookie.value);
}

/** Values are sorted, so that their order does not matter; the hash of one is the seed of the next. */
// envoyproxy/envoy source/common/http/hash_policy.cc HeaderHashMethod, source/common/common/hash.cc HashUtil::xxHash64
function hashHeader(compiled: CompiledHashPolicy, name: string, request: RequestView): Hash64 | undefined {
  const { source, regex } = compiled;
  let values = requestHeaderValues(request, name.toLowerCase());
  if (values.length === 0) return undefined;
  const rewrite = source.policy.kind === 'header' ? source.policy.regexRewrite : undefined;
  if (regex !== undefined && rewrite !== undefined) {
    values = values.map((value) => regex.replaceAll(value, rewrite.substitution));
  }
  let hash: Hash64 | undefined;
  for (const value of [...values].sort(compareStrings)) hash = xxHash64(value, hash);
  return hash;
}

function hashOne(
  compiled: CompiledHashPolicy,
  request: RequestView,
  connection: ConnectionInfo,
  cookies: GeneratedCookie[],
): Hash64 | undefined {
  const { policy } = compiled.source;
  switch (policy.kind) {
    case 'header':
      return hashHeader(compiled, policy.headerName, request);
    case 'cookie':
      return hashCookie(policy, request, connection, cookies);
    case 'sourceIp':
      return connection.remoteAddress.address === '' ? undefined : xxHash64(connection.remoteAddress.address);
    case 'queryParameter': {
      const value = parseQueryParameters(request.path).get(policy.name);
      return value === undefined ? undefined : xxHash64(value);
    }
    case 'filterState': {
      const value = connection.filterState?.get(policy.key);
      return value === undefined ? undefined : xxHash64(value);
    }
    default:
      return assertNever(policy);
  }
}

/** Combines the policies in order by rotating and xor-ing; a terminal policy ends the list once there is a hash. */
// envoyproxy/envoy source/common/http/hash_policy.cc HashPolicyImpl::generateHash
export function generateHash(
  policies: readonly CompiledHashPolicy[],
  request: RequestView,
  connection: ConnectionInfo,
): HashResult {
  let hash: Hash64 | undefined;
  const cookies: GeneratedCookie[] = [];
  for (const policy of policies) {
    const next = hashOne(policy, request, connection, cookies);
    if (next !== undefined) hash = hash === undefined ? next : combineHash64(hash, next);
    if (policy.source.terminal && hash !== undefined) break;
  }
  return { hash, cookies };
}
