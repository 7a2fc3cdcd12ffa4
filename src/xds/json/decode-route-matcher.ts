import type { RouteMatcher, RouteMatchInput, RouteMatchPredicate, RouteOnMatch } from '../routes';
import { stringMatcherOf } from './decode-matchers';
import { readRoute } from './decode-route';
import type { MessageReader } from './reader';
import { TYPE } from './type-names';

/** Matcher trees of virtual hosts: cncf/xds xds/type/matcher/v3/matcher.proto, source/common/router/config_impl.cc */

function inputOf(reader: MessageReader): RouteMatchInput {
  const input = reader.message('input', 'envoy.config.core.v3.TypedExtensionConfig');
  const name = input?.text('name') ?? '';
  const config = input?.any('typedConfig');
  if (config?.type === TYPE.requestHeaderInput) {
    return { kind: 'requestHeader', headerName: reader.open(config).text('headerName').toLowerCase() };
  }
  return { kind: 'other', name, typeUrl: config?.typeUrl ?? '', config: config?.config ?? {} };
}

function readPredicate(reader: MessageReader): RouteMatchPredicate {
  const single = reader.message('singlePredicate');
  if (single?.has('valueMatch')) {
    const input = inputOf(single);
    const match = stringMatcherOf(single, 'valueMatch');
    if (match !== undefined) return { kind: 'single', input, match };
  }
  const and = reader.message('andMatcher');
  if (and !== undefined) return { kind: 'and', predicates: and.messages('predicate').map(readPredicate) };
  const or = reader.message('orMatcher');
  if (or !== undefined) return { kind: 'or', predicates: or.messages('predicate').map(readPredicate) };
  const not = reader.message('notMatcher');
  if (not !== undefined) return { kind: 'not', predicate: readPredicate(not) };
  return { kind: 'opaque', config: reader.finish() ?? {} };
}

function readOnMatch(reader: MessageReader): RouteOnMatch {
  const nested = reader.message('matcher');
  if (nested !== undefined) return { kind: 'matcher', matcher: readRouteMatcher(nested) };
  const action = reader.object('action');
  const extension = action === undefined ? undefined : reader.child('action', action);
  const config = extension?.any('typedConfig');
  if (config?.type === TYPE.route) return { kind: 'route', route: readRoute(reader.open(config, config.type)) };
  if (config?.type === TYPE.routeList) {
    const list = reader.open(config).messages('routes', TYPE.route);
    return { kind: 'routeList', routes: list.map(readRoute) };
  }
  reader.log.notSimulated(`${reader.pathOf('action')} (${config?.type ?? 'no action'})`);
  return { kind: 'opaque', config: action === undefined ? {} : { action } };
}

function onNoMatchOf(reader: MessageReader): { readonly onNoMatch?: RouteOnMatch } {
  const onNoMatch = reader.message('onNoMatch');
  return onNoMatch === undefined ? {} : { onNoMatch: readOnMatch(onNoMatch) };
}

export function readRouteMatcher(reader: MessageReader): RouteMatcher {
  const list = reader.message('matcherList');
  if (list !== undefined) {
    const matchers = list.messages('matchers').map((item) => {
      const predicate = item.message('predicate');
      const onMatch = item.message('onMatch');
      return {
        predicate: predicate === undefined ? { kind: 'opaque' as const, config: {} } : readPredicate(predicate),
        onMatch: onMatch === undefined ? { kind: 'opaque' as const, config: {} } : readOnMatch(onMatch),
      };
    });
    return { kind: 'list', matchers, ...onNoMatchOf(reader) };
  }
  const tree = reader.message('matcherTree');
  for (const [field, kind] of [
    ['exactMatchMap', 'exactMap'],
    ['prefixMatchMap', 'prefixMap'],
  ] as const) {
    const map = tree?.message(field);
    if (tree === undefined || map === undefined) continue;
    const entries = map.entries('map').map(([key, item]) => ({ key, onMatch: readOnMatch(item) }));
    return { kind, input: inputOf(tree), entries, ...onNoMatchOf(reader) };
  }
  return { kind: 'opaque', config: reader.finish() ?? {} };
}
