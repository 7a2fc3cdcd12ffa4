import { describe, expect, it } from 'vitest';
import { utf8Encode } from '../../../../base';
import { type JwtProvider, type JwtRequirement, jwtAuthnConfig, jwtProvider, prefixPath } from '../../../../xds';
import { type RequestView, requestView } from '../http-message';
import { compileJwtAuthn, decideJwtAuthn, type JwtEnvironment } from './jwt-authn';
import { sha256 } from './signature';
import type { FilterVerdict } from './verdict';

// A 2048-bit key that was thrown away after it had signed this one token.
const MODULUS = [
  'zZRUvISG896FrUDy6atTg8F3lewBrJ2LLQLSfiHisZ4T3r1xhCDNim79USOFegotaROQXWuj1_b2qfJ-D1v2HyIkI0s2zkPFSReDRAsCTsdQTgkcDPB_G_P_EPg8x8FuAFnCk',
  'hzhqVptFH5c7M0KSuVCCz7tLlI5oZ_45ZgH6eX6LS2LfIFem7vZ5p9U0U5NgehrK97Y5Xtq_tRTqtIc5UHlkMpS2nQBIrV6dLaTKxj1Vmc3CD7eGZmwQ5_nXZTOBDT1P5yp_D',
  '99pae1ffv7xtqUKpbGP6GRGWKxQh8Dus5VSPD0NqtM7ejeA-LOEUIpLwc4SgBbF7981cODlF9zZQ',
].join('');
const HEADER = 'eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiSldUIn0';
// {"iss":"issuer@example.com","sub":"alice","aud":["svc"],"exp":2000000000,"nbf":1000000000,"scope":"read write","group":"admins"}
const PAYLOAD = [
  'eyJpc3MiOiJpc3N1ZXJAZXhhbXBsZS5jb20iLCJzdWIiOiJhbGljZSIsImF1ZCI6WyJzdmMiXSwiZXhwIjoyMDAwMDAwMDAwLCJuYmYiOjEwMDAwMDAwMDAs',
  'InNjb3BlIjoicmVhZCB3cml0ZSIsImdyb3VwIjoiYWRtaW5zIn0',
].join('');
const SIGNATURE = [
  'YOEBd5ncB0dyva3eqNatOR6jDeKKykC2gk6jTW7KMRG04l5zxDJgSiAqOSxitmTuoGVFnIr7DzURgO1_olXwCoHl8ZrHl3_Wx6kbK5LSbV39KhZeESRh4udtgO_04QFWdEI2Y97z7',
  '61lCbYG6BiaYZqAsG8lMeKgFP9ecPnc_qh_5sYUF-McTP2YqE-x9JQqTNvWMZ14O6VKbouIXKPtYEXE7GxGmdGz9ltCN7jq1siPBXXtbBRY_tw-nx4sprfOP7meZm5yzNJWoqcrZ',
  'SuI3qAhPkE6EXLj05YKFwMHN6ZEH2crzm2ww0aKn4k9Zb8UpFZOrCHBhWP0iz6A3-5u6w',
].join('');
const TOKEN = `${HEADER}.${PAYLOAD}.${SIGNATURE}`;
const JWKS = JSON.stringify({ keys: [{ kty: 'RSA', n: MODULUS, e: 'AQAB', kid: 'k1', alg: 'RS256' }] });
const ENVIRONMENT: JwtEnvironment = { nowSeconds: 1_700_000_000, fetchedKeys: new Map() };

interface Setup {
  readonly provider?: Partial<JwtProvider>;
  readonly requires?: JwtRequirement;
  readonly request?: RequestView;
  readonly environment?: Partial<JwtEnvironment>;
}

function bearer(token: string): RequestView {
  return requestView('GET', 'svc', '/data', [['authorization', `Bearer ${token}`]]);
}

function decide({ provider, requires, request, environment }: Setup): FilterVerdict {
  const source = jwtAuthnConfig({
    providers: [
      jwtProvider({ name: 'p', issuer: 'issuer@example.com', jwks: { kind: 'inline', json: JWKS }, ...provider }),
    ],
    rules: [{ path: prefixPath('/'), headers: [], requires: requires ?? { kind: 'provider', providerName: 'p' } }],
  });
  return decideJwtAuthn(compileJwtAuthn(source), request ?? bearer(TOKEN), { ...ENVIRONMENT, ...environment });
}

function refusal(setup: Setup): { readonly status: number; readonly body: string } {
  const verdict = decide(setup);
  if (verdict.kind !== 'localReply') throw new Error('the token is accepted');
  return { status: verdict.reply.status, body: verdict.reply.body };
}

describe('a token', () => {
  it('with a good signature is accepted and taken out of the request', () => {
    const verdict = decide({});
    expect(verdict.kind).toBe('continue');
    if (verdict.kind === 'continue') expect(verdict.request.headers.has('authorization')).toBe(false);
  });

  it('hands on payload and claims where asked to', () => {
    const verdict = decide({
      provider: {
        forward: true,
        forwardPayloadHeader: 'X-Payload',
        payloadInMetadata: 'payload',
        spaceDelimitedClaims: ['scope'],
        claimToHeaders: [{ headerName: 'x-group', claimName: 'group' }],
      },
      request: requestView('GET', 'svc', '/', [
        ['authorization', `Bearer ${TOKEN}`],
        ['x-group', 'forged'],
      ]),
    });
    if (verdict.kind !== 'continue') throw new Error('the token is refused');
    expect(verdict.request.headers.has('authorization')).toBe(true);
    expect(verdict.request.headers.get('x-payload')).toBe(PAYLOAD);
    expect(verdict.request.headers.getAll('x-group')).toEqual(['admins']);
    expect(verdict.metadata?.get('envoy.filters.http.jwt_authn')).toMatchObject({
      payload: { sub: 'alice', scope: ['read', 'write'] },
    });
  });

  it('that was changed is refused', () => {
    const forged = `${HEADER}.${PAYLOAD.replace('JhbGljZSIs', 'JhbGljZiIs')}.${SIGNATURE}`;
    expect(refusal({ request: bearer(forged) })).toEqual({ status: 401, body: 'Jwt verification fails' });
    expect(refusal({ request: bearer(`${HEADER}.${PAYLOAD}.AAAA`) }).body).toBe('Jwt verification fails');
  });

  it('is refused for what it says', () => {
    expect(refusal({ environment: { nowSeconds: 2_000_000_061 } }).body).toBe('Jwt is expired');
    expect(refusal({ environment: { nowSeconds: 999_999_939 } }).body).toBe('Jwt not yet valid');
    expect(decide({ environment: { nowSeconds: 2_000_000_059 } }).kind).toBe('continue');
    expect(refusal({ provider: { audiences: ['other'] } })).toEqual({
      status: 403,
      body: 'Audiences in Jwt are not allowed',
    });
    expect(decide({ provider: { audiences: ['svc'] } }).kind).toBe('continue');
    expect(refusal({ provider: { issuer: 'else' } }).body).toBe('Jwt issuer is not configured');
    expect(refusal({ request: bearer('a.b') }).body).toContain('two dots');
  });

  it('needs a key that fits it', () => {
    const other = JWKS.replace('"k1"', '"k2"');
    expect(refusal({ provider: { jwks: { kind: 'inline', json: other } } }).body).toContain('match kid or alg');
    const jwks = { kind: 'remote', uri: 'https://x/keys' } as const;
    expect(refusal({ provider: { jwks } }).body).toBe('Jwks remote fetch is failed');
    expect(decide({ provider: { jwks }, environment: { fetchedKeys: new Map([['p', JWKS]]) } }).kind).toBe('continue');
  });

  it('is found in parameters and cookies', () => {
    const provider = { fromParams: ['t'], fromCookies: ['c'] };
    expect(decide({ provider, request: requestView('GET', 'svc', `/?t=${TOKEN}`) }).kind).toBe('continue');
    const cookie = requestView('GET', 'svc', '/', [['cookie', `a=b; c=${TOKEN}`]]);
    expect(decide({ provider, request: cookie }).kind).toBe('continue');
    expect(decide({ request: requestView('GET', 'svc', `/?access_token=${TOKEN}`) }).kind).toBe('continue');
  });
});

describe('a request without token', () => {
  const request = requestView('GET', 'svc', '/data');

  it('is refused with a challenge', () => {
    const verdict = decide({ request });
    expect(verdict).toMatchObject({
      reply: {
        status: 401,
        body: 'Jwt is missing',
        details: 'jwt_authn_access_denied{Jwt_is_missing}',
        headers: [['www-authenticate', 'Bearer realm="http://svc/data"']],
      },
    });
  });

  it('passes where the token may be missing, unlike one with a bad token', () => {
    const any = (kind: 'allowMissing' | 'allowMissingOrFailed'): JwtRequirement => ({
      kind: 'any',
      requirements: [{ kind: 'provider', providerName: 'p' }, { kind }],
    });
    expect(decide({ request, requires: any('allowMissing') }).kind).toBe('continue');
    expect(refusal({ request: bearer('x.y.z'), requires: any('allowMissing') }).status).toBe(401);
    expect(decide({ request: bearer('x.y.z'), requires: any('allowMissingOrFailed') }).kind).toBe('continue');
  });
});

describe('SHA-256', () => {
  function hex(text: string): string {
    return Array.from(sha256(utf8Encode(text)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  it('gives the digests of FIPS 180-4', () => {
    expect(hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(hex('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe(
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    );
  });
});
