import type { Cluster, ClusterLoadAssignment } from '../clusters';
import type { Listener, SocketAddress } from '../listeners';
import type { RouteConfiguration } from '../routes';
import { type DecodeResult, decodeMessage } from './decode';
import { readAddress } from './decode-addresses';
import { readCluster } from './decode-clusters';
import { readClusterLoadAssignment } from './decode-endpoints';
import { readListener } from './decode-listeners';
import { readRouteConfiguration } from './decode-routes';
import type { MessageReader } from './reader';
import { TYPE } from './type-names';

/** What a bootstrap or a discovery response brings, as far as the model knows it. */
export interface EnvoyResources {
  readonly listeners: readonly Listener[];
  readonly routes: readonly RouteConfiguration[];
  readonly clusters: readonly Cluster[];
  readonly endpoints: readonly ClusterLoadAssignment[];
  /** Names of the secrets; their material is not read. */
  readonly secretNames: readonly string[];
}

/** A bootstrap configuration. */
export interface EnvoyBootstrap extends EnvoyResources {
  readonly nodeId: string;
  readonly nodeCluster: string;
  /** Address of the administration interface; absent when there is none. */
  readonly adminAddress?: SocketAddress;
}

function secretNamesOf(reader: MessageReader | undefined): string[] {
  const secrets = reader?.messages('secrets', 'envoy.extensions.transport_sockets.tls.v3.Secret') ?? [];
  return secrets.map((secret) => {
    secret.log.notSimulated(secret.path);
    return secret.text('name');
  });
}

function readBootstrap(reader: MessageReader): EnvoyBootstrap {
  const resources = reader.message('staticResources', 'envoy.config.bootstrap.v3.Bootstrap.StaticResources');
  const node = reader.message('node', 'envoy.config.core.v3.Node');
  const admin = reader.message('admin', 'envoy.config.bootstrap.v3.Admin');
  const adminAddress = admin?.message('address', 'envoy.config.core.v3.Address');
  const bootstrap: EnvoyBootstrap = {
    listeners: resources?.messages('listeners', TYPE.listener).map(readListener) ?? [],
    clusters: resources?.messages('clusters', TYPE.cluster).map(readCluster) ?? [],
    routes: [],
    endpoints: [],
    secretNames: secretNamesOf(resources),
    nodeId: node?.text('id') ?? '',
    nodeCluster: node?.text('cluster') ?? '',
    ...(adminAddress === undefined ? {} : { adminAddress: readAddress(adminAddress) }),
  };
  reader.finish();
  return bootstrap;
}

/** Reads `envoy.config.bootstrap.v3.Bootstrap` from parsed protojson or YAML. */
export function decodeBootstrap(source: unknown): DecodeResult<EnvoyBootstrap> {
  return decodeMessage(source, 'envoy.config.bootstrap.v3.Bootstrap', readBootstrap);
}

function readDiscoveryResponse(reader: MessageReader): EnvoyResources {
  const listeners: Listener[] = [];
  const routes: RouteConfiguration[] = [];
  const clusters: Cluster[] = [];
  const endpoints: ClusterLoadAssignment[] = [];
  const secretNames: string[] = [];
  reader.take('versionInfo');
  reader.take('nonce');
  reader.take('typeUrl');
  for (const [index, resource] of reader.list('resources').entries()) {
    const any = reader.anyAt(resource, `resources[${index}]`);
    if (any === undefined) continue;
    switch (any.type) {
      case TYPE.listener:
        listeners.push(readListener(reader.open(any, any.type)));
        break;
      case TYPE.routeConfiguration:
        routes.push(readRouteConfiguration(reader.open(any, any.type), false));
        break;
      case TYPE.cluster:
        clusters.push(readCluster(reader.open(any, any.type)));
        break;
      case TYPE.clusterLoadAssignment:
        endpoints.push(readClusterLoadAssignment(reader.open(any, any.type)));
        break;
      default:
        reader.log.notSimulated(`${any.path} (${any.type})`);
    }
  }
  reader.finish();
  return { listeners, routes, clusters, endpoints, secretNames };
}

/** Reads `envoy.service.discovery.v3.DiscoveryResponse`: the form of files that a proxy discovers its resources from. */
export function decodeDiscoveryResponse(source: unknown): DecodeResult<EnvoyResources> {
  return decodeMessage(source, undefined, readDiscoveryResponse);
}
