import type { Resource } from '../../../config';
import type { GatewayObject } from '../../gateway-api';
import { serviceHostname } from '../compile/names';
import type { GatewayApiResources } from './resources';

const INGRESS_CONTROLLER = 'istio.io/gateway-controller';
const REMOTE_CONTROLLER = 'istio.io/unmanaged-gateway';
const WAYPOINT_CONTROLLER = 'istio.io/mesh-controller';
const NAME_ANNOTATION = 'gateway.istio.io/name-override';

/** What the control plane does for Gateways of a class. istio/istio pilot/pkg/config/kube/gatewaycommon/classinfo.go */
export interface GatewayClassInfo {
  /** Routes become rules of proxies. */
  readonly routes: boolean;
  readonly listenerSets: boolean;
  /** Deployment and Service have the name of the Gateway and of its class. */
  readonly nameSuffix: boolean;
}

const CLASSES: ReadonlyMap<string, GatewayClassInfo> = new Map([
  [INGRESS_CONTROLLER, { routes: true, listenerSets: true, nameSuffix: true }],
  [REMOTE_CONTROLLER, { routes: false, listenerSets: false, nameSuffix: true }],
  [WAYPOINT_CONTROLLER, { routes: false, listenerSets: false, nameSuffix: false }],
]);

/** Classes that need no object. */
const BUILT_IN: ReadonlyMap<string, string> = new Map([
  ['istio', INGRESS_CONTROLLER],
  ['istio-remote', REMOTE_CONTROLLER],
  ['istio-waypoint', WAYPOINT_CONTROLLER],
]);

/** The class of a Gateway; undefined when nobody here serves it. */
export function classOf(
  { object }: Resource<GatewayObject>,
  resources: GatewayApiResources,
): GatewayClassInfo | undefined {
  const name = object.spec.gatewayClassName;
  const written = resources.gatewayClasses.find(({ metadata }) => metadata.name === name);
  const controller = written?.object.spec.controllerName ?? BUILT_IN.get(name);
  return controller === undefined ? undefined : CLASSES.get(controller);
}

/** Whether another implementation may be meant: the class exists, with a controller of somebody else. */
export function isForeignClass({ object }: Resource<GatewayObject>, resources: GatewayApiResources): boolean {
  const name = object.spec.gatewayClassName;
  return resources.gatewayClasses.some(({ metadata }) => metadata.name === name);
}

/** Whether Deployment and Service come from the control plane: no address names a Service. istio/istio pilot/pkg/config/kube/gatewaycommon/gateway_utils.go (IsManaged) */
export function isManaged({ object }: Resource<GatewayObject>): boolean {
  const addresses = object.spec.addresses ?? [];
  const [first] = addresses;
  return first === undefined || (addresses.length === 1 && first.type === 'IPAddress');
}

/** Name of Deployment, Service and ServiceAccount of a managed Gateway. */
export function managedName(gateway: Resource<GatewayObject>, info: GatewayClassInfo): string {
  const { name, annotations } = gateway.metadata;
  const usual = info.nameSuffix ? `${name}-${gateway.object.spec.gatewayClassName}` : name;
  return annotations[NAME_ANNOTATION] ?? usual;
}

/** Hosts of the Services that lead to the Gateway. istio/istio pilot/pkg/config/kube/gateway/conversion.go (extractGatewayServices) */
export function servicesOfGateway(gateway: Resource<GatewayObject>, info: GatewayClassInfo): readonly string[] {
  const { namespace } = gateway.metadata;
  if (isManaged(gateway)) return [serviceHostname(managedName(gateway, info), namespace)];
  return (gateway.object.spec.addresses ?? [])
    .filter(({ type, value }) => type === 'Hostname' && value !== undefined)
    .map(({ value = '' }) => (value.includes('.') ? value : serviceHostname(value, namespace)));
}
