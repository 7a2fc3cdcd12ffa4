import type { HttpFilter } from '../http-filters';
import { readExtAuthz, readFault, readLocalRateLimit, readRateLimit } from './decode-http-filter-configs';
import { readJwtAuthn } from './decode-jwt';
import { readRbac } from './decode-rbac';
import type { AnyValue, MessageReader } from './reader';
import { TYPE } from './type-names';

type FilterConfigOf<T> = T extends { readonly kind: string } ? Omit<T, 'name' | 'disabled' | 'origin'> : never;

/** The filter's kind and configuration; its place in the chain adds the rest. */
function readConfig(config: AnyValue, reader: MessageReader): FilterConfigOf<HttpFilter> {
  switch (config.type) {
    case TYPE.faultFilter:
      return { kind: 'fault', fault: readFault(reader.open(config, config.type)) };
    case TYPE.corsFilter:
      return { kind: 'cors' };
    case TYPE.rbacFilter:
      return { kind: 'rbac', rbac: readRbac(reader.open(config, config.type)) };
    case TYPE.jwtAuthnFilter:
      return { kind: 'jwtAuthn', jwtAuthn: readJwtAuthn(reader.open(config, config.type)) };
    case TYPE.extAuthzFilter:
      return { kind: 'extAuthz', extAuthz: readExtAuthz(reader.open(config, config.type)) };
    case TYPE.localRateLimitFilter:
      return { kind: 'localRateLimit', localRateLimit: readLocalRateLimit(reader.open(config, config.type)) };
    case TYPE.rateLimitFilter:
      return { kind: 'rateLimit', rateLimit: readRateLimit(reader.open(config, config.type)) };
    case TYPE.bufferFilter: {
      const buffer = reader.open(config, config.type);
      return { kind: 'buffer', maxRequestBytes: buffer.count('maxRequestBytes'), ...buffer.extra() };
    }
    case TYPE.routerFilter: {
      const router = reader.open(config, config.type);
      return { kind: 'router', suppressEnvoyHeaders: router.flag('suppressEnvoyHeaders'), ...router.extra() };
    }
    default:
      reader.log.notSimulated(`${config.path} (${config.type})`);
      return { kind: 'opaque', typeUrl: config.typeUrl, config: config.config };
  }
}

/** An entry of `http_filters`. What the entry itself says besides its configuration has no place and stays with opaque filters only. */
export function readHttpFilter(reader: MessageReader): HttpFilter {
  const name = reader.text('name');
  const config = reader.any('typedConfig');
  const disabled = reader.flag('disabled');
  const kind = config === undefined ? undefined : readConfig(config, reader);
  const entry = reader.finish();
  const common = { name, ...(disabled ? { disabled } : {}), ...(entry === undefined ? {} : { entryExtra: entry }) };
  if (kind !== undefined) return { ...common, ...kind };
  // A filter without a configuration of its own, such as one that is discovered.
  reader.log.notSimulated(`${reader.path} (${name})`);
  return { ...common, kind: 'opaque', typeUrl: '', config: {} };
}
