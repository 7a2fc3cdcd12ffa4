import { bool, choice, described, duration, list, nullable, number, object, type TypeOf, text } from '../../../config';
import { DESTINATION } from './destination';
import { int32, textMap, texts, uint32 } from './fields';
import { STRING_MATCH } from './string-match';

export const PERCENT = object('A share of the traffic.', {
  value: number('Per cent from 0 to 100; steps of 0.0001 are possible.'),
});
/** A share; `value` in per cent, 0 when it is absent. */
export type Percent = TypeOf<typeof PERCENT>;

export const HEADER_OPERATIONS = object('Changes to the headers of a message.', {
  set: textMap('Headers that are written over, whatever they were.'),
  add: textMap('Headers that are appended to those present.'),
  remove: texts('Names of headers that are taken away.'),
});
/** Applied in the order remove, set, add. */
export type HeaderOperations = TypeOf<typeof HEADER_OPERATIONS>;

export const HEADERS = object('Changes to the headers on the way there and on the way back.', {
  request: described('Changes before the request is sent on.', HEADER_OPERATIONS),
  response: described('Changes before the response goes back to the client.', HEADER_OPERATIONS),
});
export type Headers = TypeOf<typeof HEADERS>;

export const HTTP_REDIRECT = object(
  'Answers with a redirect instead of sending the request on.',
  {
    uri: text('Path to redirect to, in place of the whole path.'),
    prefixRewrite: text('Replaces the part of the path that a prefix condition matched.'),
    authority: text('Host to redirect to.'),
    port: uint32('Port to redirect to.', { max: 65_535 }),
    derivePort: choice(
      'Where the port comes from when none is given.',
      ['FROM_PROTOCOL_DEFAULT', 'FROM_REQUEST_PORT'],
      {
        docs: {
          FROM_PROTOCOL_DEFAULT: '80 for HTTP and 443 for HTTPS.',
          FROM_REQUEST_PORT: 'The port that the client used.',
        },
      },
    ),
    scheme: text('Scheme to redirect to: `http` or `https`.'),
    redirectCode: uint32('Status of the answer: 301, 302, 303, 307 or 308. Default: 301.'),
  },
  { atMostOne: [['port', 'derivePort']] },
);
export type HttpRedirect = TypeOf<typeof HTTP_REDIRECT>;

export const HTTP_BODY = object(
  'Content of an answer.',
  {
    string: text('The content as text.'),
    bytes: text('The content in base64.', { format: 'base64' }),
  },
  { atMostOne: [['string', 'bytes']] },
);
export type HttpBody = TypeOf<typeof HTTP_BODY>;

export const HTTP_DIRECT_RESPONSE = object(
  'Answers at once with a fixed status and body.',
  {
    status: uint32('Status of the answer.'),
    body: described('Content of the answer; empty when absent. At most 1 MB.', HTTP_BODY),
  },
  { required: ['status'] },
);
export type HttpDirectResponse = TypeOf<typeof HTTP_DIRECT_RESPONSE>;

export const DELEGATE = object('Names another VirtualService that goes on with the decision.', {
  name: text('Name of the other VirtualService, which must have no hosts and no gateways of its own.'),
  namespace: text('Its namespace. Default: the namespace of this object.'),
});
export type Delegate = TypeOf<typeof DELEGATE>;

export const HTTP_REWRITE = object('Changes path and host before the request is sent on.', {
  uri: text('Replaces the path; where the condition was a prefix, only that prefix.'),
  authority: text('Replaces the host.'),
  uriRegexRewrite: object('Changes the path by a regular expression.', {
    match: text('RE2 expression; every part of the path that it matches is replaced.'),
    rewrite: text('The replacement. `\\1` to `\\9` insert what the groups of the expression matched.'),
  }),
});
export type HttpRewrite = TypeOf<typeof HTTP_REWRITE>;

export const HTTP_RETRY = object(
  'When and how often a failed request is tried again. Without this block the mesh default applies: 2 retries on connect-failure, refused-stream, unavailable, cancelled and retriable-status-codes.',
  {
    attempts: int32('Number of retries after the first try; 0 switches retries off.'),
    perTryTimeout: duration('Time limit of one try, the first included. Default: the timeout of the route.'),
    retryOn: text(
      'Conditions for a retry, separated by commas, such as `5xx,reset,connect-failure`; a status number counts too.',
    ),
    backoff: duration('Base of the random, growing wait before a retry. Default: 25ms.'),
    retryRemoteLocalities: nullable(
      bool('Whether a retry may go to an endpoint in another locality. Default: the mesh default.'),
    ),
    retryIgnorePreviousHosts: nullable(
      bool('Whether a retry avoids the hosts that were tried already. Default: true.'),
    ),
  },
);
export type HttpRetry = TypeOf<typeof HTTP_RETRY>;

export const CORS_POLICY = object('Answers preflight requests of browsers and marks responses for other origins.', {
  allowOrigins: list('Origins that may read the responses.', STRING_MATCH),
  allowOrigin: texts('Origins that may read the responses, as exact texts. Deprecated: `allowOrigins` replaces it.'),
  allowMethods: texts('Methods that scripts of other origins may use.'),
  allowHeaders: texts('Request headers that scripts of other origins may send.'),
  exposeHeaders: texts('Response headers that scripts of other origins may read.'),
  maxAge: duration('How long a browser may remember the answer to a preflight request, in whole seconds.'),
  allowCredentials: nullable(bool('Whether scripts of other origins may send cookies and credentials.')),
  unmatchedPreflights: choice(
    'What happens to a preflight request of an origin that is not allowed. Default: FORWARD.',
    ['UNSPECIFIED', 'FORWARD', 'IGNORE'],
    {
      docs: {
        UNSPECIFIED: 'As FORWARD.',
        FORWARD: 'It is sent on like any other request.',
        IGNORE: 'It is answered without the headers that would allow the origin.',
      },
    },
  ),
});
export type CorsPolicy = TypeOf<typeof CORS_POLICY>;

export const FAULT_DELAY = object(
  'Holds requests back before they are sent on.',
  {
    percentage: described('Share of the requests that are held back. Without it none is.', PERCENT),
    percent: int32('Share in whole per cent.', { deprecated: 'Write `percentage` instead.' }),
    fixedDelay: duration('How long a request is held back.'),
    exponentialDelay: duration('Upstream refuses it: not implemented.'),
  },
  { atMostOne: [['fixedDelay', 'exponentialDelay']] },
);
export type FaultDelay = TypeOf<typeof FAULT_DELAY>;

export const FAULT_ABORT = object(
  'Answers requests with an error instead of sending them on.',
  {
    percentage: described('Share of the requests that are answered with the error. Without it none is.', PERCENT),
    httpStatus: int32('Status of the answer, 200 to 599.'),
    grpcStatus: text('Name of a gRPC status, such as `UNAVAILABLE`.'),
    http2Error: text('Upstream refuses it: not implemented.'),
  },
  { atMostOne: [['httpStatus', 'grpcStatus', 'http2Error']] },
);
export type FaultAbort = TypeOf<typeof FAULT_ABORT>;

export const HTTP_FAULT_INJECTION = object('Makes requests fail or wait on purpose, in the proxy of the client.', {
  delay: FAULT_DELAY,
  abort: FAULT_ABORT,
});
export type HttpFaultInjection = TypeOf<typeof HTTP_FAULT_INJECTION>;

export const HTTP_MIRROR_POLICY = object(
  'Sends a copy of the requests to another service; the answers to copies are thrown away.',
  {
    destination: described('Service that gets the copies.', DESTINATION),
    percentage: described('Share of the requests that are copied. Default: all.', PERCENT),
  },
  { required: ['destination'] },
);
export type HttpMirrorPolicy = TypeOf<typeof HTTP_MIRROR_POLICY>;
