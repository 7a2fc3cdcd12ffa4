import type { ConfigPath, DiagnosticBag, Resource } from '../../../../config';
import type { JwtRule, RequestAuthenticationObject } from '../request-authentication';
import { type Check, createCheck } from './check';
import { checkDuration, checkMetadata, checkPolicyTargets } from './common';
import { isStrictHeaderName } from './header-values';
import { parseJwks } from './jwks';

/** istio/istio pkg/config/validation/validation.go (ValidateRequestAuthentication) */
export function validateRequestAuthentication(
  resource: Resource<RequestAuthenticationObject>,
  bag: DiagnosticBag,
): void {
  const check = createCheck(resource, bag);
  checkMetadata(check, resource);
  const spec = resource.object.spec ?? {};
  checkPolicyTargets(check, spec);
  for (const [index, rule] of (spec.jwtRules ?? []).entries()) checkJwtRule(check, rule, ['spec', 'jwtRules', index]);
}

/** Parts of an address that the webhook looks at. istio/istio pkg/config/security/security.go (ParseJwksURI) */
function isJwksUri(uri: string): boolean {
  return /^https?:\/\/[^/?#\s:]*(?::\d*)?(?:[/?#]\S*)?$/i.test(uri);
}

/** istio/istio pkg/config/validation/validation.go (validateJwtRule) */
function checkJwtRule(check: Check, rule: JwtRule, path: ConfigPath): void {
  if (rule.issuer === undefined && rule.jwksUri === undefined && rule.jwks_uri === undefined) {
    check.report('issuer-missing', path);
  }
  for (const field of ['jwksUri', 'jwks_uri'] as const) {
    const uri = rule[field];
    if (uri !== undefined && !isJwksUri(uri)) check.report('jwks-uri', [...path, field], { value: uri });
  }
  if ((rule.jwks ?? '') !== '') checkJwks(check, rule.jwks ?? '', [...path, 'jwks']);
  for (const [index, { header }] of (rule.outputClaimToHeaders ?? []).entries()) {
    const at = [...path, 'outputClaimToHeaders', index, 'header'];
    if (!isStrictHeaderName(header)) check.report('header-name', at, { value: header });
  }
  checkDuration(check, rule.timeout, [...path, 'timeout']);
}

function checkJwks(check: Check, text: string, path: ConfigPath): void {
  const keys = parseJwks(text);
  if (keys === undefined) {
    check.report('jwks', path);
    return;
  }
  for (const [index, key] of keys.entries()) {
    if (key.isSecret) check.report('jwks-secret', path, { index });
  }
}
