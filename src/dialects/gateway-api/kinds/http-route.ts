import {
  choice,
  defineKind,
  integer,
  list,
  type ObjectOf,
  object,
  type TypeOf,
  text,
  withDefault,
} from '../../../config';
import { GATEWAY_API_GROUP, gatewayDuration, headerName, headerValue, hostname, sectionName } from './fields';
import { HTTP_FILTERS } from './http-filters';
import { PARENT_REFERENCES, WEIGHTED_BACKEND } from './references';
import { SESSION_PERSISTENCE } from './session-persistence';
import { ROUTE_STATUS } from './status';

const EVERY_PATH = { type: 'PathPrefix', value: '/' } as const;

/** Compared with the value as it stands, or as an expression. */
export function matchType() {
  return withDefault(choice('How the value is compared.', ['Exact', 'RegularExpression']), 'Exact');
}

const PATH_MATCH = object('Condition on the path.', {
  type: withDefault(
    choice('How the path is compared.', ['Exact', 'PathPrefix', 'RegularExpression'], {
      docs: {
        Exact: 'The path is this one.',
        PathPrefix: 'The path begins with these whole segments: `/v2` takes `/v2` and `/v2/x`, not `/v2x`.',
        RegularExpression: 'The whole path matches the expression.',
      },
    }),
    'PathPrefix',
  ),
  value: withDefault(text('Path to compare with.', { maxLength: 1024 }), '/'),
});

export const HEADER_MATCH = object(
  'Condition on one header.',
  {
    name: headerName('Name of the header; of several with one name only the first counts.'),
    type: matchType(),
    value: headerValue('Value to compare with.'),
  },
  { required: ['name', 'value'] },
);

const QUERY_MATCH = object(
  'Condition on one query parameter.',
  {
    name: headerName('Name of the parameter.'),
    type: matchType(),
    value: text('Value to compare with.', { minLength: 1, maxLength: 1024 }),
  },
  { required: ['name', 'value'] },
);

const HTTP_MATCH = object('Conditions that must all hold.', {
  path: withDefault(PATH_MATCH, EVERY_PATH),
  headers: list('Conditions on headers.', HEADER_MATCH, { max: 16 }),
  queryParams: list('Conditions on query parameters.', QUERY_MATCH, { max: 16 }),
  method: choice('Method of the request. Default: any.', [
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'DELETE',
    'CONNECT',
    'OPTIONS',
    'TRACE',
    'PATCH',
  ]),
});
export type HttpRouteMatch = TypeOf<typeof HTTP_MATCH>;

const HTTP_BACKEND = object(
  'A backend with its share of the requests.',
  { ...WEIGHTED_BACKEND, filters: HTTP_FILTERS },
  { required: ['name'] },
);
export type HttpBackendReference = TypeOf<typeof HTTP_BACKEND>;

const EVERY_REQUEST = [{ path: EVERY_PATH }];

const HTTP_RULE = object('Conditions, and what happens to requests that meet one of them.', {
  name: sectionName('Name of the rule.'),
  matches: withDefault(list('Conditions, of which one has to hold.', HTTP_MATCH, { max: 64 }), EVERY_REQUEST),
  filters: HTTP_FILTERS,
  backendRefs: list('Backends that share the requests by weight. Without any the answer is 500.', HTTP_BACKEND, {
    max: 16,
  }),
  timeouts: object('Time limits.', {
    request: gatewayDuration('For the whole exchange with the client, retries included; `0s`: none.'),
    backendRequest: gatewayDuration('For each try at a backend; `0s`: none.'),
  }),
  retry: object('When a request is tried again.', {
    attempts: integer('Further tries after the first.', { min: 1 }),
    backoff: gatewayDuration('Pause before a further try, at least.'),
    codes: list('Statuses after which to try again.', integer('A status.', { min: 400, max: 599 })),
  }),
  sessionPersistence: SESSION_PERSISTENCE,
});
export type HttpRouteRule = TypeOf<typeof HTTP_RULE>;

/** Fields that all routes share. */
export const COMMON_ROUTE_FIELDS = {
  parentRefs: PARENT_REFERENCES,
  useDefaultGateways: choice('Whether the route also attaches to default Gateways.', ['All', 'None']),
};

export const HOSTNAMES = list(
  'Hosts that the route is for, within those of the listener. Default: all of them. Not used for a Service as parent.',
  hostname('A host; `*.` at the front stands for one label or more.'),
  { max: 16 },
);

export const HTTP_ROUTE = defineKind({
  group: GATEWAY_API_GROUP,
  versions: ['v1', 'v1beta1'],
  kind: 'HTTPRoute',
  plural: 'httproutes',
  namespaced: true,
  support: {
    level: 'partial',
    notSimulated: [
      'rules.filters.externalAuth',
      'rules.filters.extensionRef',
      'rules.sessionPersistence',
      'useDefaultGateways',
    ],
  },
  summary: 'Rules for HTTP requests at a Gateway, or between services when the parent is a Service.',
  link: 'https://gateway-api.sigs.k8s.io/reference/spec/#httproute',
  fields: {
    spec: object('Where the rules hold, and the rules.', {
      ...COMMON_ROUTE_FIELDS,
      hostnames: HOSTNAMES,
      rules: withDefault(
        list('Rules; the most specific match of all wins, not the first.', HTTP_RULE, { min: 1, max: 16 }),
        [{ matches: EVERY_REQUEST }],
      ),
    }),
    status: ROUTE_STATUS,
  },
  required: ['spec'],
  nullMeans: 'wrong-type',
});
export type HttpRouteObject = ObjectOf<typeof HTTP_ROUTE>;
