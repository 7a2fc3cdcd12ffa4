import { compareStrings } from '../../../base';
import type { ConfigPath } from '../../../config';
import { GATEWAY_API_GROUP, type ParentReference } from '../../gateway-api';
import { hostsOverlap, isHostCoveredBy, isWildcardHost, MESH_GATEWAY, serviceHostname } from '../compile/names';
import type { ConversionContext } from './context';
import { type ListenerParent, parentKey } from './listeners';
import type { AnyRoute } from './resources';
import { isServedElsewhere } from './waypoints';

const MESH_CONFIG_GROUP = 'networking.istio.io';

/** A parent that the route is attached to. istio/istio pilot/pkg/config/kube/gateway/conversion.go (routeParentReference) */
export type AttachedParent =
  | {
      readonly kind: 'listener';
      readonly internalName: string;
      readonly hostname: string;
      /** Hosts of other listeners at the same port, which take what they fit better. */
      readonly otherHostnames: readonly string[];
    }
  | {
      readonly kind: 'mesh';
      readonly internalName: typeof MESH_GATEWAY;
      readonly port: number | undefined;
      readonly hosts: readonly string[];
    };

/** What a parent reference asks for among listeners, and what it gets. */
interface Attachment {
  readonly context: ConversionContext;
  readonly route: AnyRoute;
  readonly reference: ParentReference;
  readonly path: ConfigPath;
  readonly hostnames: readonly string[];
}

function hostnamesOf({ object }: AnyRoute): readonly string[] {
  const { spec } = object;
  const written = 'hostnames' in spec ? (spec.hostnames ?? []) : [];
  return written.length === 0 ? ['*'] : written;
}

type Refusal = 'listener' | 'kind' | 'host' | 'namespace';

/** istio/istio pilot/pkg/config/kube/gateway/conversion.go (referenceAllowed) */
function refusalOf({ route, reference, hostnames }: Attachment, listener: ListenerParent): Refusal | undefined {
  if (reference.port !== undefined && reference.port !== listener.port) return 'listener';
  if (reference.sectionName !== undefined && reference.sectionName !== listener.sectionName) return 'listener';
  const pairs = listener.hosts.map((written) => {
    const slash = written.indexOf('/');
    return { namespace: written.slice(0, slash), host: written.slice(slash + 1) };
  });
  const served = pairs.filter(({ host }) => hostnames.some((hostname) => hostsOverlap(host, hostname)));
  if (served.length === 0) return 'host';
  const { namespace } = route.metadata;
  if (!served.some((pair) => pair.namespace === '*' || pair.namespace === namespace)) return 'namespace';
  return listener.kinds.includes(route.kind) ? undefined : 'kind';
}

function reportListener(attachment: Attachment, listeners: readonly ListenerParent[]): void {
  const { context, route, reference, path } = attachment;
  const named = reference.sectionName !== undefined;
  context.report(route.ref, 'listener-missing', [...path, named ? 'sectionName' : 'port'], {
    parent: reference.name,
    what: named ? 'name' : 'port',
    value: reference.sectionName ?? reference.port ?? '',
    known: listeners.map(({ sectionName, port }) => `${sectionName} (${port})`).join(', '),
  });
}

/** The reason that came nearest to success. */
function reportRefusal(
  attachment: Attachment,
  refusals: ReadonlySet<Refusal | undefined>,
  listeners: readonly ListenerParent[],
): void {
  const { context, route, reference, path } = attachment;
  const values = { parent: reference.name, kind: route.kind, namespace: route.metadata.namespace };
  if (refusals.has('kind')) context.report(route.ref, 'kind-not-allowed', path, values);
  else if (refusals.has('namespace')) context.report(route.ref, 'namespace-not-allowed', path, values);
  else if (refusals.has('host')) {
    const known = [...new Set(listeners.map(({ hostname }) => hostname))].join(', ');
    context.report(route.ref, 'hosts-not-served', ['spec', 'hostnames'], { ...values, known });
  } else reportListener(attachment, listeners);
}

function attachToListeners(attachment: Attachment, listeners: readonly ListenerParent[]): readonly AttachedParent[] {
  const refusals = listeners.map((listener) => refusalOf(attachment, listener));
  if (!refusals.includes(undefined)) reportRefusal(attachment, new Set(refusals), listeners);
  return listeners
    .filter((_listener, index) => refusals[index] === undefined)
    .map((listener) => ({
      kind: 'listener',
      internalName: listener.internalName,
      hostname: listener.hostname,
      otherHostnames: listeners
        .filter((other) => other.port === listener.port && other.protocol === listener.protocol)
        .map(({ hostname }) => hostname)
        .filter((hostname) => hostname !== listener.hostname),
    }));
}

/** Routes of traffic inside the mesh. */
function attachToMesh(attachment: Attachment, kind: 'Service' | 'ServiceEntry'): readonly AttachedParent[] {
  const { context, route, reference, path } = attachment;
  const { name, port } = reference;
  const namespace = reference.namespace ?? route.metadata.namespace;
  const entry = kind === 'ServiceEntry' ? context.serviceEntry(namespace, name) : undefined;
  const target = entry ?? (kind === 'Service' ? context.service(namespace, name) : undefined);
  if (target === undefined) {
    const value = reference.namespace === undefined ? name : `${namespace}/${name}`;
    context.report(route.ref, 'parent-missing', [...path, 'name'], { kind, value });
    return [];
  }
  if (isServedElsewhere(context, target)) return [];
  const hosts = entry === undefined ? [serviceHostname(name, namespace)] : (entry.object.spec?.hosts ?? []);
  return [{ kind: 'mesh', internalName: MESH_GATEWAY, port, hosts }];
}

function attach(
  attachment: Attachment,
  parents: ReadonlyMap<string, readonly ListenerParent[]>,
): readonly AttachedParent[] {
  const { context, route, reference, path } = attachment;
  const { group, kind, name, namespace = route.metadata.namespace } = reference;
  if (group === '' && kind === 'Service') return attachToMesh(attachment, kind);
  if (group === MESH_CONFIG_GROUP && kind === 'ServiceEntry') return attachToMesh(attachment, kind);
  if (group !== GATEWAY_API_GROUP || (kind !== 'Gateway' && kind !== 'ListenerSet')) {
    context.report(route.ref, 'parent-kind', [...path, 'kind'], { kind });
    return [];
  }
  const listeners = parents.get(parentKey(kind, namespace, name));
  if (listeners !== undefined) return attachToListeners(attachment, listeners);
  const exists = [...context.resources.kubernetesGateways, ...context.resources.listenerSets].some(
    ({ ref }) => ref.kind === kind && ref.namespace === namespace && ref.name === name,
  );
  const value = reference.namespace === undefined ? name : `${namespace}/${name}`;
  if (!exists) context.report(route.ref, 'parent-missing', [...path, 'name'], { kind, value });
  return [];
}

function referenceText(reference: ParentReference, namespace: string): string {
  const { group, kind, name, sectionName = '', port = 0 } = reference;
  return `${group}/${kind}/${name}/${sectionName}/${port}.${reference.namespace ?? namespace}`;
}

/**
 * Everything that the route is attached to, in an order that does not depend on how it is written.
 * istio/istio pilot/pkg/config/kube/gateway/conversion.go (extractParentReferenceInfo, filteredReferences)
 */
export function attachedParents(
  context: ConversionContext,
  route: AnyRoute,
  parents: ReadonlyMap<string, readonly ListenerParent[]>,
): readonly AttachedParent[] {
  const hostnames = hostnamesOf(route);
  const { namespace } = route.metadata;
  return (route.object.spec.parentRefs ?? [])
    .map((reference, index) => ({ reference, path: ['spec', 'parentRefs', index] }))
    .sort((a, b) => compareStrings(referenceText(a.reference, namespace), referenceText(b.reference, namespace)))
    .flatMap(({ reference, path }) => attach({ context, route, reference, path, hostnames }, parents))
    .sort((a, b) => compareStrings(a.internalName, b.internalName));
}

/**
 * Whether the host of a route is for this listener and not for one that fits it better.
 * istio/istio pilot/pkg/config/kube/gateway/conversion.go (hostnameAllowedByIsolation)
 */
export function isForListener(host: string, parent: Extract<AttachedParent, { readonly kind: 'listener' }>): boolean {
  const { hostname, otherHostnames } = parent;
  if (hostname !== '' && !isWildcardHost(hostname)) return true;
  if (hostname !== '' && !hostsOverlap(host, hostname)) return false;
  return !otherHostnames.some((other) => hostname.length <= other.length && isHostCoveredBy(host, other));
}
