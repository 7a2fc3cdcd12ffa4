import { assertNever } from '../../base';
import type { HttpFilter } from '../http-filters';
import type { JsonObject } from '../json-value';
import {
  encodeBuffer,
  encodeExtAuthz,
  encodeFault,
  encodeLocalRateLimit,
  encodeRateLimitFilter,
} from './encode-http-filter-configs';
import { encodeJwtAuthn } from './encode-jwt';
import { encodeRbac } from './encode-rbac';
import { TYPE } from './type-names';
import { any, anyOf, flag, message } from './writer';

function encodeConfig(filter: HttpFilter): JsonObject | undefined {
  switch (filter.kind) {
    case 'fault':
      return any(TYPE.faultFilter, encodeFault(filter.fault));
    case 'cors':
      return any(TYPE.corsFilter, filter.extra);
    case 'rbac':
      return any(TYPE.rbacFilter, encodeRbac(filter.rbac));
    case 'jwtAuthn':
      return any(TYPE.jwtAuthnFilter, encodeJwtAuthn(filter.jwtAuthn));
    case 'extAuthz':
      return any(TYPE.extAuthzFilter, encodeExtAuthz(filter.extAuthz));
    case 'localRateLimit':
      return any(TYPE.localRateLimitFilter, encodeLocalRateLimit(filter.localRateLimit));
    case 'rateLimit':
      return any(TYPE.rateLimitFilter, encodeRateLimitFilter(filter.rateLimit));
    case 'buffer':
      return any(TYPE.bufferFilter, encodeBuffer(filter.maxRequestBytes, filter.extra));
    case 'router':
      return any(TYPE.routerFilter, message({ suppressEnvoyHeaders: flag(filter.suppressEnvoyHeaders) }, filter.extra));
    case 'opaque':
      return filter.typeUrl === '' ? undefined : anyOf(filter.typeUrl, filter.config);
    default:
      return assertNever(filter);
  }
}

/** An entry of `http_filters`. */
export function encodeHttpFilter(filter: HttpFilter): JsonObject {
  return message(
    { name: filter.name, typedConfig: encodeConfig(filter), disabled: flag(filter.disabled) },
    filter.entryExtra,
  );
}
