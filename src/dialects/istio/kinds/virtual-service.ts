import {
  defineKind,
  described,
  duration,
  list,
  nullable,
  type ObjectOf,
  object,
  type TypeOf,
  text,
} from '../../../config';
import { DESTINATION } from './destination';
import { int32, texts, uint32 } from './fields';
import { ISTIO_STATUS } from './status';
import {
  CORS_POLICY,
  DELEGATE,
  HEADERS,
  HTTP_DIRECT_RESPONSE,
  HTTP_FAULT_INJECTION,
  HTTP_MIRROR_POLICY,
  HTTP_REDIRECT,
  HTTP_RETRY,
  HTTP_REWRITE,
  PERCENT,
} from './virtual-service-actions';
import { HTTP_MATCH_REQUESTS, L4_MATCH_ATTRIBUTES, TLS_MATCH_ATTRIBUTES } from './virtual-service-match';

const WEIGHT = int32(
  'Share of the traffic relative to the weights beside it. A single destination gets everything, whatever it says.',
);

export const HTTP_ROUTE_DESTINATION = object(
  'One destination of a rule, with its share of the requests.',
  {
    destination: described('Service that gets the requests.', DESTINATION),
    weight: WEIGHT,
    headers: described('Changes to the headers of requests that go here, after those of the rule.', HEADERS),
  },
  { required: ['destination'] },
);
export type HttpRouteDestination = TypeOf<typeof HTTP_ROUTE_DESTINATION>;

export const ROUTE_DESTINATION = object(
  'One destination of a rule, with its share of the connections.',
  { destination: described('Service that gets the connections.', DESTINATION), weight: WEIGHT },
  { required: ['destination'] },
);
/** Destination of a TCP or TLS rule. */
export type RouteDestination = TypeOf<typeof ROUTE_DESTINATION>;

export const HTTP_ROUTE = object(
  'One rule for HTTP: conditions and what happens to requests that meet them. The first rule that applies wins.',
  {
    name: text('Name of the rule, shown in access logs.'),
    match: HTTP_MATCH_REQUESTS,
    route: list('Destinations that share the requests by weight.', HTTP_ROUTE_DESTINATION),
    redirect: HTTP_REDIRECT,
    directResponse: HTTP_DIRECT_RESPONSE,
    delegate: DELEGATE,
    rewrite: HTTP_REWRITE,
    timeout: duration(
      'Time limit of the whole exchange, retries included; a request over it gets 504. Default: no limit.',
    ),
    retries: HTTP_RETRY,
    fault: HTTP_FAULT_INJECTION,
    mirror: described('Service that gets a copy of the requests.', DESTINATION),
    mirrors: list('Services that each get a copy of the requests, with shares of their own.', HTTP_MIRROR_POLICY),
    mirrorPercentage: described('Share of the requests that `mirror` copies. Default: all.', PERCENT),
    mirrorPercent: nullable(
      uint32('Share that `mirror` copies, in whole per cent.', {
        deprecated: 'Write `mirrorPercentage` instead.',
      }),
    ),
    mirror_percent: nullable(
      uint32('Old spelling of `mirrorPercent`.', { deprecated: 'Write `mirrorPercentage` instead.' }),
    ),
    corsPolicy: CORS_POLICY,
    headers: described('Changes to the headers of every request that this rule takes.', HEADERS),
  },
);
export type HttpRoute = TypeOf<typeof HTTP_ROUTE>;

export const TLS_ROUTE = object(
  'One rule for TLS connections that are passed on undecrypted.',
  {
    match: list('Conditions, of which one has to hold.', TLS_MATCH_ATTRIBUTES),
    route: list('Destinations that share the connections by weight.', ROUTE_DESTINATION),
  },
  { required: ['match'] },
);
export type TlsRoute = TypeOf<typeof TLS_ROUTE>;

export const TCP_ROUTE = object('One rule for connections whose content the proxy does not read.', {
  match: list(
    'Conditions, of which one has to hold. Without any the rule takes every connection.',
    L4_MATCH_ATTRIBUTES,
  ),
  route: list('Destinations that share the connections by weight.', ROUTE_DESTINATION),
});
export type TcpRoute = TypeOf<typeof TCP_ROUTE>;

export const VIRTUAL_SERVICE_SPEC = object('For which hosts the rules hold, where, and the rules.', {
  hosts: texts(
    'Names that clients call: a service, a DNS name, or a name that starts with `*`. A name without a dot is completed with the namespace of this object. Empty for a VirtualService that others delegate to.',
  ),
  gateways: texts('Where the rules hold: names of Gateways, and `mesh` for all sidecars. Default: `mesh` alone.'),
  http: list('Rules for HTTP traffic, first match first.', HTTP_ROUTE),
  tls: list('Rules for TLS traffic that is passed on undecrypted.', TLS_ROUTE),
  tcp: list('Rules for other traffic.', TCP_ROUTE),
  exportTo: texts('Namespaces whose clients follow the rules: `*` for all, `.` for its own. Default: all.'),
});
export type VirtualServiceSpec = TypeOf<typeof VIRTUAL_SERVICE_SPEC>;

export const VIRTUAL_SERVICE_KIND = defineKind({
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  kind: 'VirtualService',
  plural: 'virtualservices',
  namespaced: true,
  support: { level: 'partial', notSimulated: ['http.match.statPrefix', 'tcp.match.sourceSubnet'] },
  summary: 'Rules that decide where requests to a host go, and what happens to them on the way.',
  link: 'https://istio.io/latest/docs/reference/config/networking/virtual-service/',
  fields: { spec: VIRTUAL_SERVICE_SPEC, status: ISTIO_STATUS },
  nullMeans: 'wrong-type',
});
export type VirtualServiceObject = ObjectOf<typeof VIRTUAL_SERVICE_KIND>;
