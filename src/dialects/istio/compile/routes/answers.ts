import { directResponse, type RedirectAction, type RouteActionKind, redirectTo } from '../../../../xds';
import type { HttpDirectResponse, HttpRedirect } from '../../kinds';

const HTTP_PORT = 80;
const HTTPS_PORT = 443;

function toResponseCode(code: number): RedirectAction['responseCode'] | undefined {
  switch (code) {
    case 0:
    case 301:
      return 301;
    case 302:
    case 303:
    case 307:
    case 308:
      return code;
    default:
      return undefined;
  }
}

/** The usual port of the scheme is never written out. */
function portOf(redirect: HttpRedirect, listenPort: number, tls: boolean): Pick<RedirectAction, 'portRedirect'> {
  const port = redirect.derivePort === 'FROM_REQUEST_PORT' ? listenPort : (redirect.port ?? 0);
  const scheme = (redirect.scheme ?? '') === '' ? (tls ? 'https' : 'http') : redirect.scheme;
  const usual = (port === HTTP_PORT && scheme === 'http') || (port === HTTPS_PORT && scheme === 'https');
  return port === 0 || usual ? {} : { portRedirect: port };
}

function pathOf(redirect: HttpRedirect): Pick<RedirectAction, 'path'> {
  if ((redirect.prefixRewrite ?? '') !== '') {
    return { path: { kind: 'prefixRewrite', value: redirect.prefixRewrite ?? '' } };
  }
  return (redirect.uri ?? '') === '' ? {} : { path: { kind: 'path', value: redirect.uri ?? '' } };
}

/** A status that is no redirect leaves a route without an action. istio/istio pilot/pkg/networking/core/route/route.go (ApplyRedirect) */
export function toRedirect(redirect: HttpRedirect, listenPort: number, tls: boolean): RouteActionKind {
  const responseCode = toResponseCode(redirect.redirectCode ?? 0);
  if (responseCode === undefined) return { kind: 'nonForwarding' };
  return redirectTo({
    ...((redirect.authority ?? '') === '' ? {} : { hostRedirect: redirect.authority ?? '' }),
    ...((redirect.scheme ?? '') === '' ? {} : { schemeRedirect: redirect.scheme ?? '' }),
    ...portOf(redirect, listenPort, tls),
    ...pathOf(redirect),
    responseCode,
  });
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes as characters of the same number, which is how a body is kept. */
function decodeBase64(text: string): string {
  let bits = 0;
  let count = 0;
  let decoded = '';
  for (const character of text) {
    const value = BASE64.indexOf(character);
    if (value < 0) continue;
    bits = (bits << 6) | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    decoded += String.fromCharCode((bits >> count) & 0xff);
  }
  return decoded;
}

/** istio/istio pilot/pkg/networking/core/route/route.go (ApplyDirectResponse) */
export function toDirectResponse(response: HttpDirectResponse): RouteActionKind {
  const { string, bytes } = response.body ?? {};
  return directResponse(response.status, bytes === undefined ? string : decodeBase64(bytes));
}
