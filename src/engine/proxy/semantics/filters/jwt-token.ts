import { utf8Encode } from '../../../../base';
import type { JsonObject, JsonValue } from '../../../../xds';
import { decodeBase64Url, utf8Decode } from './base64url';
import { verifyRs256 } from './signature';

/** Why a token was refused; the texts are what the client gets. google/jwt_verify_lib src/status.cc */
export const JwtStatus = {
  Ok: 'OK',
  JwtMissed: 'Jwt is missing',
  JwtNotYetValid: 'Jwt not yet valid',
  JwtExpired: 'Jwt is expired',
  JwtBadFormat: 'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections',
  JwtHeaderParseErrorBadBase64: 'Jwt header is an invalid Base64url encoded',
  JwtHeaderParseErrorBadJson: 'Jwt header is an invalid JSON',
  JwtHeaderBadAlg: 'Jwt header [alg] field is required and must be a string',
  JwtHeaderNotImplementedAlg: 'Jwt header [alg] is not supported',
  JwtHeaderBadKid: 'Jwt header [kid] field is not a string',
  JwtPayloadParseErrorBadBase64: 'Jwt payload is an invalid Base64url encoded',
  JwtPayloadParseErrorBadJson: 'Jwt payload is an invalid JSON',
  JwtPayloadParseErrorIssNotString: 'Jwt payload [iss] field is not a string',
  JwtPayloadParseErrorNbfNotInteger: 'Jwt payload [nbf] field is not an integer',
  JwtPayloadParseErrorExpNotInteger: 'Jwt payload [exp] field is not an integer',
  JwtPayloadParseErrorAudNotString: 'Jwt payload [aud] field is not a string or string list',
  JwtSignatureParseErrorBadBase64: 'Jwt signature is an invalid Base64url encoded',
  JwtUnknownIssuer: 'Jwt issuer is not configured',
  JwtAudienceNotAllowed: 'Audiences in Jwt are not allowed',
  JwtVerificationFail: 'Jwt verification fails',
  JwksParseError: 'Jwks is an invalid JSON',
  JwksNoValidKeys: "Jwks doesn't have any valid public key",
  JwksKidAlgMismatch: "Jwks doesn't have key to match kid or alg from Jwt",
  JwksFetchFail: 'Jwks remote fetch is failed',
} as const;

export type JwtStatus = (typeof JwtStatus)[keyof typeof JwtStatus];

const IMPLEMENTED_ALGORITHMS = new Set([
  'ES256',
  'ES384',
  'ES512',
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
]);

export interface Jwt {
  readonly algorithm: string;
  readonly keyId: string;
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** Seconds since the Unix epoch; 0 when the claim is absent. */
  readonly notBeforeSeconds: number;
  readonly expiresSeconds: number;
  readonly payload: JsonObject;
  readonly payloadBase64Url: string;
  /** The part of the token that is signed. */
  readonly signedText: string;
  readonly signature: Uint8Array;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(utf8Decode(bytes));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A claim that is absent or an integer; undefined when it is something else. */
function integerClaim(payload: JsonObject, name: string): number | undefined {
  const value = payload[name] ?? 0;
  return typeof value === 'number' && value >= 0 ? Math.trunc(value) : undefined;
}

function audiencesOf(payload: JsonObject): readonly string[] | undefined {
  const value: JsonValue = payload['aud'] ?? [];
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list)) return undefined;
  const texts = list.filter((item): item is string => typeof item === 'string');
  return texts.length === list.length ? texts : undefined;
}

interface JwtHeader {
  readonly algorithm: string;
  readonly keyId: string;
}

function parseHeader(text: string): JwtHeader | JwtStatus {
  const bytes = decodeBase64Url(text);
  if (bytes === undefined) return JwtStatus.JwtHeaderParseErrorBadBase64;
  const header = parseObject(bytes);
  if (header === undefined) return JwtStatus.JwtHeaderParseErrorBadJson;
  const algorithm = header['alg'];
  if (typeof algorithm !== 'string') return JwtStatus.JwtHeaderBadAlg;
  if (!IMPLEMENTED_ALGORITHMS.has(algorithm)) return JwtStatus.JwtHeaderNotImplementedAlg;
  const keyId = header['kid'] ?? '';
  return typeof keyId === 'string' ? { algorithm, keyId } : JwtStatus.JwtHeaderBadKid;
}

type JwtClaims = Pick<Jwt, 'issuer' | 'audiences' | 'notBeforeSeconds' | 'expiresSeconds' | 'payload'>;

function parsePayload(text: string): JwtClaims | JwtStatus {
  const bytes = decodeBase64Url(text);
  if (bytes === undefined) return JwtStatus.JwtPayloadParseErrorBadBase64;
  const payload = parseObject(bytes);
  if (payload === undefined) return JwtStatus.JwtPayloadParseErrorBadJson;
  const issuer = payload['iss'] ?? '';
  if (typeof issuer !== 'string') return JwtStatus.JwtPayloadParseErrorIssNotString;
  const notBeforeSeconds = integerClaim(payload, 'nbf');
  if (notBeforeSeconds === undefined) return JwtStatus.JwtPayloadParseErrorNbfNotInteger;
  const expiresSeconds = integerClaim(payload, 'exp');
  if (expiresSeconds === undefined) return JwtStatus.JwtPayloadParseErrorExpNotInteger;
  const audiences = audiencesOf(payload);
  if (audiences === undefined) return JwtStatus.JwtPayloadParseErrorAudNotString;
  return { issuer, audiences, notBeforeSeconds, expiresSeconds, payload };
}

/** The parts of a token, or why it is not one. */
// google/jwt_verify_lib src/jwt.cc Jwt::parseFromString
export function parseJwt(token: string): Jwt | JwtStatus {
  const parts = token.split('.');
  const [headerText = '', payloadText = '', signatureText = ''] = parts;
  if (parts.length !== 3) return JwtStatus.JwtBadFormat;
  const header = parseHeader(headerText);
  if (typeof header === 'string') return header;
  const claims = parsePayload(payloadText);
  if (typeof claims === 'string') return claims;
  const signature = decodeBase64Url(signatureText);
  if (signature === undefined) return JwtStatus.JwtSignatureParseErrorBadBase64;
  return {
    ...header,
    ...claims,
    payloadBase64Url: payloadText,
    signedText: `${headerText}.${payloadText}`,
    signature,
  };
}

// google/jwt_verify_lib src/jwt.cc Jwt::verifyTimeConstraint
export function verifyTime(jwt: Jwt, nowSeconds: number, clockSkewSeconds: number): JwtStatus {
  if (jwt.notBeforeSeconds !== 0 && nowSeconds + clockSkewSeconds < jwt.notBeforeSeconds)
    return JwtStatus.JwtNotYetValid;
  if (jwt.expiresSeconds !== 0 && nowSeconds > jwt.expiresSeconds + clockSkewSeconds) return JwtStatus.JwtExpired;
  return JwtStatus.Ok;
}

function sanitizedAudience(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

/** No configured audience allows every token. */
// google/jwt_verify_lib src/check_audience.cc
export function areAudiencesAllowed(configured: readonly string[], audiences: readonly string[]): boolean {
  if (configured.length === 0) return true;
  const allowed = new Set(configured.map(sanitizedAudience));
  return audiences.some((audience) => allowed.has(sanitizedAudience(audience)));
}

/** One key of a key set. */
export interface Jwk {
  readonly keyType: string;
  readonly keyId: string;
  readonly algorithm: string;
  readonly modulus: Uint8Array | undefined;
  readonly exponent: Uint8Array | undefined;
}

function textField(key: JsonObject, name: string): string {
  const value = key[name];
  return typeof value === 'string' ? value : '';
}

function bytesField(key: JsonObject, name: string): Uint8Array | undefined {
  const text = textField(key, name);
  return text === '' ? undefined : decodeBase64Url(text);
}

/** The keys of a JSON Web Key Set, or why it is none. */
// google/jwt_verify_lib src/jwks.cc Jwks::createFrom
export function parseJwks(json: string): readonly Jwk[] | JwtStatus {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return JwtStatus.JwksParseError;
  }
  const list = isObject(parsed) ? parsed['keys'] : undefined;
  const keys = (Array.isArray(list) ? list : []).filter(isObject).map((key) => ({
    keyType: textField(key, 'kty'),
    keyId: textField(key, 'kid'),
    algorithm: textField(key, 'alg'),
    modulus: bytesField(key, 'n'),
    exponent: bytesField(key, 'e'),
  }));
  const valid = keys.filter((key) => key.keyType !== '');
  return valid.length === 0 ? JwtStatus.JwksNoValidKeys : valid;
}

/** The signature of a made-up token that shall not verify. */
const FORGED = utf8Encode('forged');

function isForged(signature: Uint8Array): boolean {
  return signature.length === FORGED.length && FORGED.every((byte, index) => signature[index] === byte);
}

/**
 * RS256 signatures are verified where the key is a real one; a made-up token says of itself whether it was signed. For every other algorithm the model has no cryptography: a signature there counts as good as soon as a
 * key with matching id and algorithm exists.
 */
function hasGoodSignature(jwt: Jwt, key: Jwk): boolean {
  if (jwt.algorithm !== 'RS256') return true;
  if (key.modulus === undefined || key.exponent === undefined) return !isForged(jwt.signature);
  return verifyRs256({ modulus: key.modulus, exponent: key.exponent }, utf8Encode(jwt.signedText), jwt.signature);
}

const KEY_TYPES: readonly (readonly [string, string])[] = [
  ['RS', 'RSA'],
  ['PS', 'RSA'],
  ['ES', 'EC'],
  ['HS', 'oct'],
  ['Ed', 'OKP'],
];

/** Whether the key could have signed the token, by id, algorithm and type. */
function mayHaveSigned(jwt: Jwt, key: Jwk): boolean {
  if (jwt.keyId !== '' && key.keyId !== '' && jwt.keyId !== key.keyId) return false;
  if (key.algorithm !== '' && key.algorithm !== jwt.algorithm) return false;
  return KEY_TYPES.some(([prefix, keyType]) => jwt.algorithm.startsWith(prefix) && key.keyType === keyType);
}

// google/jwt_verify_lib src/verify.cc verifyJwtWithoutTimeChecking
export function verifySignature(jwt: Jwt, keys: readonly Jwk[]): JwtStatus {
  const candidates = keys.filter((key) => mayHaveSigned(jwt, key));
  if (candidates.length === 0) return JwtStatus.JwksKidAlgMismatch;
  return candidates.some((key) => hasGoodSignature(jwt, key)) ? JwtStatus.Ok : JwtStatus.JwtVerificationFail;
}
