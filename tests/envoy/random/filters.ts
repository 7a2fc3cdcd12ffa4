// Random HTTP filters in front of the router, and what routes say about them.
import {
  type FaultConfig,
  faultConfig,
  fractionalPercent,
  type HttpFilter,
  type HttpFilterOverride,
  localRateLimitConfig,
  type RbacConfig,
  type RbacPermission,
  type RbacPrincipal,
  rbacPolicy,
  rbacRules,
  stringMatcher,
} from '../../../src/xds';
import { S } from '../configure';
import { type Choices, headerMatcherOf } from './choices';

const FAULT = 'envoy.filters.http.fault';
export const CORS_FILTER = 'envoy.filters.http.cors';
const RBAC = 'envoy.filters.http.rbac';
const LIMIT = 'envoy.filters.http.local_ratelimit';
const ALWAYS = fractionalPercent(100);

function faultOf(choices: Choices): FaultConfig {
  return faultConfig({
    abort: choices.chance(50)
      ? { kind: 'header', percentage: ALWAYS }
      : { kind: 'httpStatus', httpStatus: choices.one([400, 418, 503]), percentage: ALWAYS },
    headers: choices.list(1 + choices.below(2), () => headerMatcherOf(choices)),
  });
}

function permissionOf(choices: Choices, depth = 0): RbacPermission {
  switch (choices.below(depth < 2 ? 7 : 4)) {
    case 0:
      return { kind: 'any' };
    case 1:
      return { kind: 'urlPath', path: stringMatcher('prefix', choices.one(['/shop', '/api', '/a/'])) };
    case 2:
      return { kind: 'urlPath', path: stringMatcher('exact', choices.one(['/shop', '/api/v2'])) };
    case 3:
      return { kind: 'header', header: headerMatcherOf(choices) };
    case 4:
      return { kind: 'not', rule: permissionOf(choices, depth + 1) };
    case 5:
      return { kind: 'and', rules: choices.list(2, () => permissionOf(choices, depth + 1)) };
    default:
      return { kind: 'or', rules: choices.list(2, () => permissionOf(choices, depth + 1)) };
  }
}

function principalOf(choices: Choices): RbacPrincipal {
  const draw = choices.below(4);
  if (draw === 0) return { kind: 'header', header: headerMatcherOf(choices) };
  if (draw === 1) return { kind: 'not', id: { kind: 'header', header: headerMatcherOf(choices) } };
  return { kind: 'any' };
}

function rbacOf(choices: Choices): RbacConfig {
  const policies = choices.list(1 + choices.below(3), (index) =>
    rbacPolicy({
      name: `${choices.one(['z', 'a', 'M'])} ${index}`,
      permissions: choices.list(1 + choices.below(2), () => permissionOf(choices)),
      principals: [principalOf(choices)],
    }),
  );
  return { rules: rbacRules({ action: choices.one(['ALLOW', 'DENY', 'DENY']), policies }) };
}

/** A bucket that is not filled again before the end. */
function limitFilterOf(choices: Choices): HttpFilter {
  const maxTokens = 2 + choices.below(8);
  const tokenBucket = { maxTokens, tokensPerFill: maxTokens, fillIntervalNs: 10_000 * S };
  const localRateLimit = localRateLimitConfig({
    statPrefix: 'limit',
    tokenBucket,
    filterEnabled: ALWAYS,
    filterEnforced: ALWAYS,
    ...choices.maybe(40, () => ({ status: choices.one([429, 503, 400]) })),
  });
  return { kind: 'localRateLimit', name: LIMIT, localRateLimit };
}

/** Each filter is there in some of the cases, in any order. */
export function filtersOf(choices: Choices): readonly HttpFilter[] {
  const filters: readonly (readonly [percent: number, make: () => HttpFilter])[] = [
    [25, () => ({ kind: 'fault', name: FAULT, fault: faultOf(choices) })],
    [30, () => ({ kind: 'cors', name: CORS_FILTER })],
    [25, () => ({ kind: 'rbac', name: RBAC, rbac: rbacOf(choices) })],
    [15, () => limitFilterOf(choices)],
  ];
  return choices.shuffled(filters.flatMap(([percent, make]) => (choices.chance(percent) ? [make()] : [])));
}

export function overrideOf(choices: Choices): readonly HttpFilterOverride[] {
  const draw = choices.below(100);
  if (draw < 5) return [{ kind: 'fault', name: FAULT, fault: faultOf(choices) }];
  if (draw < 10) return [{ kind: 'rbac', name: RBAC, rbac: rbacOf(choices) }];
  if (draw < 13) return [{ kind: 'rbac', name: RBAC, rbac: {} }];
  if (draw < 16) return [{ kind: 'disabled', name: choices.one([FAULT, RBAC, LIMIT]) }];
  return [];
}

/** What requests say to the fault filter. */
export function faultHeadersOf(choices: Choices): Record<string, string> {
  return choices.chance(15) ? { 'x-envoy-fault-abort-request': choices.one(['400', '503', '999', 'abc']) } : {};
}

export const CORS_ORIGINS = ['https://shop.example', 'https://elsewhere.example', 'http://shop.example'] as const;
