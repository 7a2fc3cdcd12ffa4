import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  type HttpFilter,
  headerMatcher,
  type Init,
  type JwtProvider,
  type JwtRequirement,
  type JwtRule,
  jwtAuthnConfig,
  jwtProvider,
  prefixPath,
  rbacPolicy,
  rbacRules,
  stringMatcher,
} from '../../../src/xds';
import { clientOnly, clusterOf } from '../configure';
import type { RequestSpec, Scenario } from '../contract';
import { once, pod, times } from './support';

const TOPIC = 'JWT';
const ISSUER = 'https://issuer.example';
const FILTER = 'envoy.filters.http.jwt_authn';
/** Seconds of the calendar, before and after every moment of a run on either side. */
const PAST = 1_000_000_000;
const FUTURE = 4_102_444_800;

const KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 });
const OTHER_KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 });

function keySet(key: KeyObject): string {
  return JSON.stringify({ keys: [{ ...key.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] });
}

type Claims = Readonly<Record<string, string | number | boolean | readonly string[]>>;

interface TokenInit {
  readonly key?: KeyObject;
  readonly kid?: string;
  readonly alg?: string;
}

function token(claims: Claims, { key = KEYS.privateKey, kid = 'one', alg = 'RS256' }: TokenInit = {}): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg, kid, typ: 'JWT' })}.${part({ iss: ISSUER, sub: 'ada', exp: FUTURE, ...claims })}`;
  return `${body}.${sign('RSA-SHA256', Buffer.from(body), key).toString('base64url')}`;
}

const GOOD = token({ aud: 'shop', role: 'admin', groups: ['one', 'two'] });

function bearing(text: string): RequestSpec {
  return { headers: { authorization: `Bearer ${text}` } };
}

function provider(init: Init<JwtProvider> = {}): JwtProvider {
  return jwtProvider({
    name: 'issuer',
    jwks: { kind: 'inline', json: keySet(KEYS.publicKey) },
    issuer: ISSUER,
    forward: true,
    ...init,
  });
}

const REQUIRED: JwtRequirement = { kind: 'provider', providerName: 'issuer' };

function rule(requires: JwtRequirement | undefined, prefix = '/'): JwtRule {
  return { path: prefixPath(prefix), headers: [], ...(requires === undefined ? {} : { requires }) };
}

function jwtFilter(providers: readonly JwtProvider[], rules: readonly JwtRule[]): HttpFilter {
  return { kind: 'jwtAuthn', name: FILTER, jwtAuthn: jwtAuthnConfig({ providers, rules }) };
}

function withJwt(
  init: Init<JwtProvider> = {},
  rules: readonly JwtRule[] = [rule(REQUIRED)],
  further: readonly HttpFilter[] = [],
): Scenario['configure'] {
  return (place) =>
    clientOnly(place, {
      clusters: [clusterOf(place, 'b', ['b'])],
      filters: [jwtFilter([provider(init)], rules), ...further],
    });
}

const LOG = { challenge: '%RESP(www-authenticate)%', authorization: '%REQ(authorization)%' };

/** One request with a token. */
function judged(name: string, claim: string, text: string, init: Init<JwtProvider> = {}): Scenario {
  return {
    name: `jwt-${name}`,
    topic: TOPIC,
    claim,
    pods: [pod('b')],
    configure: withJwt(init),
    steps: [times(1, bearing(text))],
    log: { challenge: LOG.challenge },
  };
}

const TOKENS: readonly Scenario[] = [
  {
    name: 'jwt-missing',
    topic: TOPIC,
    claim: 'a request without a token is answered 401',
    pods: [pod('b')],
    configure: withJwt(),
    steps: once,
    log: LOG,
  },
  judged('good', 'a good token lets the request through', GOOD),
  judged('malformed', 'a token without three parts is answered 401', 'nonsense'),
  judged('bad-header', 'a token whose head is no JSON is answered 401', 'YWJj.YWJj.YWJj'),
  judged('bad-base64', 'a token with characters outside of base64url is answered 401', `${GOOD.replace('.', '!.')}`),
  judged('expired', 'an expired token is answered 401', token({ exp: PAST })),
  judged('not-yet', 'a token that is not valid yet is answered 401', token({ nbf: FUTURE - 10 })),
  judged('issuer', 'a token of another issuer is answered 401', token({ iss: 'https://other.example' })),
  judged('audience', 'a token for another audience is answered 403', token({ aud: 'bank' }), { audiences: ['shop'] }),
  judged('audience-good', 'one of several audiences is enough', token({ aud: ['bank', 'shop'] }), {
    audiences: ['shop', 'x'],
  }),
  judged('audience-slash', 'audiences are equal but for scheme and a last slash', token({ aud: 'https://shop/' }), {
    audiences: ['http://shop'],
  }),
  judged('signature', 'a signature of another key is answered 401', token({}, { key: OTHER_KEYS.privateKey })),
  judged('unknown-key', 'a key id that the set does not have is answered 401', token({}, { kid: 'two' })),
  judged('algorithm', 'an algorithm that nobody implements is answered 401', token({}, { alg: 'RS999' })),
  judged('no-expiry', 'a token without expiry is good', token({ exp: 0 })),
];

const PLACES: readonly Scenario[] = [
  {
    name: 'jwt-from-header',
    topic: TOPIC,
    claim: 'the token is taken from the header and behind the prefix that the provider names',
    pods: [pod('b')],
    configure: withJwt({ fromHeaders: [{ name: 'x-token', valuePrefix: 'Token ' }] }),
    steps: [
      times(1, { headers: { 'x-token': `Token ${GOOD}` } }),
      times(1, { headers: { 'x-token': GOOD } }),
      times(1, bearing(GOOD)),
    ],
    log: { challenge: LOG.challenge },
  },
  {
    name: 'jwt-from-parameter',
    topic: TOPIC,
    claim: 'the token is taken from a query parameter',
    pods: [pod('b')],
    configure: withJwt({ fromParams: ['token'] }),
    steps: [times(1, { path: `/?token=${GOOD}` }), times(1, { path: '/?token=' })],
    log: { challenge: LOG.challenge },
  },
  {
    name: 'jwt-default-parameter',
    topic: TOPIC,
    claim: 'without places of its own a provider looks at the authorization header and at access_token',
    pods: [pod('b')],
    configure: withJwt(),
    steps: [times(1, { path: `/?access_token=${GOOD}` })],
  },
  {
    name: 'jwt-not-forwarded',
    topic: TOPIC,
    claim: 'the token is taken out of the request unless it is to be forwarded',
    pods: [pod('b')],
    configure: withJwt({ forward: false }),
    steps: [times(1, bearing(GOOD))],
    log: { authorization: LOG.authorization },
  },
  {
    name: 'jwt-claims-to-headers',
    topic: TOPIC,
    claim: 'claims go into headers, what the caller wrote there is dropped',
    pods: [pod('b')],
    configure: withJwt({
      claimToHeaders: [
        { headerName: 'x-sub', claimName: 'sub' },
        { headerName: 'x-role', claimName: 'role' },
        { headerName: 'x-none', claimName: 'none' },
      ],
    }),
    steps: [times(1, { headers: { ...bearing(GOOD).headers, 'x-none': 'faked', 'x-role': 'faked' } })],
    log: { sub: '%REQ(x-sub)%', role: '%REQ(x-role)%', none: '%REQ(x-none)%' },
  },
  {
    name: 'jwt-payload',
    topic: TOPIC,
    claim: 'the payload goes into a header and into the metadata',
    pods: [pod('b')],
    configure: withJwt({ forwardPayloadHeader: 'x-payload', payloadInMetadata: 'payload' }),
    steps: [times(1, bearing(GOOD))],
    log: { payload: '%REQ(x-payload)%', role: `%DYNAMIC_METADATA(${FILTER}:payload:role)%` },
  },
];

const REQUIREMENTS: readonly Scenario[] = [
  {
    name: 'jwt-rules',
    topic: TOPIC,
    claim: 'the first rule whose match holds decides, one without a requirement lets everything through',
    pods: [pod('b')],
    configure: withJwt({}, [rule(undefined, '/free'), rule(REQUIRED, '/paid')]),
    steps: [times(3, (index) => ({ path: ['/free', '/paid', '/other'][index] ?? '/' }))],
  },
  {
    name: 'jwt-allow-missing',
    topic: TOPIC,
    claim: 'where a token may be missing, a bad one is still answered 401',
    pods: [pod('b')],
    configure: withJwt({}, [rule({ kind: 'any', requirements: [REQUIRED, { kind: 'allowMissing' }] })]),
    steps: [times(1), times(1, bearing(token({ exp: PAST }))), times(1, bearing(GOOD))],
  },
  {
    name: 'jwt-allow-failed',
    topic: TOPIC,
    claim: 'where a token may be missing or bad, everything goes through',
    pods: [pod('b')],
    configure: withJwt({}, [rule({ kind: 'any', requirements: [REQUIRED, { kind: 'allowMissingOrFailed' }] })]),
    steps: [times(1), times(1, bearing('nonsense'))],
  },
  {
    name: 'jwt-then-rbac',
    topic: TOPIC,
    claim: 'authorization behind it decides by claims of the token',
    pods: [pod('b')],
    configure: withJwt(
      { payloadInMetadata: 'payload' },
      [rule(REQUIRED)],
      [
        {
          kind: 'rbac',
          name: 'envoy.filters.http.rbac',
          rbac: {
            rules: rbacRules({
              policies: [
                rbacPolicy({
                  name: 'admins',
                  principals: [
                    {
                      kind: 'metadata',
                      metadata: {
                        filter: FILTER,
                        path: ['payload', 'role'],
                        value: { kind: 'string', match: stringMatcher('exact', 'admin') },
                        invert: false,
                      },
                    },
                  ],
                }),
                rbacPolicy({
                  name: 'readers',
                  permissions: [{ kind: 'header', header: headerMatcher(':method', 'HEAD') }],
                  principals: [
                    {
                      kind: 'metadata',
                      metadata: {
                        filter: FILTER,
                        path: ['payload', 'groups'],
                        value: {
                          kind: 'listOneOf',
                          match: { kind: 'string', match: stringMatcher('exact', 'readers') },
                        },
                        invert: false,
                      },
                    },
                  ],
                }),
              ],
            }),
          },
        },
      ],
    ),
    steps: [
      times(1, bearing(GOOD)),
      times(1, bearing(token({ role: 'guest' }))),
      times(1, { method: 'HEAD', ...bearing(token({ groups: ['writers', 'readers'] })) }),
      times(1),
    ],
  },
];

export const JWT: readonly Scenario[] = [...TOKENS, ...PLACES, ...REQUIREMENTS];
