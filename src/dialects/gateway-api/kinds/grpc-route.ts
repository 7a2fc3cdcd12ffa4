import { choice, defineKind, described, list, type ObjectOf, object, type TypeOf, text } from '../../../config';
import { GATEWAY_API_GROUP, sectionName } from './fields';
import { HEADER_MODIFIER, REQUEST_MIRROR } from './filters';
import { COMMON_ROUTE_FIELDS, HEADER_MATCH, HOSTNAMES, matchType } from './http-route';
import { LOCAL_REFERENCE, WEIGHTED_BACKEND } from './references';
import { SESSION_PERSISTENCE } from './session-persistence';
import { ROUTE_STATUS } from './status';

const METHOD_MATCH = object('Condition on the method that is called. One of `service` and `method` is needed.', {
  type: matchType(),
  service: text('Name of the service with its package.', { maxLength: 1024 }),
  method: text('Name of the method.', { maxLength: 1024 }),
});
export type GrpcMethodMatch = TypeOf<typeof METHOD_MATCH>;

const GRPC_MATCH = object('Conditions that must all hold.', {
  method: METHOD_MATCH,
  headers: list('Conditions on metadata.', HEADER_MATCH, { max: 16 }),
});
export type GrpcRouteMatch = TypeOf<typeof GRPC_MATCH>;

const GRPC_FILTER = object(
  'One step that calls or answers go through.',
  {
    type: choice('Which step it is; the field of that name has its settings.', [
      'ResponseHeaderModifier',
      'RequestHeaderModifier',
      'RequestMirror',
      'ExtensionRef',
    ]),
    requestHeaderModifier: described('Changes to the metadata of calls.', HEADER_MODIFIER),
    responseHeaderModifier: described('Changes to the metadata of answers.', HEADER_MODIFIER),
    requestMirror: REQUEST_MIRROR,
    extensionRef: described('A step that an extension defines.', LOCAL_REFERENCE),
  },
  { required: ['type'] },
);
export type GrpcRouteFilter = TypeOf<typeof GRPC_FILTER>;

const GRPC_FILTERS = list('Steps that calls and answers go through.', GRPC_FILTER, { max: 16 });

const GRPC_BACKEND = object(
  'A backend with its share of the calls.',
  { ...WEIGHTED_BACKEND, filters: GRPC_FILTERS },
  { required: ['name'] },
);
export type GrpcBackendReference = TypeOf<typeof GRPC_BACKEND>;

const GRPC_RULE = object('Conditions, and what happens to calls that meet one of them.', {
  name: sectionName('Name of the rule.'),
  matches: list('Conditions, of which one has to hold. Default: every call.', GRPC_MATCH, { max: 64 }),
  filters: GRPC_FILTERS,
  backendRefs: list('Backends that share the calls by weight. Without any a call fails.', GRPC_BACKEND, { max: 16 }),
  sessionPersistence: SESSION_PERSISTENCE,
});
export type GrpcRouteRule = TypeOf<typeof GRPC_RULE>;

export const GRPC_ROUTE = defineKind({
  group: GATEWAY_API_GROUP,
  versions: ['v1'],
  kind: 'GRPCRoute',
  plural: 'grpcroutes',
  namespaced: true,
  support: {
    level: 'partial',
    notSimulated: ['rules.filters.extensionRef', 'rules.sessionPersistence', 'useDefaultGateways'],
  },
  summary: 'Rules for gRPC calls at a Gateway, or between services when the parent is a Service.',
  link: 'https://gateway-api.sigs.k8s.io/reference/spec/#grpcroute',
  fields: {
    spec: object('Where the rules hold, and the rules.', {
      ...COMMON_ROUTE_FIELDS,
      hostnames: HOSTNAMES,
      rules: list('Rules; the most specific match of all wins, not the first.', GRPC_RULE, { max: 16 }),
    }),
    status: ROUTE_STATUS,
  },
  required: ['spec'],
  nullMeans: 'wrong-type',
});
export type GrpcRouteObject = ObjectOf<typeof GRPC_ROUTE>;
