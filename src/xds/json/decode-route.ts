import type { DirectResponseAction, RedirectAction, Route, RouteActionKind } from '../routes';
import { base64ToText } from './base64';
import { filterOverridesOf } from './decode-filter-overrides';
import { readHeaderMutations, readRegexRewrite } from './decode-matchers';
import { metadataOf } from './decode-metadata';
import { readRouteAction } from './decode-route-action';
import { routeMatchOf } from './decode-route-match';
import type { MessageReader } from './reader';

const REDIRECT_CODES = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
} as const;

function readRedirectPath(reader: MessageReader): RedirectAction['path'] {
  reader.oneOf(['pathRedirect', 'prefixRewrite', 'regexRewrite']);
  const path = reader.optionalText('pathRedirect');
  if (path !== undefined) return { kind: 'path', value: path };
  const prefix = reader.optionalText('prefixRewrite');
  if (prefix !== undefined) return { kind: 'prefixRewrite', value: prefix };
  const regex = reader.message('regexRewrite', 'envoy.type.matcher.v3.RegexMatchAndSubstitute');
  return regex === undefined ? undefined : { kind: 'regexRewrite', rewrite: readRegexRewrite(regex) };
}

function readRedirect(reader: MessageReader): RedirectAction {
  const path = readRedirectPath(reader);
  const host = reader.text('hostRedirect');
  const port = reader.count('portRedirect');
  const scheme = reader.optionalText('schemeRedirect');
  const code = reader.choice('responseCode', [
    'MOVED_PERMANENTLY',
    'FOUND',
    'SEE_OTHER',
    'TEMPORARY_REDIRECT',
    'PERMANENT_REDIRECT',
  ]);
  return {
    httpsRedirect: reader.flag('httpsRedirect'),
    responseCode: REDIRECT_CODES[code],
    stripQuery: reader.flag('stripQuery'),
    ...(host === '' ? {} : { hostRedirect: host }),
    ...(port === 0 ? {} : { portRedirect: port }),
    ...(scheme === undefined ? {} : { schemeRedirect: scheme }),
    ...(path === undefined ? {} : { path }),
    ...reader.extra(),
  };
}

function readDirectResponse(reader: MessageReader): DirectResponseAction {
  const status = reader.count('status');
  const body = reader.message('body', 'envoy.config.core.v3.DataSource');
  const inlineText = body?.optionalText('inlineString');
  if (inlineText !== undefined) return { status, body: inlineText, ...reader.extra() };
  const bytes = body?.optionalText('inlineBytes');
  const decoded = bytes === undefined ? undefined : base64ToText(bytes);
  if (decoded !== undefined) return { status, body: decoded, bodyForm: 'inlineBytes', ...reader.extra() };
  if (bytes !== undefined) body?.problem('inlineBytes', 'is not base64 of a UTF-8 text');
  return { status, ...reader.extra() };
}

const ACTIONS = ['route', 'redirect', 'directResponse', 'filterAction', 'nonForwardingAction'] as const;

function readAction(reader: MessageReader): RouteActionKind {
  reader.oneOf(ACTIONS);
  const route = reader.message('route', 'envoy.config.route.v3.RouteAction');
  if (route !== undefined) return { kind: 'route', route: readRouteAction(route) };
  const redirect = reader.message('redirect', 'envoy.config.route.v3.RedirectAction');
  if (redirect !== undefined) return { kind: 'redirect', redirect: readRedirect(redirect) };
  const direct = reader.message('directResponse', 'envoy.config.route.v3.DirectResponseAction');
  if (direct !== undefined) return { kind: 'directResponse', directResponse: readDirectResponse(direct) };
  if (reader.present('nonForwardingAction')) return { kind: 'nonForwarding' };
  if (!reader.has('filterAction')) reader.problem('action', 'is required');
  return { kind: 'nonForwarding' };
}

export function readRoute(reader: MessageReader): Route {
  const decoratorOperation = reader.message('decorator', 'envoy.config.route.v3.Decorator')?.text('operation');
  const metadata = metadataOf(reader, 'metadata');
  const statPrefix = reader.text('statPrefix');
  return {
    name: reader.text('name'),
    match: routeMatchOf(reader, 'match'),
    action: readAction(reader),
    headers: readHeaderMutations(reader),
    filterOverrides: filterOverridesOf(reader, 'typedPerFilterConfig'),
    ...(decoratorOperation === undefined ? {} : { decoratorOperation }),
    ...(statPrefix === '' ? {} : { statPrefix }),
    ...(metadata === undefined ? {} : { metadata }),
    ...reader.extra(),
  };
}
