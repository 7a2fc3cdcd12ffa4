/** Rules about the conditions of HTTP rules, and about references to gateways. */
import { RE2JS, RE2JSException } from 're2js';
import type { ConfigPath } from '../../../../config';
import type { StringMatch } from '../string-match';
import type { HttpMatchRequest } from '../virtual-service-match';
import type { Check } from './check';
import { checkLabels } from './common';
import { isMatchableHeaderName } from './header-values';
import { isClaimHeader, isDnsLabel, isDomainName } from './names';

/** Longest expression that upstream takes. istio/istio pkg/config/validation/validation.go (validateStringRegexp) */
const REGEX_MAX = 1024;
const PORT_MAX = 65_535;

/** Why a text is no RE2 expression; undefined when it is one. */
export function regexProblem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof RE2JSException) return error.message;
    throw error;
  }
}

export function checkRegex(check: Check, pattern: string, path: ConfigPath): void {
  if (pattern.length > REGEX_MAX) {
    check.report('regex-long', path, { limit: REGEX_MAX });
    return;
  }
  const problem = regexProblem(pattern);
  if (problem !== undefined) check.report('regex', path, { problem });
}

/** istio/istio pkg/config/validation/validation.go (validateStringMatchRegexp) */
export function checkMatchRegex(check: Check, match: StringMatch | undefined, path: ConfigPath): void {
  if (match?.regex === undefined) return;
  if (match.regex === '') check.report('match-empty', [...path, 'regex'], { what: 'expression' });
  else checkRegex(check, match.regex, [...path, 'regex']);
}

/** istio/istio pkg/config/validation/validation.go (validateStringMatch) */
function checkStringMatch(check: Check, match: StringMatch | undefined, path: ConfigPath): void {
  if (match?.prefix === '') check.report('match-empty', [...path, 'prefix'], { what: 'prefix' });
  checkMatchRegex(check, match, path);
}

/** istio/istio pkg/config/validation/virtualservice.go (validateHTTPRouteMatchRequest) */
export function checkHttpMatch(check: Check, match: HttpMatchRequest, path: ConfigPath): void {
  for (const [name, header] of Object.entries(match.headers ?? {})) {
    checkHeaderName(check, name, [...path, 'headers', name]);
    checkStringMatch(check, header, [...path, 'headers', name]);
  }
  for (const [name, header] of Object.entries(match.withoutHeaders ?? {})) {
    checkHeaderName(check, name, [...path, 'withoutHeaders', name]);
    // `*` is no expression: it asks whether the header is there.
    if (header.regex !== '*') checkStringMatch(check, header, [...path, 'withoutHeaders', name]);
  }
  // An empty prefix is fine for the path and nowhere else.
  checkMatchRegex(check, match.uri, [...path, 'uri']);
  for (const field of ['scheme', 'method', 'authority'] as const)
    checkStringMatch(check, match[field], [...path, field]);
  for (const [name, parameter] of Object.entries(match.queryParams ?? {})) {
    checkStringMatch(check, parameter, [...path, 'queryParams', name]);
  }
  if ((match.port ?? 0) > PORT_MAX) check.report('port-range', [...path, 'port'], { value: match.port ?? 0 });
  checkLabels(check, match.sourceLabels, [...path, 'sourceLabels']);
  checkGatewayNames(check, match.gateways ?? [], [...path, 'gateways']);
  const namespace = match.sourceNamespace ?? '';
  if (namespace !== '' && !isDnsLabel(namespace)) {
    check.report('namespace-name', [...path, 'sourceNamespace'], { value: namespace });
  }
}

function checkHeaderName(check: Check, name: string, path: ConfigPath): void {
  if (!isClaimHeader(name) && !isMatchableHeaderName(name)) check.report('header-name', path, { value: name });
}

/** istio/istio pkg/config/validation/validation.go (validateGatewayNames) */
export function checkGatewayNames(check: Check, names: readonly string[], path: ConfigPath): void {
  for (const [index, name] of names.entries()) {
    const at = [...path, index];
    const slash = name.indexOf('/');
    if (slash < 0) {
      const [gateway = '', namespace] = name.split('.');
      if (!isDomainName(name)) check.report('gateway-reference', at, { value: name });
      else if (namespace !== undefined) {
        check.report('gateway-reference-old', at, { value: name, suggestion: `${namespace}/${gateway}` });
      }
    } else if (!isDnsLabel(name.slice(0, slash)) || !isDnsLabel(name.slice(slash + 1))) {
      check.report('gateway-reference', at, { value: name });
    }
  }
}
