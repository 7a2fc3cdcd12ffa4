import { assertNever } from '../../../base';
import type { PathMatcher } from '../../../xds';
import type { CompiledRegex } from './compiled-regex';
import { pathWithoutQuery, type RequestView } from './http-message';
import { regexOrRefuse } from './matchers';
import { type CompiledUriTemplate, compileUriTemplate } from './uri-template';

export interface CompiledPathMatcher {
  readonly source: PathMatcher;
  /** Value to compare with, lower-cased where case does not matter. */
  readonly value: string;
  readonly ignoreCase: boolean;
  readonly regex: CompiledRegex | undefined;
  readonly template: CompiledUriTemplate | undefined;
}

export function compilePathMatcher(source: PathMatcher): CompiledPathMatcher {
  switch (source.kind) {
    case 'prefix':
    case 'path':
    case 'pathSeparatedPrefix': {
      const ignoreCase = !source.caseSensitive;
      const value = ignoreCase ? source.value.toLowerCase() : source.value;
      return { source, value, ignoreCase, regex: undefined, template: undefined };
    }
    case 'safeRegex':
      return { source, value: '', ignoreCase: false, regex: regexOrRefuse(source.regex), template: undefined };
    case 'uriTemplate': {
      const template = compileUriTemplate(source.template);
      return { source, value: '', ignoreCase: false, regex: template.regex, template };
    }
    case 'connect':
      return { source, value: '', ignoreCase: false, regex: undefined, template: undefined };
    default:
      return assertNever(source);
  }
}

const CONNECT_UDP = 'connect-udp';

// envoyproxy/envoy source/common/http/header_utility.cc isConnect, isConnectUdpRequest
function isConnectRequest(request: RequestView): boolean {
  return request.method === 'CONNECT' || request.headers.first('upgrade')?.toLowerCase() === CONNECT_UDP;
}

/** Whether the path, without query and fragment, matches. Requests without path never get here: the connection manager refuses them. */
// envoyproxy/envoy source/common/router/config_impl.cc {Prefix,Path,PathSeparatedPrefix,Regex,Connect}RouteEntryImpl::matches
export function matchPath(matcher: CompiledPathMatcher, request: RequestView): boolean {
  const { source } = matcher;
  if (source.kind === 'connect') return isConnectRequest(request);
  const exactPath = pathWithoutQuery(request.path);
  const path = matcher.ignoreCase ? exactPath.toLowerCase() : exactPath;
  switch (source.kind) {
    case 'prefix':
      return path.startsWith(matcher.value);
    case 'path':
      return path === matcher.value;
    case 'pathSeparatedPrefix':
      return (
        path.startsWith(matcher.value) && (path.length === matcher.value.length || path[matcher.value.length] === '/')
      );
    case 'safeRegex':
    case 'uriTemplate':
      return matcher.regex?.matches(exactPath) ?? false;
    default:
      return assertNever(source);
  }
}

/** The part of the path that a prefix rewrite replaces. */
// envoyproxy/envoy source/common/router/config_impl.cc currentUrlPathAfterRewrite of each route entry
export function matchedPathPart(matcher: CompiledPathMatcher, path: string): string {
  const { source } = matcher;
  switch (source.kind) {
    case 'prefix':
    case 'path':
    case 'pathSeparatedPrefix':
      return source.value;
    case 'safeRegex':
    case 'connect':
      return pathWithoutQuery(path);
    case 'uriTemplate':
      return source.template;
    default:
      return assertNever(source);
  }
}
