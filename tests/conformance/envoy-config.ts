// Envoy's YAML and JSON as the product's own decoder reads them.
import { type DecodeResult, decodeRouteConfiguration, type HeaderMatcher, type JsonObject } from '../../src/xds';

/** The decoded value; a source that is not read is an error of the test. */
export function decodedOrThrow<T>(result: DecodeResult<T>): T {
  if (result.ok) return result.value.value;
  throw new Error(`not decoded: ${result.error.map(({ path, message }) => `${path}: ${message}`).join('; ')}`);
}

/** One header matcher, read as part of a route. */
export function decodeHeaderMatcher(json: JsonObject): HeaderMatcher {
  const route = { match: { prefix: '/', headers: [json] }, direct_response: { status: 200 } };
  const source = { virtual_hosts: [{ name: 'any', domains: ['*'], routes: [route] }] };
  const configuration = decodedOrThrow(decodeRouteConfiguration(source));
  const matcher = configuration.virtualHosts[0]?.routes[0]?.match.headers[0];
  if (matcher === undefined) throw new Error(`no header matcher in ${JSON.stringify(json)}`);
  return matcher;
}
