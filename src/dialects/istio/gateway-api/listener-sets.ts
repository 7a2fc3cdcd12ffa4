import { compareStrings } from '../../../base';
import { NAMESPACE_NAME_LABEL, type NamespaceView, type Resource, selectorMatches } from '../../../config';
import { GATEWAY_API_GROUP, type GatewayObject, type ListenerSetObject } from '../../gateway-api';
import type { GatewayClassInfo } from './classes';
import type { GatewayApiResources } from './resources';

/** Labels of a namespace, its own name always among them. */
export function namespaceLabels({ name, labels }: Pick<NamespaceView, 'name' | 'labels'>): NamespaceView['labels'] {
  return { ...labels, [NAMESPACE_NAME_LABEL]: name };
}

function pathOf({ metadata }: Resource): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** ListenerSets that name the Gateway as their parent, oldest first, then by name. */
export function listenerSetsOf(
  { metadata }: Resource<GatewayObject>,
  resources: GatewayApiResources,
): readonly Resource<ListenerSetObject>[] {
  return resources.listenerSets
    .filter((set) => {
      const { group, kind, name, namespace = set.metadata.namespace } = set.object.spec.parentRef;
      const isGateway = group === GATEWAY_API_GROUP && kind === 'Gateway';
      return isGateway && name === metadata.name && namespace === metadata.namespace;
    })
    .sort((a, b) => a.creationOrder - b.creationOrder || compareStrings(pathOf(a), pathOf(b)));
}

/** istio/istio pilot/pkg/config/kube/gatewaycommon/gateway_utils.go (NamespaceAcceptedByAllowListeners) */
export function isSetAllowed(
  set: Resource<ListenerSetObject>,
  gateway: Resource<GatewayObject>,
  namespaces: readonly NamespaceView[],
): boolean {
  const { namespace } = set.metadata;
  const { from = 'None', selector } = gateway.object.spec.allowedListeners?.namespaces ?? {};
  switch (from) {
    case 'All':
      return true;
    case 'Same':
      return namespace === gateway.metadata.namespace;
    case 'None':
      return false;
    case 'Selector': {
      const view = namespaces.find(({ name }) => name === namespace);
      return view !== undefined && selectorMatches(selector, namespaceLabels(view));
    }
  }
}

export function acceptedListenerSets(
  gateway: Resource<GatewayObject>,
  info: GatewayClassInfo,
  resources: GatewayApiResources,
  namespaces: readonly NamespaceView[],
): readonly Resource<ListenerSetObject>[] {
  if (!info.listenerSets) return [];
  return listenerSetsOf(gateway, resources).filter((set) => isSetAllowed(set, gateway, namespaces));
}
