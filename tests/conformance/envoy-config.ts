// Envoy's YAML and JSON as the product's own decoder reads them.

import type { HeaderMatcher, JsonObject, RouteConfiguration } from '../../src/xds';
import { readHeaderMatcher } from '../../src/xds/json/decode-matchers';
import { readRouteConfiguration } from '../../src/xds/json/decode-routes';
import { DecodeLog, MessageReader } from '../../src/xds/json/reader';

export interface DecodedRoutes {
  readonly configuration: RouteConfiguration;
  readonly problems: readonly string[];
}

export function decodeRoutes(value: JsonObject, validateByDefault: boolean): DecodedRoutes {
  const log = new DecodeLog();
  const reader = new MessageReader(log, value, '', 'envoy.config.route.v3.RouteConfiguration');
  const configuration = readRouteConfiguration(reader, validateByDefault);
  return { configuration, problems: log.problems.map(({ path, message }) => `${path}: ${message}`) };
}

export function decodeHeaderMatcher(value: JsonObject): HeaderMatcher {
  return readHeaderMatcher(new MessageReader(new DecodeLog(), value, ''));
}
