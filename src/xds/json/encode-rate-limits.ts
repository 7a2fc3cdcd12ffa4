import { assertNever } from '../../base';
import type { JsonObject } from '../json-value';
import type { RateLimitAction, RateLimitPolicy } from '../rate-limits';
import { encodeHeaderMatcher } from './encode-matchers';
import { count, each, flag, message, text, unless } from './writer';

function encodeAction(action: RateLimitAction): JsonObject {
  switch (action.kind) {
    case 'sourceCluster':
    case 'destinationCluster':
    case 'remoteAddress':
      return { [action.kind]: {} };
    case 'requestHeaders':
      return {
        requestHeaders: message({
          headerName: action.headerName,
          descriptorKey: action.descriptorKey,
          skipIfAbsent: flag(action.skipIfAbsent),
        }),
      };
    case 'genericKey':
      return {
        genericKey: message({
          descriptorValue: text(action.descriptorValue),
          descriptorKey: unless<string>(action.descriptorKey, 'generic_key'),
        }),
      };
    case 'headerValueMatch':
      return {
        headerValueMatch: message({
          descriptorKey: unless<string>(action.descriptorKey, 'header_match'),
          descriptorValue: text(action.descriptorValue),
          expectMatch: unless<boolean>(action.expectMatch, true),
          headers: each(action.headers, encodeHeaderMatcher),
        }),
      };
    case 'opaque':
      return action.config;
    default:
      return assertNever(action);
  }
}

export function encodeRateLimit(policy: RateLimitPolicy): JsonObject {
  return message(
    {
      stage: count(policy.stage),
      disableKey: text(policy.disableKey),
      actions: each(policy.actions, encodeAction),
    },
    policy.extra,
  );
}
