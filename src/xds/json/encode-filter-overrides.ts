import { assertNever } from '../../base';
import type { HttpFilterOverride } from '../http-filters';
import type { JsonObject } from '../json-value';
import { encodeFault, encodeLocalRateLimit } from './encode-http-filter-configs';
import { encodeRbac } from './encode-rbac';
import { encodeCorsPolicy } from './encode-retry';
import { TYPE } from './type-names';
import { any, anyOf, flag, message } from './writer';

function encodeOverride(override: HttpFilterOverride): JsonObject {
  switch (override.kind) {
    case 'disabled':
      return any(TYPE.filterConfig, { disabled: true });
    case 'fault':
      return any(TYPE.faultFilter, encodeFault(override.fault));
    case 'cors':
      return any(TYPE.corsPolicy, encodeCorsPolicy(override.corsPolicy));
    case 'rbac': {
      const rbac = encodeRbac(override.rbac);
      return any(TYPE.rbacPerRoute, Object.keys(rbac).length === 0 ? {} : { rbac });
    }
    case 'localRateLimit':
      return any(TYPE.localRateLimitFilter, encodeLocalRateLimit(override.localRateLimit));
    case 'jwtAuthn':
      return any(
        TYPE.jwtAuthnPerRoute,
        message({ disabled: flag(override.disabled), requirementName: override.requirementName }),
      );
    case 'opaque':
      return anyOf(override.typeUrl, override.config);
    default:
      return assertNever(override);
  }
}

/** The map `typed_per_filter_config`. */
export function filterOverrideFields(overrides: readonly HttpFilterOverride[] | undefined): JsonObject | undefined {
  if (overrides === undefined || overrides.length === 0) return undefined;
  return Object.fromEntries(overrides.map((override) => [override.name, encodeOverride(override)]));
}
