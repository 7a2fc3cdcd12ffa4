import { compareStrings } from '../../base';
import type { JwtAuthnConfig, JwtProvider, JwtRequirement, JwtRule } from '../http-filters';
import { routeMatchOf } from './decode-route-match';
import type { MessageReader } from './reader';

function jwksOf(reader: MessageReader): JwtProvider['jwks'] {
  reader.oneOf(['localJwks', 'remoteJwks']);
  const remote = reader.message('remoteJwks', 'envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks');
  if (remote !== undefined) {
    const uri = remote.message('httpUri', 'envoy.config.core.v3.HttpUri');
    const timeoutNs = uri?.optionalDuration('timeout');
    return {
      kind: 'remote',
      uri: uri?.text('uri') ?? '',
      cluster: uri?.text('cluster') ?? '',
      ...(timeoutNs === undefined ? {} : { timeoutNs }),
    };
  }
  const local = reader.message('localJwks', 'envoy.config.core.v3.DataSource');
  const json = local?.optionalText('inlineString');
  if (json !== undefined) return { kind: 'inline', json };
  return { kind: 'file', path: local?.text('filename') ?? '' };
}

function readProvider(name: string, reader: MessageReader): JwtProvider {
  const forwardPayloadHeader = reader.text('forwardPayloadHeader');
  const payloadInMetadata = reader.text('payloadInMetadata');
  const normalize = reader.message(
    'normalizePayloadInMetadata',
    'envoy.extensions.filters.http.jwt_authn.v3.JwtProvider.NormalizePayload',
  );
  const spaceDelimitedClaims = normalize?.texts('spaceDelimitedClaims');
  return {
    name,
    issuer: reader.text('issuer'),
    audiences: reader.texts('audiences'),
    jwks: jwksOf(reader),
    fromHeaders: reader
      .messages('fromHeaders')
      .map((header) => ({ name: header.text('name'), valuePrefix: header.text('valuePrefix') })),
    fromParams: reader.texts('fromParams'),
    fromCookies: reader.texts('fromCookies'),
    forward: reader.flag('forward'),
    claimToHeaders: reader
      .messages('claimToHeaders')
      .map((claim) => ({ headerName: claim.text('headerName'), claimName: claim.text('claimName') })),
    ...(forwardPayloadHeader === '' ? {} : { forwardPayloadHeader }),
    ...(payloadInMetadata === '' ? {} : { payloadInMetadata }),
    ...(spaceDelimitedClaims === undefined ? {} : { spaceDelimitedClaims }),
    ...reader.extra(),
  };
}

const REQUIREMENT = 'envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement';

/** An empty requirement asks for nothing, so it is undefined. */
function readRequirement(reader: MessageReader): JwtRequirement | undefined {
  const providerName = reader.optionalText('providerName');
  if (providerName !== undefined) return { kind: 'provider', providerName };
  const restricted = reader.message(
    'providerAndAudiences',
    'envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences',
  );
  if (restricted !== undefined) {
    return {
      kind: 'provider',
      providerName: restricted.text('providerName'),
      audiences: restricted.texts('audiences'),
    };
  }
  const any = reader.message('requiresAny');
  if (any !== undefined) return { kind: 'any', requirements: requirementsOf(any) };
  const all = reader.message('requiresAll');
  if (all !== undefined) return { kind: 'all', requirements: requirementsOf(all) };
  if (reader.present('allowMissingOrFailed')) return { kind: 'allowMissingOrFailed' };
  return reader.present('allowMissing') ? { kind: 'allowMissing' } : undefined;
}

function requirementsOf(reader: MessageReader): JwtRequirement[] {
  return reader.messages('requirements', REQUIREMENT).flatMap((item) => readRequirement(item) ?? []);
}

function readRule(reader: MessageReader): JwtRule {
  const match = routeMatchOf(reader, 'match');
  reader.oneOf(['requires', 'requirementName']);
  const requires = reader.message('requires', REQUIREMENT);
  const requirement = requires === undefined ? undefined : readRequirement(requires);
  const requirementName = reader.text('requirementName');
  return {
    path: match.path,
    headers: match.headers,
    ...(match.queryParameters.length === 0 ? {} : { queryParameters: match.queryParameters }),
    ...(requirement === undefined ? {} : { requires: requirement }),
    ...(requirementName === '' ? {} : { requirementName }),
    ...reader.extra(),
  };
}

/** api/envoy/extensions/filters/http/jwt_authn/v3/config.proto */
export function readJwtAuthn(reader: MessageReader): JwtAuthnConfig {
  const providers = reader.entries('providers', 'envoy.extensions.filters.http.jwt_authn.v3.JwtProvider');
  const requirementMap = reader.entries('requirementMap', REQUIREMENT).flatMap(([name, item]) => {
    const requirement = readRequirement(item);
    return requirement === undefined ? [] : [{ name, requirement }];
  });
  return {
    providers: providers
      .map(([name, provider]) => readProvider(name, provider))
      .sort((a, b) => compareStrings(a.name, b.name)),
    rules: reader.messages('rules', 'envoy.extensions.filters.http.jwt_authn.v3.RequirementRule').map(readRule),
    bypassCorsPreflight: reader.flag('bypassCorsPreflight'),
    ...(requirementMap.length === 0 ? {} : { requirementMap }),
    ...reader.extra(),
  };
}
