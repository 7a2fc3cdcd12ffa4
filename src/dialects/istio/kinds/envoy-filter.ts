import {
  choice,
  defineKind,
  described,
  list,
  type ObjectOf,
  object,
  openObject,
  port,
  type TypeOf,
  text,
} from '../../../config';
import { int32, textMap, uint32 } from './fields';
import { POLICY_TARGETS, WORKLOAD_SELECTOR } from './selector';
import { ISTIO_STATUS } from './status';

const FILTER = object('A filter of the chain.', {
  name: text('Name of the filter.'),
  subFilter: object('A filter inside it, such as an HTTP filter.', { name: text('Name of the filter.') }),
});

const LISTENER_MATCH = object('Listeners, or parts of them, that the patch is for.', {
  name: text('Name of the listener.'),
  portNumber: uint32('Port of the service or gateway that the listener is for.'),
  portName: text('Accepted and without effect.'),
  filterChain: object('A filter chain of the listener.', {
    name: text('Name of the filter chain.'),
    sni: text('Server name that the chain is chosen by.'),
    transportProtocol: text('Transport that the chain is chosen by: `raw_buffer` or `tls`.'),
    applicationProtocols: text('Application protocols that the chain is chosen by, separated by commas.'),
    destinationPort: uint32('Destination port that the chain is chosen by.'),
    transportSocket: text('Name of the transport socket of the chain.'),
    filter: FILTER,
  }),
  listenerFilter: text('Name of a listener filter.'),
});

const ROUTE_CONFIGURATION_MATCH = object('Route configurations, or parts of them, that the patch is for.', {
  name: text('Name of the route configuration.'),
  portNumber: uint32('Port that the route configuration is for.'),
  portName: text('Name of the port of the gateway server.'),
  gateway: text('Gateway that the route configuration is for, `namespace/name`.'),
  vhost: object('A virtual host of the route configuration.', {
    name: text('Name of the virtual host.'),
    domainName: text('A domain of the virtual host.'),
    route: object('A route of the virtual host.', {
      name: text('Name of the route.'),
      action: choice('Kind of the route. Default: ANY.', ['ANY', 'ROUTE', 'REDIRECT', 'DIRECT_RESPONSE']),
    }),
  }),
});

const CLUSTER_MATCH = object('Clusters that the patch is for.', {
  name: text('Name of the cluster.'),
  service: text('Service that the cluster is for.'),
  subset: text('Subset that the cluster is for.'),
  portNumber: uint32('Port that the cluster is for.'),
});

const WAYPOINT_MATCH = object('Parts of a waypoint that the patch is for.', {
  portNumber: port('Port of the service.'),
  filter: FILTER,
  route: object('A route.', { name: text('Name of the route.') }),
});

export const ENVOY_CONFIG_MATCH = object(
  'Which part of which proxies the patch is for.',
  {
    context: choice('Kind of proxy and direction of traffic. Default: ANY.', [
      'ANY',
      'SIDECAR_INBOUND',
      'SIDECAR_OUTBOUND',
      'GATEWAY',
      'WAYPOINT',
    ]),
    proxy: object('Proxies that the patch is for.', {
      proxyVersion: text('RE2 expression over the version of the proxy.'),
      metadata: textMap('Metadata that the proxy announces itself with.'),
    }),
    listener: LISTENER_MATCH,
    routeConfiguration: ROUTE_CONFIGURATION_MATCH,
    cluster: CLUSTER_MATCH,
    waypoint: WAYPOINT_MATCH,
  },
  { atMostOne: [['listener', 'routeConfiguration', 'cluster', 'waypoint']] },
);
export type EnvoyConfigMatch = TypeOf<typeof ENVOY_CONFIG_MATCH>;

export const ENVOY_CONFIG_PATCH = object('One patch.', {
  applyTo: choice('Sort of object that is patched.', [
    'INVALID',
    'LISTENER',
    'FILTER_CHAIN',
    'NETWORK_FILTER',
    'HTTP_FILTER',
    'ROUTE_CONFIGURATION',
    'VIRTUAL_HOST',
    'HTTP_ROUTE',
    'CLUSTER',
    'EXTENSION_CONFIG',
    'BOOTSTRAP',
    'LISTENER_FILTER',
  ]),
  match: ENVOY_CONFIG_MATCH,
  patch: object('What is changed.', {
    operation: choice('How it is changed.', [
      'INVALID',
      'MERGE',
      'ADD',
      'REMOVE',
      'INSERT_BEFORE',
      'INSERT_AFTER',
      'INSERT_FIRST',
      'REPLACE',
      'MERGE_AND_REPLACE_LIST',
    ]),
    value: openObject('Configuration of Envoy that is merged or added, kept as written.'),
    filterClass: choice('Where in the filter chain an added filter goes.', ['UNSPECIFIED', 'AUTHN', 'AUTHZ', 'STATS']),
  }),
});
export type EnvoyConfigPatch = TypeOf<typeof ENVOY_CONFIG_PATCH>;

export const ENVOY_FILTER_SPEC = object(
  'Patches, and the proxies that get them.',
  {
    workloadSelector: described(
      'Workloads whose proxies are patched. Default: all of the namespace.',
      WORKLOAD_SELECTOR,
    ),
    targetRefs: POLICY_TARGETS.targetRefs,
    configPatches: list('Patches, applied in order.', ENVOY_CONFIG_PATCH),
    priority: int32('Order among EnvoyFilters: lower ones first. Default: 0.'),
  },
  { atMostOne: [['workloadSelector', 'targetRefs']] },
);
export type EnvoyFilterSpec = TypeOf<typeof ENVOY_FILTER_SPEC>;

export const ENVOY_FILTER_KIND = defineKind({
  group: 'networking.istio.io',
  versions: ['v1alpha3'],
  kind: 'EnvoyFilter',
  plural: 'envoyfilters',
  namespaced: true,
  support: {
    level: 'partial',
    notSimulated: ['patches of BOOTSTRAP and EXTENSION_CONFIG', 'added filters that run code or are unknown here'],
  },
  summary: 'Patches the Envoy configuration that Istio generates.',
  link: 'https://istio.io/latest/docs/reference/config/networking/envoy-filter/',
  fields: { spec: ENVOY_FILTER_SPEC, status: ISTIO_STATUS },
  nullMeans: 'wrong-type',
});
export type EnvoyFilterObject = ObjectOf<typeof ENVOY_FILTER_KIND>;
