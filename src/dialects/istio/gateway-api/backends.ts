import type { ConfigPath } from '../../../config';
import type { BackendObjectReference } from '../../gateway-api';
import { serviceHostname } from '../compile/names';
import type { Destination } from '../kinds';
import type { ConversionContext } from './context';
import { isGranted } from './grants';
import type { AnyRoute } from './resources';

const MESH_CONFIG_GROUP = 'networking.istio.io';
const MULTI_CLUSTER_GROUP = 'multicluster.x-k8s.io';
/** Leads nowhere, so that its share fails. */
const NOWHERE: Destination = { host: '' };

export interface BackendRequest {
  readonly context: ConversionContext;
  readonly route: AnyRoute;
  /** Routes of the mesh need no grant. */
  readonly mesh: boolean;
}

/** Where traffic goes; `fatal`: the whole route is left out. */
export type Backend =
  | { readonly kind: 'destination'; readonly destination: Destination }
  | { readonly kind: 'missing'; readonly destination: Destination }
  | { readonly kind: 'fatal' };

interface Target {
  readonly host: string;
  readonly exists: boolean;
}

function fatal({ context, route }: BackendRequest, path: ConfigPath, problem: string): Backend {
  context.report(route.ref, 'backend-invalid', path, { problem });
  return { kind: 'fatal' };
}

function isPermitted(
  { context, route, mesh }: BackendRequest,
  backend: BackendObjectReference,
  path: ConfigPath,
): boolean {
  const { namespace } = route.metadata;
  const at = backend.namespace ?? namespace;
  if (mesh || at === namespace) return true;
  const from = { group: route.ref.group, kind: route.kind, namespace };
  const to = { group: backend.group, kind: backend.kind, namespace: at, name: backend.name };
  if (isGranted(context.resources.referenceGrants, { from, to })) return true;
  const value = `the ${backend.kind} ${at}/${backend.name}`;
  context.report(route.ref, 'reference-not-granted', path, { kind: route.kind, from: namespace, value, to: at });
  return false;
}

/** The host behind a reference; undefined: nothing of the kind takes traffic. */
function targetOf({ context, route }: BackendRequest, backend: BackendObjectReference): Target | undefined {
  const { group, kind, name } = backend;
  const namespace = backend.namespace ?? route.metadata.namespace;
  const isService = (group === '' && kind === 'Service') || (group === MULTI_CLUSTER_GROUP && kind === 'ServiceImport');
  if (isService) {
    return { host: serviceHostname(name, namespace), exists: context.servicePorts(namespace, name) !== undefined };
  }
  if (group !== MESH_CONFIG_GROUP || kind !== 'Hostname') return undefined;
  return { host: name, exists: context.hasHost(name, namespace) };
}

function reportPort({ context, route }: BackendRequest, backend: BackendObjectReference, path: ConfigPath): void {
  const namespace = backend.namespace ?? route.metadata.namespace;
  const ports = context.servicePorts(namespace, backend.name);
  if (ports === undefined || backend.port === undefined || ports.includes(backend.port)) return;
  const values = { service: backend.name, port: backend.port, known: ports.join(', ') };
  context.report(route.ref, 'backend-port-missing', [...path, 'port'], values);
}

/**
 * A backend that may not be used keeps its share, which fails.
 * istio/istio pilot/pkg/config/kube/gateway/conversion.go (buildDestination)
 */
export function toDestination(request: BackendRequest, backend: BackendObjectReference, path: ConfigPath): Backend {
  const { context, route } = request;
  if (!isPermitted(request, backend, path)) return { kind: 'missing', destination: NOWHERE };
  const target = targetOf(request, backend);
  if (target === undefined) {
    context.report(route.ref, 'backend-kind', [...path, 'kind'], { kind: backend.kind });
    return { kind: 'missing', destination: NOWHERE };
  }
  if (backend.kind === 'Service' && backend.name.includes('.')) {
    return fatal(request, [...path, 'name'], 'A backend is named by the name of its Service, not by a host.');
  }
  if (backend.kind === 'Hostname' && backend.namespace !== undefined) {
    return fatal(request, [...path, 'namespace'], 'A host has no namespace.');
  }
  if (!target.exists) {
    const value = backend.namespace === undefined ? backend.name : `${backend.namespace}/${backend.name}`;
    context.report(route.ref, 'backend-missing', [...path, 'name'], { kind: backend.kind, value });
  }
  if (backend.port === undefined) return fatal(request, path, 'A backend needs a port.');
  reportPort(request, backend, path);
  const destination = { host: target.host, port: { number: backend.port } };
  return { kind: target.exists ? 'destination' : 'missing', destination };
}
