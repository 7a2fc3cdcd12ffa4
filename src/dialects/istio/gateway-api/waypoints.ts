import type { Resource } from '../../../config';
import { classOf } from './classes';
import type { ConversionContext } from './context';

const USE_LABEL = 'istio.io/use-waypoint';
const USE_NAMESPACE_LABEL = 'istio.io/use-waypoint-namespace';
const NONE = 'none';

/**
 * Whether the traffic of a Service or ServiceEntry goes through a waypoint of another implementation, which then reads the routes.
 * istio/istio pilot/pkg/config/kube/gateway/conversion.go (waypointManagedByAnotherController)
 */
export function isServedElsewhere(context: ConversionContext, { metadata }: Pick<Resource, 'metadata'>): boolean {
  const ofNamespace = context.view.namespaces.find(({ name }) => name === metadata.namespace)?.labels ?? {};
  const labels = Object.hasOwn(metadata.labels, USE_LABEL) ? metadata.labels : ofNamespace;
  const name = labels[USE_LABEL] ?? '';
  if (name === '' || name.toLowerCase() === NONE) return false;
  const namespace = labels[USE_NAMESPACE_LABEL] ?? metadata.namespace;
  const waypoint = context.resources.kubernetesGateways.find(
    (gateway) => gateway.metadata.name === name && gateway.metadata.namespace === namespace,
  );
  const className = waypoint?.object.spec.gatewayClassName;
  const written = context.resources.gatewayClasses.some((each) => each.metadata.name === className);
  return waypoint !== undefined && written && classOf(waypoint, context.resources) === undefined;
}
