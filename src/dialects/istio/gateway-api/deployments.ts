import {
  DEPLOYMENT,
  decode,
  type KindDefinition,
  objectKey,
  type Resource,
  SERVICE,
  SERVICE_ACCOUNT,
} from '../../../config';
import type { GatewayListener, GatewayObject } from '../../gateway-api';
import type { DerivedView } from '../../mesh-dialect';
import { GATEWAY_NAME_LABEL } from '../compile/security/workload-policies';
import { classOf, type GatewayClassInfo, isManaged, managedName } from './classes';
import { acceptedListenerSets } from './listener-sets';
import { type GatewayApiResources, readGatewayApiResources } from './resources';

const CLASS_LABEL = 'gateway.networking.k8s.io/gateway-class-name';
const MANAGED_LABEL = 'gateway.istio.io/managed';
const MANAGED_BY = 'istio.io-gateway-controller';
const SERVICE_TYPE_ANNOTATION = 'networking.istio.io/service-type';
const ACCOUNT_ANNOTATION = 'gateway.istio.io/service-account';
const STATUS_PORT = 15_021;
const METRICS_PORT = 15_020;
const MAX_PORT_NAME = 63;

/** Younger than the Gateway that they are for, older than whatever was written after it. */
const AGE_AFTER_GATEWAY = 0.5;

interface ManagedGateway {
  readonly gateway: Resource<GatewayObject>;
  readonly name: string;
  readonly account: string;
  readonly listeners: readonly GatewayListener[];
}

type Labels = Readonly<Record<string, string>>;

function commonLabels({ gateway }: ManagedGateway): Labels {
  const { spec } = gateway.object;
  return {
    ...spec.infrastructure?.labels,
    [GATEWAY_NAME_LABEL]: gateway.metadata.name,
    [CLASS_LABEL]: spec.gatewayClassName,
  };
}

function toResource(managed: ManagedGateway, kind: KindDefinition, body: Readonly<Record<string, unknown>>): Resource {
  const { gateway, account, name } = managed;
  const { source, metadata } = gateway;
  const own = kind.kind === SERVICE_ACCOUNT.kind ? account : name;
  const apiVersion = kind.group === '' ? 'v1' : `${kind.group}/v1`;
  const labels = { ...commonLabels(managed), [MANAGED_LABEL]: MANAGED_BY };
  const annotations = gateway.object.spec.infrastructure?.annotations ?? {};
  const written = {
    apiVersion,
    kind: kind.kind,
    metadata: { name: own, namespace: metadata.namespace, labels },
    ...body,
  };
  const at = ['metadata', 'name'];
  return {
    ref: { group: kind.group, kind: kind.kind, namespace: metadata.namespace, name: own },
    apiVersion,
    kind: kind.kind,
    metadata: { name: own, namespace: metadata.namespace, labels, annotations },
    object: decode(kind.schema, written, kind.kind).value,
    source: {
      file: source.file,
      documentIndex: source.documentIndex,
      base: source.base,
      // Nothing of it is written but the Gateway.
      rangeOf: () => source.rangeOf(at),
      keyRangeOf: () => source.keyRangeOf(at),
    },
    creationOrder: gateway.creationOrder + AGE_AFTER_GATEWAY,
  };
}

/** istio/istio manifests/charts/istio-control/istio-discovery/files/kube-gateway.yaml */
function deploymentOf(managed: ManagedGateway): Resource {
  const labels = {
    'sidecar.istio.io/inject': 'false',
    'service.istio.io/canonical-name': managed.name,
    'service.istio.io/canonical-revision': 'latest',
    ...commonLabels(managed),
    [MANAGED_LABEL]: MANAGED_BY,
  };
  const ports = [
    { name: 'metrics', containerPort: METRICS_PORT },
    { name: 'status-port', containerPort: STATUS_PORT },
  ];
  return toResource(managed, DEPLOYMENT, {
    spec: {
      replicas: 1,
      selector: { matchLabels: { [GATEWAY_NAME_LABEL]: managed.gateway.metadata.name } },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: managed.account,
          containers: [{ name: 'istio-proxy', image: 'auto', ports }],
        },
      },
    },
  });
}

/** istio/istio pilot/pkg/config/kube/gatewaycommon/deploymentcontroller.go (extractServicePorts, uniquePortName) */
function servicePorts(listeners: readonly GatewayListener[]): readonly unknown[] {
  const ports: unknown[] = [{ name: 'status-port', port: STATUS_PORT, protocol: 'TCP', appProtocol: 'tcp' }];
  const numbers = new Set<number>();
  const names = new Set(['status-port']);
  for (const { name, port, protocol } of listeners) {
    if (numbers.has(port)) continue;
    numbers.add(port);
    const usual = name.replaceAll('.', '-').slice(0, MAX_PORT_NAME);
    const suffix = `-${port}`;
    const unique = names.has(usual) ? `${usual.slice(0, MAX_PORT_NAME - suffix.length)}${suffix}` : usual;
    names.add(unique);
    ports.push({ name: unique, port, protocol: 'TCP', appProtocol: protocol.toLowerCase() });
  }
  return ports;
}

function serviceOf(managed: ManagedGateway): Resource {
  const { gateway, listeners } = managed;
  return toResource(managed, SERVICE, {
    spec: {
      type: gateway.metadata.annotations[SERVICE_TYPE_ANNOTATION] ?? 'LoadBalancer',
      selector: { [GATEWAY_NAME_LABEL]: gateway.metadata.name },
      ports: servicePorts(listeners),
    },
  });
}

function managedGateway(
  gateway: Resource<GatewayObject>,
  info: GatewayClassInfo,
  sources: { readonly resources: GatewayApiResources; readonly view: DerivedView },
): ManagedGateway {
  const name = managedName(gateway, info);
  const sets = acceptedListenerSets(gateway, info, sources.resources, sources.view.namespaces);
  return {
    gateway,
    name,
    account: gateway.metadata.annotations[ACCOUNT_ANNOTATION] ?? name,
    listeners: [...gateway.object.spec.listeners, ...sets.flatMap(({ object }) => object.spec.listeners)],
  };
}

/**
 * ServiceAccount, Deployment and Service of every Gateway that the control plane deploys.
 * istio/istio pilot/pkg/config/kube/gatewaycommon/deploymentcontroller.go
 */
export function deployGateways(view: DerivedView): readonly Resource[] {
  const resources = readGatewayApiResources(view);
  const made = resources.kubernetesGateways.flatMap((gateway) => {
    const info = classOf(gateway, resources);
    if (info === undefined || !info.routes || !isManaged(gateway)) return [];
    const managed = managedGateway(gateway, info, { resources, view });
    return [toResource(managed, SERVICE_ACCOUNT, {}), deploymentOf(managed), serviceOf(managed)];
  });
  return [...new Map(made.map((resource) => [objectKey(resource.ref), resource])).values()];
}
