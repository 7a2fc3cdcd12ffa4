import { bool, choice, described, integer, list, object, port, type TypeOf, text, withDefault } from '../../../config';
import { headerName, preciseHostname } from './fields';
import { HEADER_MODIFIER, REQUEST_MIRROR } from './filters';
import { BACKEND_OBJECT_REFERENCE, LOCAL_REFERENCE } from './references';

const ORIGIN_PATTERN =
  '(^\\*$)|(^(http(s)?):\\/\\/(((\\*\\.)?([a-zA-Z0-9\\-]+\\.)*[a-zA-Z0-9-]+|\\*)(:([0-9]{1,5}))?)$)';
const DEFAULT_MAX_AGE_S = 5;
const CORS_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', '*'] as const;

const PATH_MODIFIER = object(
  'What becomes of the path.',
  {
    type: choice('How the path is changed.', ['ReplaceFullPath', 'ReplacePrefixMatch'], {
      docs: {
        ReplaceFullPath: 'The whole path is replaced.',
        ReplacePrefixMatch: 'The part that the PathPrefix of the match covers is replaced.',
      },
    }),
    replaceFullPath: text('The new path.', { maxLength: 1024 }),
    replacePrefixMatch: text('What stands in the place of the matched prefix.', { maxLength: 1024 }),
  },
  { required: ['type'] },
);
export type HttpPathModifier = TypeOf<typeof PATH_MODIFIER>;

const REQUEST_REDIRECT = object('Answers with a redirect instead of asking a backend.', {
  scheme: choice('Scheme of the new address. Default: that of the request.', ['http', 'https']),
  hostname: preciseHostname('Host of the new address. Default: that of the request.'),
  path: PATH_MODIFIER,
  port: port('Port of the new address. Default: that of the scheme if one is given, else that of the listener.'),
  statusCode: withDefault(integer('Status of the answer.', { values: [301, 302, 303, 307, 308] }), 302),
});
export type HttpRequestRedirect = TypeOf<typeof REQUEST_REDIRECT>;

const URL_REWRITE = object('Changes what the backend is asked for.', {
  hostname: preciseHostname('Host that the backend sees.'),
  path: PATH_MODIFIER,
});
export type HttpUrlRewrite = TypeOf<typeof URL_REWRITE>;

const CORS = object('Answers preflight requests, and tells browsers what other sites may do.', {
  allowOrigins: list(
    'Origins that may send requests: `scheme://host:port`, with `*` as the first label or alone for all.',
    text('An origin.', { pattern: ORIGIN_PATTERN, minLength: 1, maxLength: 253 }),
    { max: 64 },
  ),
  allowCredentials: bool('Whether requests may carry credentials.'),
  allowMethods: list('Methods that are allowed; `*` alone for all.', choice('A method.', CORS_METHODS), { max: 9 }),
  allowHeaders: list('Request headers that are allowed; `*` alone for all.', headerName('Name of a header.'), {
    max: 64,
  }),
  exposeHeaders: list('Response headers that scripts may read.', headerName('Name of a header.'), { max: 64 }),
  maxAge: withDefault(
    integer('Seconds for which a browser may keep the answer to a preflight request.', { min: 1 }),
    DEFAULT_MAX_AGE_S,
  ),
});
export type HttpCors = TypeOf<typeof CORS>;

const HEADER_NAMES = list('Names of headers.', text('Name of a header.'), { max: 64 });

const EXTERNAL_AUTH = object(
  'Asks another service whether the request may pass.',
  {
    protocol: choice('How the service is asked.', ['HTTP', 'GRPC']),
    backendRef: described('Service that decides.', BACKEND_OBJECT_REFERENCE),
    grpc: object('For the gRPC protocol of Envoy.', {
      allowedHeaders: described('Headers of the request that are sent along.', HEADER_NAMES),
    }),
    http: object('For plain HTTP.', {
      path: text('Prefix of the path that is asked.', { maxLength: 1024 }),
      allowedHeaders: described('Headers of the request that are sent along.', HEADER_NAMES),
      allowedResponseHeaders: described('Headers of the answer that are handed to the backend.', HEADER_NAMES),
    }),
    forwardBody: object('Sends the body along.', {
      maxSize: integer('Bytes of the body at most; a longer one is refused.', { min: 0 }),
    }),
  },
  { required: ['backendRef', 'protocol'] },
);

/** Filters of an HTTP route, by name of the type the field that holds their settings. */
export const HTTP_FILTER_FIELDS = {
  RequestHeaderModifier: 'requestHeaderModifier',
  ResponseHeaderModifier: 'responseHeaderModifier',
  RequestMirror: 'requestMirror',
  RequestRedirect: 'requestRedirect',
  URLRewrite: 'urlRewrite',
  ExtensionRef: 'extensionRef',
  CORS: 'cors',
  ExternalAuth: 'externalAuth',
} as const;

const HTTP_FILTER = object(
  'One step that requests or answers go through.',
  {
    type: choice('Which step it is; the field of that name has its settings.', [
      'RequestHeaderModifier',
      'ResponseHeaderModifier',
      'RequestMirror',
      'RequestRedirect',
      'URLRewrite',
      'ExtensionRef',
      'CORS',
      'ExternalAuth',
    ]),
    requestHeaderModifier: described('Changes to the headers of requests.', HEADER_MODIFIER),
    responseHeaderModifier: described('Changes to the headers of answers.', HEADER_MODIFIER),
    requestMirror: REQUEST_MIRROR,
    requestRedirect: REQUEST_REDIRECT,
    urlRewrite: URL_REWRITE,
    extensionRef: described('A step that an extension defines.', LOCAL_REFERENCE),
    cors: CORS,
    externalAuth: EXTERNAL_AUTH,
  },
  { required: ['type'] },
);
export type HttpRouteFilter = TypeOf<typeof HTTP_FILTER>;

export const HTTP_FILTERS = list('Steps that requests and answers go through.', HTTP_FILTER, { max: 16 });
