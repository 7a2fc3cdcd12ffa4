import type { HttpFilterOverride } from '../http-filters';
import { readFault, readLocalRateLimit } from './decode-http-filter-configs';
import { readRbac } from './decode-rbac';
import { readCorsPolicy } from './decode-retry';
import type { AnyValue, MessageReader } from './reader';
import { TYPE } from './type-names';

function readOverride(name: string, config: AnyValue, reader: MessageReader): HttpFilterOverride {
  switch (config.type) {
    case TYPE.faultFilter:
      return { kind: 'fault', name, fault: readFault(reader.open(config, config.type)) };
    case TYPE.corsPolicy:
      return { kind: 'cors', name, corsPolicy: readCorsPolicy(reader.open(config, config.type)) };
    case TYPE.localRateLimitFilter:
      return { kind: 'localRateLimit', name, localRateLimit: readLocalRateLimit(reader.open(config, config.type)) };
    case TYPE.rbacPerRoute: {
      const rbac = reader.open(config, config.type).message('rbac', TYPE.rbacFilter);
      // Without rules the filter does nothing on this route: api/envoy/extensions/filters/http/rbac/v3/rbac.proto RBACPerRoute
      return { kind: 'rbac', name, rbac: rbac === undefined ? {} : readRbac(rbac) };
    }
    case TYPE.jwtAuthnPerRoute: {
      const perRoute = reader.open(config, config.type);
      const requirementName = perRoute.optionalText('requirementName');
      const disabled = perRoute.flag('disabled');
      perRoute.finish();
      return { kind: 'jwtAuthn', name, disabled, ...(requirementName === undefined ? {} : { requirementName }) };
    }
    case TYPE.filterConfig:
      return readFilterConfig(name, config, reader);
    default:
      reader.log.notSimulated(`${config.path} (${config.type})`);
      return { kind: 'opaque', name, typeUrl: config.typeUrl, config: config.config };
  }
}

/** api/envoy/config/route/v3/route_components.proto FilterConfig: a wrapper that can switch the filter off. */
function readFilterConfig(name: string, config: AnyValue, reader: MessageReader): HttpFilterOverride {
  const wrapper = reader.open(config, TYPE.filterConfig);
  if (wrapper.optionalFlag('disabled') === true) {
    wrapper.finish();
    return { kind: 'disabled', name };
  }
  const inner = wrapper.has('isOptional') ? undefined : wrapper.any('config');
  if (inner !== undefined) return readOverride(name, inner, wrapper);
  reader.log.notSimulated(`${config.path} (${config.type})`);
  return { kind: 'opaque', name, typeUrl: config.typeUrl, config: config.config };
}

/** `typed_per_filter_config`: overrides by the filter's name in the chain. */
export function filterOverridesOf(reader: MessageReader, field: string): HttpFilterOverride[] {
  const overrides: HttpFilterOverride[] = [];
  for (const [name, value] of Object.entries(reader.object(field) ?? {})) {
    const path = `${reader.pathOf(field)}["${name}"]`;
    const config = reader.anyAt(value, path);
    if (config !== undefined) overrides.push(readOverride(name, config, reader));
  }
  return overrides;
}
