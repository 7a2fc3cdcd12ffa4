import type { HeaderModifier, HttpCors, HttpRequestRedirect, HttpUrlRewrite, RequestMirror } from '../../gateway-api';
import type { CorsPolicy, HeaderOperations, HttpRedirect, HttpRewrite, Percent, StringMatch } from '../kinds';

/** Of several headers with one name the first counts. */
function headerMap(headers: HeaderModifier['set']): Readonly<Record<string, string>> | undefined {
  if (headers === undefined || headers.length === 0) return undefined;
  const values = new Map<string, string>();
  for (const { name, value } of headers) {
    const key = name.toLowerCase();
    if (!values.has(key)) values.set(key, value);
  }
  return Object.fromEntries(values);
}

/** istio/istio pilot/pkg/config/kube/gateway/conversion.go (createHeadersFilter) */
export function toHeaderOperations(modifier: HeaderModifier): HeaderOperations {
  const set = headerMap(modifier.set);
  const add = headerMap(modifier.add);
  return {
    ...(set === undefined ? {} : { set }),
    ...(add === undefined ? {} : { add }),
    ...(modifier.remove === undefined ? {} : { remove: modifier.remove }),
  };
}

/** Without a share everything is copied. */
export function mirrorPercentage({ percent, fraction }: RequestMirror): Percent | undefined {
  if (fraction !== undefined) return { value: (100 * fraction.numerator) / fraction.denominator };
  return percent === undefined ? undefined : { value: percent };
}

/** A rewrite of nothing is none. istio/istio pilot/pkg/config/kube/gateway/conversion.go (createRewriteFilter) */
export function toRewrite({ path, hostname }: HttpUrlRewrite): HttpRewrite | undefined {
  const authority = hostname === undefined ? {} : { authority: hostname };
  if (path?.type === 'ReplacePrefixMatch') {
    const prefix = (path.replacePrefixMatch ?? '').replace(/\/$/, '');
    // Replacing a prefix by nothing leaves the slash.
    return { uri: prefix === '' ? '/' : prefix, ...authority };
  }
  if (path?.type === 'ReplaceFullPath') {
    return { uriRegexRewrite: { match: '/.*', rewrite: path.replaceFullPath ?? '' }, ...authority };
  }
  return hostname === undefined ? undefined : authority;
}

/**
 * Without a port the scheme decides, and without a scheme the request.
 * istio/istio pilot/pkg/config/kube/gateway/conversion.go (createRedirectFilter)
 */
export function toRedirectRule(filter: HttpRequestRedirect): HttpRedirect {
  const { scheme, hostname, path, port, statusCode } = filter;
  const derivePort = scheme === undefined ? 'FROM_REQUEST_PORT' : 'FROM_PROTOCOL_DEFAULT';
  return {
    redirectCode: statusCode,
    ...(hostname === undefined ? {} : { authority: hostname }),
    ...(scheme === undefined ? {} : { scheme }),
    ...(port === undefined ? { derivePort } : { port }),
    ...(path?.type === 'ReplaceFullPath' ? { uri: path.replaceFullPath ?? '' } : {}),
    ...(path?.type === 'ReplacePrefixMatch' ? { prefixRewrite: path.replacePrefixMatch ?? '' } : {}),
  };
}

/** Scheme, host and perhaps a port: what any origin looks like. */
const ANY_ORIGIN = '^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\\s?#]+$';

function quoteRegex(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

function originMatch(origin: string): StringMatch {
  if (origin === '*') return { regex: ANY_ORIGIN };
  if (!origin.includes('*')) return { exact: origin };
  if (origin.indexOf('*') === origin.length - 1) return { prefix: origin.slice(0, -1) };
  return { regex: `^${quoteRegex(origin).replaceAll('\\*', '.*')}$` };
}

/** istio/istio pilot/pkg/config/kube/gateway/conversion.go (createCorsFilter) */
export function toCorsPolicy(cors: HttpCors): CorsPolicy {
  return {
    ...(cors.allowOrigins === undefined ? {} : { allowOrigins: cors.allowOrigins.map(originMatch) }),
    ...(cors.allowCredentials === true ? { allowCredentials: true } : {}),
    ...(cors.allowMethods === undefined ? {} : { allowMethods: cors.allowMethods }),
    ...(cors.allowHeaders === undefined ? {} : { allowHeaders: cors.allowHeaders }),
    ...(cors.exposeHeaders === undefined ? {} : { exposeHeaders: cors.exposeHeaders }),
    maxAge: `${cors.maxAge}s`,
    unmatchedPreflights: 'IGNORE',
  };
}
