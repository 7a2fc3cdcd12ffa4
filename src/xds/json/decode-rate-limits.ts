import type { RateLimitAction, RateLimitPolicy } from '../rate-limits';
import { headerMatchersOf } from './decode-matchers';
import type { MessageReader } from './reader';

/** api/envoy/config/route/v3/route_components.proto RateLimit.Action */
function readAction(reader: MessageReader): RateLimitAction {
  if (reader.present('sourceCluster')) return { kind: 'sourceCluster' };
  if (reader.present('destinationCluster')) return { kind: 'destinationCluster' };
  if (reader.present('remoteAddress')) return { kind: 'remoteAddress' };
  const headers = reader.message('requestHeaders', 'envoy.config.route.v3.RateLimit.Action.RequestHeaders');
  if (headers !== undefined) {
    return {
      kind: 'requestHeaders',
      headerName: headers.text('headerName'),
      descriptorKey: headers.text('descriptorKey'),
      skipIfAbsent: headers.flag('skipIfAbsent'),
    };
  }
  const generic = reader.message('genericKey', 'envoy.config.route.v3.RateLimit.Action.GenericKey');
  if (generic !== undefined) {
    return {
      kind: 'genericKey',
      descriptorKey: generic.text('descriptorKey') || 'generic_key',
      descriptorValue: generic.text('descriptorValue'),
    };
  }
  const match = reader.message('headerValueMatch', 'envoy.config.route.v3.RateLimit.Action.HeaderValueMatch');
  if (match !== undefined) {
    return {
      kind: 'headerValueMatch',
      descriptorKey: match.text('descriptorKey') || 'header_match',
      descriptorValue: match.text('descriptorValue'),
      expectMatch: match.optionalFlag('expectMatch') ?? true,
      headers: headerMatchersOf(match, 'headers'),
    };
  }
  return { kind: 'opaque', config: reader.finish() ?? {} };
}

export function rateLimitsOf(reader: MessageReader, field: string): RateLimitPolicy[] {
  return reader.messages(field, 'envoy.config.route.v3.RateLimit').map((policy) => ({
    stage: policy.count('stage'),
    disableKey: policy.text('disableKey'),
    actions: policy.messages('actions', 'envoy.config.route.v3.RateLimit.Action').map((action) => {
      const decoded = readAction(action);
      if (decoded.kind !== 'opaque') action.finish();
      return decoded;
    }),
    ...policy.extra(),
  }));
}
