// From the inputs of an upstream simulation to a proxy and what it is told.
import { compareStrings } from '../../src/base';
import { type PodView, type Resource, SERVICE } from '../../src/config';
import { buildInboundClusters } from '../../src/dialects/istio/compile/clusters/inbound-clusters';
import { buildGatewayListeners } from '../../src/dialects/istio/compile/gateway/gateway-listeners';
import { buildGatewayRoutes } from '../../src/dialects/istio/compile/gateway/gateway-routes';
import { mergeGateways } from '../../src/dialects/istio/compile/gateway/merged-gateway';
import { buildInboundListeners } from '../../src/dialects/istio/compile/listeners/inbound-listener';
import { OutboundListenerBuilder } from '../../src/dialects/istio/compile/listeners/outbound-listeners';
import { buildVirtualOutbound } from '../../src/dialects/istio/compile/listeners/virtual-outbound';
import type { MeshProxy } from '../../src/dialects/istio/compile/model';
import { proxyOf, ServiceTargets } from '../../src/dialects/istio/compile/proxies';
import { buildPushContext } from '../../src/dialects/istio/compile/push-context/build';
import type { PushContext } from '../../src/dialects/istio/compile/push-context/push-context';
import { RouteConfigurationBuilder } from '../../src/dialects/istio/compile/routes/route-configurations';
import { workloadSecurity } from '../../src/dialects/istio/compile/security/workload-security';
import {
  AUTHORIZATION_POLICY,
  DESTINATION_RULE,
  GATEWAY,
  PEER_AUTHENTICATION,
  REQUEST_AUTHENTICATION,
  SERVICE_ENTRY,
  SIDECAR,
  VIRTUAL_SERVICE,
  WORKLOAD_ENTRY,
} from '../../src/dialects/istio/kinds';
import { decodeMeshConfig } from '../../src/dialects/istio/mesh-config';
import type { Cluster, Listener, RouteConfiguration } from '../../src/xds';
import { readManifests, staticClusterView } from '../support/static-cluster-view';

interface ServiceStruct {
  readonly hostname: string;
  readonly defaultAddress: string;
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
}

interface InstanceStruct {
  readonly service: ServiceStruct;
  readonly endpoint: {
    readonly addresses: readonly string[];
    readonly servicePortName: string;
    readonly endpointPort: number;
  };
}

export interface SimulationInputs {
  readonly config?: string;
  readonly kubeConfig?: string;
  readonly configObjects?: readonly unknown[];
  readonly services?: readonly ServiceStruct[];
  readonly instances?: readonly InstanceStruct[];
  readonly meshConfig?: Readonly<Record<string, unknown>>;
  readonly proxy: {
    readonly type: 'sidecar' | 'router';
    readonly configNamespace: string;
    readonly metadata: { readonly namespace: string };
    readonly ipAddresses: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** What the proxy of a simulation is told. */
export interface SimulatedProxy {
  readonly listeners: readonly Listener[];
  readonly routes: readonly RouteConfiguration[];
  readonly inboundClusters: readonly Cluster[];
}

function nameOf({ hostname }: ServiceStruct): { readonly name: string; readonly namespace: string } {
  const [name = '', namespace = ''] = hostname.split('.');
  return { name, namespace };
}

/** Upstream's structs as the manifests that they come from. */
function manifestOfService(service: ServiceStruct): unknown {
  const ports = service.ports.map(({ name, port, protocol }) => ({ name, port, appProtocol: protocol.toLowerCase() }));
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: nameOf(service),
    spec: { clusterIP: service.defaultAddress, ports },
  };
}

function manifestOfInstances(service: ServiceStruct, instances: readonly InstanceStruct[]): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: nameOf(service),
    subsets: instances
      .filter((instance) => instance.service.hostname === service.hostname)
      .map(({ endpoint }) => ({
        addresses: endpoint.addresses.map((ip) => ({ ip })),
        ports: [{ name: endpoint.servicePortName, port: endpoint.endpointPort }],
      })),
  };
}

/** By age as upstream compares it: time, then name, then namespace. */
function aged(resources: readonly Resource[]): readonly Resource[] {
  const time = ({ metadata }: Resource): string => metadata.creationTimestamp ?? '';
  return [...resources]
    .sort(
      (a, b) =>
        compareStrings(time(a), time(b)) ||
        compareStrings(a.metadata.name, b.metadata.name) ||
        compareStrings(a.metadata.namespace, b.metadata.namespace),
    )
    .map((resource, creationOrder) => ({ ...resource, creationOrder }));
}

function resourcesOf(inputs: SimulationInputs): readonly Resource[] {
  const objects = [
    ...(inputs.configObjects ?? []),
    ...(inputs.services ?? []).flatMap((service) => [
      manifestOfService(service),
      manifestOfInstances(service, inputs.instances ?? []),
    ]),
  ];
  const texts = new Set([inputs.config ?? '', inputs.kubeConfig ?? '', ...objects.map((item) => JSON.stringify(item))]);
  return aged(readManifests(...texts));
}

function podOf({ proxy }: SimulationInputs): PodView {
  const container = (name: string): PodView['containers'][number] => ({ name, image: '', ports: [] });
  const sidecar = proxy.type === 'sidecar';
  return {
    name: 'app',
    namespace: proxy.metadata.namespace,
    uid: 'app',
    ip: proxy.ipAddresses[0] ?? '',
    labels: proxy.labels ?? {},
    annotations: {},
    serviceAccount: 'default',
    nodeName: '',
    locality: { region: '', zone: '', subZone: '' },
    containers: sidecar ? [container('app'), container('istio-proxy')] : [container('istio-proxy')],
    hostNetwork: false,
    phase: 'Running',
    ready: true,
    terminating: false,
    workload: { group: '', kind: 'Pod', namespace: proxy.metadata.namespace, name: 'app' },
    ...(sidecar ? { sidecar: { dialect: 'istio', revision: 'default' } } : {}),
  };
}

function routeNames(listeners: readonly Listener[]): readonly string[] {
  const names = new Set<string>();
  for (const { filterChains, defaultFilterChain } of listeners) {
    for (const { filters } of [...filterChains, ...(defaultFilterChain === undefined ? [] : [defaultFilterChain])]) {
      for (const filter of filters) {
        if (filter.kind === 'httpConnectionManager' && filter.hcm.routes.kind === 'rds') {
          names.add(filter.hcm.routes.routeConfigName);
        }
      }
    }
  }
  return [...names];
}

function compileGateway(push: PushContext, proxy: MeshProxy): SimulatedProxy {
  const scope = push.sidecars.scopeFor(proxy);
  const merged = mergeGateways(push.gateways, proxy);
  if (merged === undefined) return { listeners: [], routes: [], inboundClusters: [] };
  const request = { push, proxy, scope, merged };
  return {
    listeners: buildGatewayListeners({ ...request, security: workloadSecurity(push, proxy) }),
    routes: buildGatewayRoutes(request),
    inboundClusters: [],
  };
}

function compileSidecar(push: PushContext, proxy: MeshProxy): SimulatedProxy {
  const scope = push.sidecars.scopeFor(proxy);
  const request = { push, proxy, scope };
  const virtual = buildVirtualOutbound(request);
  const listeners = [
    ...new OutboundListenerBuilder(request).build().listeners,
    ...(virtual === undefined ? [] : [virtual]),
    ...buildInboundListeners({ ...request, security: workloadSecurity(push, proxy) }),
  ];
  const routes = new RouteConfigurationBuilder(proxy, scope);
  return {
    listeners,
    routes: routeNames(listeners).map((name) => routes.build(name)),
    inboundClusters: buildInboundClusters(push, proxy, scope),
  };
}

export function simulateProxy(inputs: SimulationInputs): SimulatedProxy {
  const resources = resourcesOf(inputs);
  const pod = podOf(inputs);
  const view = staticClusterView({ resources, extraPods: [pod], meshConfig: inputs.meshConfig ?? {} });
  const push = buildPushContext(
    view,
    {
      services: view.list(SERVICE),
      serviceEntries: view.list(SERVICE_ENTRY),
      workloadEntries: view.list(WORKLOAD_ENTRY),
      virtualServices: view.list(VIRTUAL_SERVICE),
      destinationRules: view.list(DESTINATION_RULE),
      sidecars: view.list(SIDECAR),
      gateways: view.list(GATEWAY),
      peerAuthentications: view.list(PEER_AUTHENTICATION),
      authorizationPolicies: view.list(AUTHORIZATION_POLICY),
      requestAuthentications: view.list(REQUEST_AUTHENTICATION),
    },
    decodeMeshConfig(view.meshConfig),
  );
  const own = proxyOf(pod, new ServiceTargets(push, view.list(SERVICE)));
  if (own === undefined) throw new Error('the pod runs no proxy');
  // Upstream gives the proxy a namespace of its own beside that of its pod, and lets it bind any port.
  const proxy: MeshProxy = {
    ...own,
    namespace: inputs.proxy.configNamespace,
    dnsDomain: `${inputs.proxy.configNamespace}.svc.cluster.local`,
    unprivileged: false,
  };
  return proxy.type === 'router' ? compileGateway(push, proxy) : compileSidecar(push, proxy);
}
