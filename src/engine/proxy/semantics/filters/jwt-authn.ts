import { assertNever, compareStrings } from '../../../../base';
import type { JsonObject, JsonValue, JwtAuthnConfig, JwtProvider, JwtRequirement, JwtRule } from '../../../../xds';
import { refuse } from '../config-error';
import { cookieValue } from '../hash-policy';
import type { HeaderMap } from '../header-map';
import { type DynamicMetadata, type RequestView, requestHeader, withHeaders } from '../http-message';
import {
  type CompiledHeaderMatcher,
  type CompiledQueryParameterMatcher,
  compileHeaderMatchers,
  compileQueryParameterMatcher,
  findUnmatchedHeader,
  matchQueryParameter,
  parseQueryParameters,
} from '../matchers';
import { type CompiledPathMatcher, compilePathMatcher, matchPath } from '../path-matcher';
import {
  areAudiencesAllowed,
  type Jwk,
  type Jwt,
  JwtStatus,
  parseJwks,
  parseJwt,
  verifySignature,
  verifyTime,
} from './jwt-token';
import { type FilterVerdict, replyLocally } from './verdict';

interface CompiledProvider {
  readonly source: JwtProvider;
  /** Keys of an inline set, or why it has none; undefined for sets that come from elsewhere. */
  readonly inlineKeys: readonly Jwk[] | JwtStatus | undefined;
}

interface CompiledRule {
  readonly source: JwtRule;
  readonly path: CompiledPathMatcher;
  readonly headers: readonly CompiledHeaderMatcher[];
  readonly queryParameters: readonly CompiledQueryParameterMatcher[];
  /** Undefined: requests of this rule need no token. */
  readonly requirement: JwtRequirement | undefined;
}

export interface CompiledJwtAuthn {
  readonly source: JwtAuthnConfig;
  readonly rules: readonly CompiledRule[];
  /** In the order of their names. */
  readonly providers: ReadonlyMap<string, CompiledProvider>;
  readonly requirements: ReadonlyMap<string, JwtRequirement>;
}

/** What verification needs to know beside the request. */
export interface JwtEnvironment {
  /** Seconds since the Unix epoch on the simulated calendar. */
  readonly nowSeconds: number;
  /** Key sets that were fetched, by provider name, as JSON. A provider with a remote set that is not in here has none yet. */
  readonly fetchedKeys: ReadonlyMap<string, string>;
  /** The override of the request's route, where it has one. */
  readonly override?: { readonly disabled: boolean; readonly requirementName?: string };
}

/** `clock_skew_seconds` where a provider does not set it. */
const CLOCK_SKEW_SECONDS = 60;
const METADATA_NAME = 'envoy.filters.http.jwt_authn';
const MAX_URI_LENGTH = 256;

function checkRequirement(requirement: JwtRequirement, providers: ReadonlyMap<string, CompiledProvider>): void {
  if (requirement.kind === 'provider' && !providers.has(requirement.providerName)) {
    refuse(`Required provider ['${requirement.providerName}'] is not configured.`);
  }
  if (requirement.kind !== 'any' && requirement.kind !== 'all') return;
  for (const part of requirement.requirements) checkRequirement(part, providers);
}

function compileRule(source: JwtRule, requirements: ReadonlyMap<string, JwtRequirement>): CompiledRule {
  const named = source.requirementName;
  const requirement = named === undefined ? source.requires : requirements.get(named);
  if (named !== undefined && requirement === undefined)
    refuse(
      `Wrong requirement_name: ${named}. It should be one of [${[...requirements.keys()].sort(compareStrings).join(',')}]`,
    );
  return {
    source,
    path: compilePathMatcher(source.path),
    headers: compileHeaderMatchers(source.headers),
    queryParameters: (source.queryParameters ?? []).map(compileQueryParameterMatcher),
    requirement,
  };
}

// envoyproxy/envoy source/extensions/filters/http/jwt_authn/filter_config.cc FilterConfigImpl
export function compileJwtAuthn(source: JwtAuthnConfig): CompiledJwtAuthn {
  const sorted = [...source.providers].sort((a, b) => compareStrings(a.name, b.name));
  const providers = new Map(
    sorted.map((provider) => {
      const inlineKeys = provider.jwks.kind === 'inline' ? parseJwks(provider.jwks.json) : undefined;
      return [provider.name, { source: provider, inlineKeys }] as const;
    }),
  );
  const requirements = new Map((source.requirementMap ?? []).map(({ name, requirement }) => [name, requirement]));
  const rules = source.rules.map((rule) => compileRule(rule, requirements));
  for (const { requirement } of rules) if (requirement !== undefined) checkRequirement(requirement, providers);
  for (const requirement of requirements.values()) checkRequirement(requirement, providers);
  return { source, rules, providers, requirements };
}

/** A token found in a request, and how to take it out of the request. */
interface FoundToken {
  readonly token: string;
  readonly header: string | undefined;
  /** Issuers whose providers look there; an empty text allows any. */
  readonly issuers: readonly string[];
}

interface TokenLocation {
  readonly kind: 'header' | 'param' | 'cookie';
  readonly name: string;
  readonly prefix: string;
  readonly issuers: string[];
}

const DEFAULT_PREFIX = 'Bearer ';
const DEFAULT_PARAM = 'access_token';

function locationsOf(provider: JwtProvider): readonly Omit<TokenLocation, 'issuers'>[] {
  const { fromHeaders, fromParams, fromCookies } = provider;
  if (fromHeaders.length === 0 && fromParams.length === 0 && fromCookies.length === 0) {
    return [
      { kind: 'header', name: 'authorization', prefix: DEFAULT_PREFIX },
      { kind: 'param', name: DEFAULT_PARAM, prefix: '' },
    ];
  }
  return [
    ...fromHeaders.map(({ name, valuePrefix }) => ({
      kind: 'header' as const,
      name: name.toLowerCase(),
      prefix: valuePrefix,
    })),
    ...fromParams.map((name) => ({ kind: 'param' as const, name, prefix: '' })),
    ...fromCookies.map((name) => ({ kind: 'cookie' as const, name, prefix: '' })),
  ];
}

function headerToken(value: string, prefix: string): string | undefined {
  if (prefix === '') return value;
  const at = value.indexOf(prefix);
  if (at < 0) return undefined;
  const rest = value.slice(at + prefix.length);
  const start = rest.search(/[A-Za-z0-9\-_.]/);
  return start < 0 ? value : rest.slice(start);
}

function tokensAt(location: TokenLocation, request: RequestView): readonly FoundToken[] {
  const { kind, name, prefix, issuers } = location;
  if (kind === 'header') {
    return request.headers.getAll(name).flatMap((value) => {
      const token = headerToken(value, prefix);
      return token === undefined ? [] : [{ token, header: name, issuers }];
    });
  }
  const token = kind === 'param' ? parseQueryParameters(request.path).get(name) : cookieValue(request, name);
  // A parameter without a value is a token; a cookie that is not there reads as "".
  const absent = token === undefined || (kind === 'cookie' && token === '');
  return absent ? [] : [{ token, header: undefined, issuers }];
}

/** Every token at the places where the providers look: headers first, then parameters, then cookies. */
// envoyproxy/envoy source/extensions/filters/http/jwt_authn/extractor.cc ExtractorImpl::extract
function extractTokens(providers: readonly CompiledProvider[], request: RequestView): readonly FoundToken[] {
  const locations = new Map<string, TokenLocation>();
  for (const { source } of providers) {
    for (const location of locationsOf(source)) {
      const key = `${location.kind} ${location.name}${location.prefix}`;
      const known = locations.get(key);
      if (known === undefined) locations.set(key, { ...location, issuers: [source.issuer] });
      else known.issuers.push(source.issuer);
    }
  }
  const sorted = [...locations].sort(([a], [b]) => compareStrings(a, b)).map(([, location]) => location);
  return (['header', 'param', 'cookie'] as const).flatMap((kind) =>
    sorted.filter((location) => location.kind === kind).flatMap((location) => tokensAt(location, request)),
  );
}

/** One verification with all that it changes on success. */
class Authenticator {
  headers: HeaderMap;
  private readonly metadata = new Map<string, JsonObject>();
  private readonly config: CompiledJwtAuthn;
  private readonly environment: JwtEnvironment;
  private readonly request: RequestView;

  constructor(config: CompiledJwtAuthn, request: RequestView, environment: JwtEnvironment) {
    this.config = config;
    this.environment = environment;
    this.request = request;
    this.headers = request.headers;
  }

  get dynamicMetadata(): DynamicMetadata | undefined {
    return this.metadata.size === 0 ? undefined : new Map([[METADATA_NAME, Object.fromEntries(this.metadata)]]);
  }

  // envoyproxy/envoy source/extensions/filters/http/jwt_authn/verifier.cc innerCreate
  verify(requirement: JwtRequirement): JwtStatus {
    switch (requirement.kind) {
      case 'provider': {
        const provider = this.config.providers.get(requirement.providerName);
        if (provider === undefined) return JwtStatus.JwtUnknownIssuer;
        return this.verifyTokens([provider], { provider, audiences: requirement.audiences, allow: 'none' });
      }
      case 'any':
        return this.verifyAny(requirement.requirements);
      case 'all': {
        for (const part of requirement.requirements) {
          const status = this.verify(part);
          if (status !== JwtStatus.Ok) return status;
        }
        return JwtStatus.Ok;
      }
      case 'allowMissing':
      case 'allowMissingOrFailed': {
        const allow = requirement.kind === 'allowMissing' ? 'missing' : 'failed';
        return this.verifyTokens([...this.config.providers.values()], {
          provider: undefined,
          audiences: undefined,
          allow,
        });
      }
      default:
        return assertNever(requirement);
    }
  }

  /** A missing token or an unknown issuer is the weakest of the errors. */
  // verifier.cc AnyVerifierImpl::onComplete
  private verifyAny(requirements: readonly JwtRequirement[]): JwtStatus {
    const allowsFailed = requirements.some(({ kind }) => kind === 'allowMissingOrFailed');
    const allowsMissing = requirements.some(({ kind }) => kind === 'allowMissing');
    const others = requirements.filter(({ kind }) => kind !== 'allowMissing' && kind !== 'allowMissingOrFailed');
    if (others.length === 0) return this.verify({ kind: allowsFailed ? 'allowMissingOrFailed' : 'allowMissing' });
    let final: JwtStatus = JwtStatus.JwtMissed;
    for (const part of others) {
      const status = this.verify(part);
      if (status === JwtStatus.Ok) return status;
      const isWeak = status === JwtStatus.JwtMissed || status === JwtStatus.JwtUnknownIssuer;
      if (!isWeak || final === JwtStatus.JwtMissed) final = status;
    }
    if (allowsFailed || (allowsMissing && final === JwtStatus.JwtMissed)) return JwtStatus.Ok;
    return final;
  }

  /** Every token there is has to be good; the last one found is looked at first. */
  // envoyproxy/envoy source/extensions/filters/http/jwt_authn/authenticator.cc AuthenticatorImpl::verify, doneWithStatus
  private verifyTokens(
    providers: readonly CompiledProvider[],
    options: {
      readonly provider: CompiledProvider | undefined;
      readonly audiences: readonly string[] | undefined;
      readonly allow: 'none' | 'missing' | 'failed';
    },
  ): JwtStatus {
    for (const { source } of providers) this.sanitize(source);
    const tokens = extractTokens(providers, this.request);
    if (tokens.length === 0) return options.allow === 'none' ? JwtStatus.JwtMissed : JwtStatus.Ok;
    for (const token of [...tokens].reverse()) {
      const status = this.verifyToken(token, options.provider, options.audiences);
      if (status !== JwtStatus.Ok && options.allow !== 'failed') return status;
    }
    return JwtStatus.Ok;
  }

  /** Clients cannot bring headers that the filter sets. */
  private sanitize(provider: JwtProvider): void {
    const names = [provider.forwardPayloadHeader ?? '', ...provider.claimToHeaders.map(({ headerName }) => headerName)];
    for (const name of names) if (name !== '') this.headers = this.headers.without(name.toLowerCase());
  }

  // authenticator.cc AuthenticatorImpl::startVerify
  private verifyToken(
    found: FoundToken,
    wanted: CompiledProvider | undefined,
    audiences: readonly string[] | undefined,
  ): JwtStatus {
    const jwt = parseJwt(found.token);
    if (typeof jwt === 'string') return jwt;
    if (!found.issuers.some((issuer) => issuer === '' || issuer === jwt.issuer)) return JwtStatus.JwtUnknownIssuer;
    const provider = wanted ?? this.providerOfIssuer(jwt.issuer);
    if (provider === undefined) return JwtStatus.JwtUnknownIssuer;
    const time = verifyTime(jwt, this.environment.nowSeconds, CLOCK_SKEW_SECONDS);
    if (time !== JwtStatus.Ok) return time;
    if (!areAudiencesAllowed(audiences ?? provider.source.audiences, jwt.audiences))
      return JwtStatus.JwtAudienceNotAllowed;
    const keys = this.keysOf(provider);
    if (typeof keys === 'string') return keys;
    const status = verifySignature(jwt, keys);
    if (status === JwtStatus.Ok) this.acceptToken(found, jwt, provider.source);
    return status;
  }

  /** The first provider of the issuer, else the first that takes any issuer. */
  private providerOfIssuer(issuer: string): CompiledProvider | undefined {
    const providers = [...this.config.providers.values()];
    return (
      providers.find(({ source }) => source.issuer === issuer) ?? providers.find(({ source }) => source.issuer === '')
    );
  }

  private keysOf(provider: CompiledProvider): readonly Jwk[] | JwtStatus {
    if (provider.inlineKeys !== undefined) return provider.inlineKeys;
    const fetched = this.environment.fetchedKeys.get(provider.source.name);
    return fetched === undefined ? JwtStatus.JwksFetchFail : parseJwks(fetched);
  }

  /** Payload and claims go into headers and metadata; the token itself is taken out unless it shall go on. */
  // authenticator.cc AuthenticatorImpl::handleGoodJwt
  private acceptToken(found: FoundToken, jwt: Jwt, provider: JwtProvider): void {
    const payloadHeader = provider.forwardPayloadHeader ?? '';
    if (payloadHeader !== '') this.headers = this.headers.withAdded(payloadHeader.toLowerCase(), jwt.payloadBase64Url);
    for (const { headerName, claimName } of provider.claimToHeaders) {
      const claim = claimText(claimAt(jwt.payload, claimName));
      if (claim !== '') this.headers = this.headers.withAdded(headerName.toLowerCase(), claim);
    }
    if (!provider.forward && found.header !== undefined) this.headers = this.headers.without(found.header);
    const metadataKey = provider.payloadInMetadata ?? '';
    if (metadataKey !== '') this.metadata.set(metadataKey, normalizedPayload(jwt.payload, provider));
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A claim by its name; dots lead into nested claims. */
function claimAt(payload: JsonObject, name: string): JsonValue | undefined {
  let value: JsonValue | undefined = payload;
  for (const key of name.split('.')) value = isObject(value) ? value[key] : undefined;
  return value;
}

function claimText(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Space-delimited claims become lists. */
// authenticator.cc AuthenticatorImpl::setPayloadMetadata
function normalizedPayload(payload: JsonObject, provider: JwtProvider): JsonObject {
  const result: Record<string, JsonValue> = { ...payload };
  for (const claim of provider.spaceDelimitedClaims ?? []) {
    const value = result[claim];
    if (typeof value === 'string') result[claim] = value.split(' ').filter((part) => part !== '');
  }
  return result;
}

function matchesRule(rule: CompiledRule, request: RequestView): boolean {
  if (!matchPath(rule.path, request)) return false;
  if (findUnmatchedHeader(rule.headers, (name) => requestHeader(request, name)) !== undefined) return false;
  if (rule.queryParameters.length === 0) return true;
  const parameters = parseQueryParameters(request.path);
  return rule.queryParameters.every((matcher) => matchQueryParameter(matcher, parameters.get(matcher.source.name)));
}

function deniedDetails(status: string): string {
  return `jwt_authn_access_denied{${status.replace(/\s/g, '_')}}`;
}

// envoyproxy/envoy source/extensions/filters/http/jwt_authn/filter.cc Filter::onComplete
function denial(status: JwtStatus, request: RequestView): FilterVerdict {
  const uri = `${request.headers.first('x-forwarded-proto') ?? request.scheme}://${request.authority}${request.path.slice(0, MAX_URI_LENGTH)}`;
  const error = status === JwtStatus.JwtMissed ? '' : ', error="invalid_token"';
  return replyLocally({
    status: status === JwtStatus.JwtAudienceNotAllowed ? 403 : 401,
    body: status,
    details: deniedDetails(status),
    headers: [['www-authenticate', `Bearer realm="${uri}"${error}`]],
  });
}

/** The requirement that applies to the request; undefined: none. The text is the error of an override that names an unknown one. */
function requirementFor(
  config: CompiledJwtAuthn,
  request: RequestView,
  override: JwtEnvironment['override'],
): JwtRequirement | string | undefined {
  if (override === undefined) return config.rules.find((rule) => matchesRule(rule, request))?.requirement;
  if (override.disabled || override.requirementName === undefined) return undefined;
  const names = [...config.requirements.keys()].sort(compareStrings).join(',');
  const wrong = `Wrong requirement_name: ${override.requirementName}. It should be one of [${names}]`;
  return config.requirements.get(override.requirementName) ?? wrong;
}

function isCorsPreflight(request: RequestView): boolean {
  const { headers } = request;
  return request.method === 'OPTIONS' && headers.has('origin') && headers.has('access-control-request-method');
}

/** Verifies the tokens of a request as its first matching rule asks; failed requests carry no response flag. */
// envoyproxy/envoy source/extensions/filters/http/jwt_authn/filter.cc Filter::decodeHeaders
export function decideJwtAuthn(
  config: CompiledJwtAuthn,
  request: RequestView,
  environment: JwtEnvironment,
): FilterVerdict {
  if (config.source.bypassCorsPreflight && isCorsPreflight(request)) return { kind: 'continue', request };
  const requirement = requirementFor(config, request, environment.override);
  if (requirement === undefined) return { kind: 'continue', request };
  if (typeof requirement === 'string') {
    return replyLocally({
      status: 403,
      body: `Failed JWT authentication: ${requirement}`,
      details: deniedDetails(requirement),
    });
  }
  const authenticator = new Authenticator(config, request, environment);
  const status = authenticator.verify(requirement);
  if (status !== JwtStatus.Ok) return denial(status, request);
  const metadata = authenticator.dynamicMetadata;
  const accepted = withHeaders(request, authenticator.headers);
  return metadata === undefined
    ? { kind: 'continue', request: accepted }
    : { kind: 'continue', request: accepted, metadata };
}
