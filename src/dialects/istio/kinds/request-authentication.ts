import { bool, choice, defineKind, duration, list, type ObjectOf, object, type TypeOf, text } from '../../../config';
import { texts } from './fields';
import { POLICY_TARGETS } from './selector';
import { ISTIO_STATUS } from './status';

const NON_EMPTY = { minLength: 1 };
const JWKS_URI = { minLength: 1, maxLength: 2048 };

export const JWT_HEADER = object(
  'A header that carries the token.',
  {
    name: text('Name of the header.', NON_EMPTY),
    prefix: text('Text in front of the token, with its space if there is one: `Bearer `.'),
  },
  { required: ['name'] },
);
export type JwtHeader = TypeOf<typeof JWT_HEADER>;

export const CLAIM_TO_HEADER = object(
  'A claim that the workload gets as a header.',
  {
    header: text('Name of the header.', { minLength: 1, pattern: '^[-_A-Za-z0-9]+$' }),
    claim: text('Name of the claim; `.` goes into nested ones.', NON_EMPTY),
  },
  { required: ['header', 'claim'] },
);
export type ClaimToHeader = TypeOf<typeof CLAIM_TO_HEADER>;

export const JWT_RULE = object(
  'How tokens of one issuer are found and verified.',
  {
    issuer: text('Issuer that the token has to name.', NON_EMPTY),
    audiences: texts('Audiences, of which the token has to name one. Default: any.', NON_EMPTY),
    jwksUri: text('Address of the public keys of the issuer.', JWKS_URI),
    jwks_uri: text('Old spelling of `jwksUri`.', JWKS_URI),
    jwks: text('The public keys of the issuer, as JSON.'),
    fromHeaders: list('Headers that may carry the token. Default: `Authorization` with `Bearer `.', JWT_HEADER),
    fromParams: texts('Query parameters that may carry the token. Default: `access_token`.', NON_EMPTY),
    fromCookies: texts('Cookies that may carry the token.', NON_EMPTY),
    outputPayloadToHeader: text('Header in which the workload gets the verified content, in base64url.'),
    outputClaimToHeaders: list('Claims that the workload gets as headers.', CLAIM_TO_HEADER),
    forwardOriginalToken: bool('Leave the token in the request. Default: false.'),
    presence: choice('Whether a request without a token is refused. Default: OPTIONAL.', ['OPTIONAL', 'REQUIRED'], {
      docs: { OPTIONAL: 'It is let through, without an identity.', REQUIRED: 'It is refused with 401.' },
    }),
    spaceDelimitedClaims: texts('Claims whose text is a list, separated by spaces.', NON_EMPTY, { max: 64 }),
    timeout: duration('Time limit for fetching the public keys. Default: 5s.'),
  },
  { atMostOne: [['jwksUri', 'jwks_uri', 'jwks']] },
);
export type JwtRule = TypeOf<typeof JWT_RULE>;

export const REQUEST_AUTHENTICATION_SPEC = object(
  'Which tokens workloads accept.',
  {
    ...POLICY_TARGETS,
    jwtRules: list('Issuers whose tokens are accepted. A token of another issuer is refused with 401.', JWT_RULE, {
      max: 4096,
    }),
  },
  { atMostOne: [['selector', 'targetRef', 'targetRefs']] },
);
export type RequestAuthenticationSpec = TypeOf<typeof REQUEST_AUTHENTICATION_SPEC>;

export const REQUEST_AUTHENTICATION_KIND = defineKind({
  group: 'security.istio.io',
  versions: ['v1', 'v1beta1'],
  kind: 'RequestAuthentication',
  plural: 'requestauthentications',
  namespaced: true,
  support: {
    level: 'partial',
    notSimulated: ['jwtRules.jwksUri', 'jwtRules.timeout'],
  },
  summary: 'Verifies the tokens of requests and gives them an identity; it does not ask for a token by itself.',
  link: 'https://istio.io/latest/docs/reference/config/security/request_authentication/',
  fields: { spec: REQUEST_AUTHENTICATION_SPEC, status: ISTIO_STATUS },
  nullMeans: 'wrong-type',
});
export type RequestAuthenticationObject = ObjectOf<typeof REQUEST_AUTHENTICATION_KIND>;
