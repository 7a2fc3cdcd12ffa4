import { type ConfigOrigin, type HashPolicy, type NetworkFilter, type TcpProxy, tcpProxy } from '../../../../xds';
import type { RouteDestination } from '../../kinds';
import { durationNs } from '../durations';
import { dnsCacheConfig } from '../dynamic-dns';
import type { MeshProxy, Service, ServicePort } from '../model';
import { isWildcardHost } from '../names';
import type { DestinationRule } from '../push-context/destination-rules';
import type { PushContext } from '../push-context/push-context';
import { destinationRuleFor, type SidecarScope } from '../push-context/sidecar-scope';
import { destinationCluster } from '../routes/http-routes';
import { accessLogsOf, type ListenerClass, networkStatsFilters } from './telemetry';

/** For whom and on which side connections are forwarded. */
export interface TcpContext {
  readonly push: PushContext;
  readonly proxy: MeshProxy;
  readonly scope: SidecarScope;
  readonly side: ListenerClass;
  /** Policies that guard connections; sidecars have none on the way out. */
  readonly securityFilters: readonly NetworkFilter[];
}

/** Subset settings come before those of the rule; settings for ports do not reach connections. */
function hashesBySource(rule: DestinationRule | undefined, subset: string): boolean {
  const source = rule?.subsets.find((candidate) => candidate.subset.name === subset);
  const own = source?.subset.trafficPolicy?.loadBalancer;
  if (own !== undefined) return own.consistentHash?.useSourceIp === true;
  return rule?.trafficPolicy?.loadBalancer?.consistentHash?.useSourceIp === true;
}

/** istio/istio pilot/pkg/networking/core/networkfilter.go (maybeSetHashPolicy) */
function hashPolicyOf(rule: DestinationRule | undefined, subset: string): readonly HashPolicy[] {
  return hashesBySource(rule, subset) ? [{ policy: { kind: 'sourceIp' }, terminal: false }] : [];
}

/** Timeouts come from the top of the rule, whatever its port settings say. */
function timeoutsOf(
  rule: DestinationRule | undefined,
): Partial<Pick<TcpProxy, 'idleTimeoutNs' | 'maxDownstreamConnectionDurationNs'>> {
  const tcp = rule?.trafficPolicy?.connectionPool?.tcp;
  const idleTimeoutNs = durationNs(tcp?.idleTimeout);
  const maxDownstreamConnectionDurationNs = durationNs(tcp?.maxConnectionDuration);
  return {
    ...(idleTimeoutNs === undefined ? {} : { idleTimeoutNs }),
    ...(maxDownstreamConnectionDurationNs === undefined ? {} : { maxDownstreamConnectionDurationNs }),
  };
}

export const SNI_FORWARD_PROXY = 'envoy.extensions.filters.network.sni_dynamic_forward_proxy';

/** Resolves the server name of each connection. istio/istio pilot/pkg/networking/core/networkfilter.go (buildSNIDFPFilter) */
function sniForwardProxy(service: Service, port: number): NetworkFilter {
  return {
    kind: 'opaque',
    name: SNI_FORWARD_PROXY,
    typeUrl: 'type.googleapis.com/envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig',
    config: { dnsCacheConfig: dnsCacheConfig(service), portValue: port },
  };
}

/** Reads the queries of MongoDB for its statistics. istio/istio pilot/pkg/networking/core/networkfilter.go (buildMongoFilter) */
function mongoFilter(statPrefix: string): NetworkFilter {
  return {
    kind: 'opaque',
    name: 'envoy.filters.network.mongo_proxy',
    typeUrl: 'type.googleapis.com/envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy',
    config: { statPrefix },
  };
}

/** istio/istio pilot/pkg/networking/core/networkfilter.go (buildCompleteNetworkFilters) */
function completeFilters(
  context: TcpContext,
  port: ServicePort,
  proxy: TcpProxy,
  extras: { readonly service?: Service; readonly origin: ConfigOrigin },
): readonly NetworkFilter[] {
  const { service, origin } = extras;
  const dynamic = service?.resolution === 'DynamicDNS' && isWildcardHost(service.hostname);
  return [
    ...context.securityFilters,
    ...networkStatsFilters(context.push.mesh, context.side),
    ...(dynamic && service !== undefined ? [sniForwardProxy(service, port.port)] : []),
    ...(port.protocol === 'Mongo' ? [mongoFilter(proxy.statPrefix)] : []),
    { kind: 'tcpProxy', tcpProxy: proxy, origin },
  ];
}

export interface SingleTarget {
  readonly cluster: string;
  readonly subset: string;
  readonly rule: DestinationRule | undefined;
  readonly service?: Service;
  readonly origin: ConfigOrigin;
}

/** istio/istio pilot/pkg/networking/core/networkfilter.go (buildOutboundNetworkFiltersWithSingleDestination) */
export function filtersToCluster(
  context: TcpContext,
  port: ServicePort,
  target: SingleTarget,
): readonly NetworkFilter[] {
  const proxy = tcpProxy({
    statPrefix: target.cluster,
    cluster: { kind: 'cluster', cluster: target.cluster },
    ...timeoutsOf(target.rule),
    hashPolicy: hashPolicyOf(target.rule, target.subset),
    accessLog: accessLogsOf(context.push.mesh),
  });
  return completeFilters(context, port, proxy, target);
}

export interface RouteTarget {
  readonly routes: readonly RouteDestination[];
  /** `name.namespace` of the VirtualService. */
  readonly statPrefix: string;
  readonly origin: ConfigOrigin;
}

function ruleOf(context: TcpContext, host: string): DestinationRule | undefined {
  const service = context.scope.servicesByHostname.get(host);
  return service === undefined
    ? undefined
    : destinationRuleFor(context.scope, service.hostname, { outboundLabels: context.proxy.labels });
}

function clusterOf(entry: RouteDestination, context: TcpContext, port: ServicePort): string {
  const { destination } = entry;
  return destinationCluster(destination, context.scope.servicesByHostname.get(destination.host), port.port);
}

/** Destinations without a weight take nothing when there are several. */
function splitTo(target: RouteTarget, context: TcpContext, port: ServicePort): TcpProxy['cluster'] {
  return {
    kind: 'weightedClusters',
    clusters: target.routes.flatMap((entry, index) =>
      (entry.weight ?? 0) > 0
        ? [
            {
              name: clusterOf(entry, context, port),
              weight: entry.weight ?? 0,
              origin: { ref: target.origin.ref, path: [...target.origin.path, 'route', index] },
            },
          ]
        : [],
    ),
  };
}

/** Where the rules of a VirtualService send connections. istio/istio pilot/pkg/networking/core/networkfilter.go (buildOutboundNetworkFilters) */
export function filtersToRoutes(context: TcpContext, port: ServicePort, target: RouteTarget): readonly NetworkFilter[] {
  const [first] = target.routes;
  if (first === undefined) return [];
  const rule = ruleOf(context, first.destination.host);
  if (target.routes.length === 1) {
    return filtersToCluster(context, port, {
      cluster: clusterOf(first, context, port),
      subset: first.destination.subset ?? '',
      rule,
      origin: target.origin,
    });
  }
  const proxy = tcpProxy({
    statPrefix: target.statPrefix,
    cluster: splitTo(target, context, port),
    ...timeoutsOf(rule),
    hashPolicy: hashPolicyOf(rule, ''),
    accessLog: accessLogsOf(context.push.mesh),
  });
  return completeFilters(context, port, proxy, { origin: target.origin });
}
