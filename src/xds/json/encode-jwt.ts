import { assertNever } from '../../base';
import type { JwtAuthnConfig, JwtProvider, JwtRequirement, JwtRule } from '../http-filters';
import type { JsonObject } from '../json-value';
import { encodeHeaderMatcher, encodeQueryParameterMatcher, pathMatcherFields } from './encode-matchers';
import { each, type Fields, flag, list, message, optionalDuration, text } from './writer';

function jwksFields(jwks: JwtProvider['jwks']): Fields {
  switch (jwks.kind) {
    case 'inline':
      return { localJwks: { inlineString: jwks.json } };
    case 'remote': {
      const httpUri = message({
        uri: text(jwks.uri),
        cluster: text(jwks.cluster),
        timeout: optionalDuration(jwks.timeoutNs),
      });
      return { remoteJwks: { httpUri } };
    }
    case 'file':
      return jwks.path === '' ? {} : { localJwks: { filename: jwks.path } };
    default:
      return assertNever(jwks);
  }
}

function encodeProvider(provider: JwtProvider): JsonObject {
  return message(
    {
      issuer: text(provider.issuer),
      audiences: list(provider.audiences),
      ...jwksFields(provider.jwks),
      forward: flag(provider.forward),
      fromHeaders: each(provider.fromHeaders, (header) =>
        message({ name: header.name, valuePrefix: text(header.valuePrefix) }),
      ),
      fromParams: list(provider.fromParams),
      fromCookies: list(provider.fromCookies),
      forwardPayloadHeader: text(provider.forwardPayloadHeader),
      payloadInMetadata: text(provider.payloadInMetadata),
      normalizePayloadInMetadata:
        provider.spaceDelimitedClaims && message({ spaceDelimitedClaims: list(provider.spaceDelimitedClaims) }),
      claimToHeaders: each(provider.claimToHeaders, (claim) => ({
        headerName: claim.headerName,
        claimName: claim.claimName,
      })),
    },
    provider.extra,
  );
}

function encodeRequirement(requirement: JwtRequirement): JsonObject {
  switch (requirement.kind) {
    case 'provider':
      return requirement.audiences === undefined
        ? { providerName: requirement.providerName }
        : {
            providerAndAudiences: message({
              providerName: requirement.providerName,
              audiences: list(requirement.audiences),
            }),
          };
    case 'any':
      return { requiresAny: { requirements: requirement.requirements.map(encodeRequirement) } };
    case 'all':
      return { requiresAll: { requirements: requirement.requirements.map(encodeRequirement) } };
    case 'allowMissing':
    case 'allowMissingOrFailed':
      return { [requirement.kind]: {} };
    default:
      return assertNever(requirement);
  }
}

function encodeRule(rule: JwtRule): JsonObject {
  return message(
    {
      match: message({
        ...pathMatcherFields(rule.path),
        headers: each(rule.headers, encodeHeaderMatcher),
        queryParameters: each(rule.queryParameters, encodeQueryParameterMatcher),
      }),
      requires: rule.requires && encodeRequirement(rule.requires),
      requirementName: text(rule.requirementName),
    },
    rule.extra,
  );
}

/** `envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication` */
export function encodeJwtAuthn(config: JwtAuthnConfig): JsonObject {
  const providers = Object.fromEntries(config.providers.map((provider) => [provider.name, encodeProvider(provider)]));
  const requirements = config.requirementMap?.map((entry) => [entry.name, encodeRequirement(entry.requirement)]);
  return message(
    {
      providers: config.providers.length === 0 ? undefined : providers,
      rules: each(config.rules, encodeRule),
      bypassCorsPreflight: flag(config.bypassCorsPreflight),
      requirementMap: requirements && Object.fromEntries(requirements),
    },
    config.extra,
  );
}
