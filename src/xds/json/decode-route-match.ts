import type { RouteMatch } from '../routes';
import {
  headerMatchersOf,
  queryParameterMatchersOf,
  readFilterStateMatcher,
  readMetadataMatcher,
  readPathMatcher,
  readRuntimeFraction,
} from './decode-matchers';
import type { MessageReader } from './reader';

function readRouteMatch(reader: MessageReader): RouteMatch {
  const path = readPathMatcher(reader);
  if (path === undefined) reader.problem('', 'has no path specifier');
  const runtimeFraction = readRuntimeFraction(reader, 'runtimeFraction');
  const tls = reader.message('tlsContext', 'envoy.config.route.v3.RouteMatch.TlsContextMatchOptions');
  const presented = tls?.optionalFlag('presented');
  const validated = tls?.optionalFlag('validated');
  const filterState = reader.messages('filterState', 'envoy.type.matcher.v3.FilterStateMatcher');
  return {
    path: path ?? { kind: 'prefix', value: '/', caseSensitive: true },
    headers: headerMatchersOf(reader, 'headers'),
    queryParameters: queryParameterMatchersOf(reader, 'queryParameters'),
    grpc: reader.present('grpc'),
    dynamicMetadata: reader
      .messages('dynamicMetadata', 'envoy.type.matcher.v3.MetadataMatcher')
      .map(readMetadataMatcher),
    ...(runtimeFraction === undefined ? {} : { runtimeFraction }),
    ...(tls === undefined
      ? {}
      : {
          tlsContext: {
            ...(presented === undefined ? {} : { presented }),
            ...(validated === undefined ? {} : { validated }),
          },
        }),
    ...(filterState.length === 0
      ? {}
      : { filterState: filterState.flatMap((matcher) => readFilterStateMatcher(matcher) ?? []) }),
    ...reader.extra(),
  };
}

/** The match of a rule that is shaped like a route, which every message with a RouteMatch field requires. */
export function routeMatchOf(reader: MessageReader, field: string): RouteMatch {
  const match = reader.message(field, 'envoy.config.route.v3.RouteMatch');
  if (match !== undefined) return readRouteMatch(match);
  reader.problem(field, 'is required');
  return {
    path: { kind: 'prefix', value: '/', caseSensitive: true },
    headers: [],
    queryParameters: [],
    grpc: false,
    dynamicMetadata: [],
  };
}
