/** Rules about changes to headers. */
import type { ConfigPath } from '../../../../config';
import type { HeaderOperations, Headers } from '../virtual-service-actions';
import type { Check } from './check';
import { isAuthorityHeader, isHeaderValue, isInternalHeader } from './header-values';

/** istio/istio pkg/config/validation/virtualservice.go (validateHTTPRoute) */
export function checkHeaders(check: Check, headers: Headers | undefined, path: ConfigPath): void {
  for (const side of ['request', 'response'] as const) {
    const operations = headers?.[side];
    if (operations === undefined) continue;
    const at = [...path, side];
    for (const field of ['add', 'set'] as const) {
      // Of the internal headers only the host may be written, and only in requests.
      const mayNameHost = side === 'request';
      for (const [name, value] of Object.entries(operations[field] ?? {})) {
        checkName(check, name, mayNameHost, [...at, field, name]);
        if (!isHeaderValue(value)) check.report('header-text', [...at, field, name], { value });
      }
    }
    for (const [index, name] of (operations.remove ?? []).entries()) {
      checkName(check, name, false, [...at, 'remove', index]);
    }
  }
}

function checkName(check: Check, name: string, mayNameHost: boolean, path: ConfigPath): void {
  if (name === '') check.report('header-name', path, { value: name });
  else if (isInternalHeader(name) && !(mayNameHost && isAuthorityHeader(name))) {
    check.report('header-internal', path, { value: name });
  }
}

/** istio/istio pkg/config/validation/virtualservice.go (validateAuthorityRewrite) */
export function checkAuthorityOnce(
  check: Check,
  rewrittenAuthority: string,
  headers: Headers | undefined,
  path: ConfigPath,
): void {
  const request: HeaderOperations = headers?.request ?? {};
  let current = rewrittenAuthority;
  for (const field of ['set', 'add'] as const) {
    for (const [name, value] of Object.entries(request[field] ?? {})) {
      if (!isAuthorityHeader(name)) continue;
      if (current !== '') check.report('authority-twice', [...path, 'headers', 'request', field, name]);
      current = value;
    }
  }
}
