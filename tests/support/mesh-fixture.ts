// Small meshes for tests: manifests as text, pods in a line each, and what their proxies are told.
import type { Diagnostic, PodView } from '../../src/config';
import { ISTIO_DIALECT } from '../../src/dialects/istio';
import type { FilterChain, HttpConnectionManager, Listener, XdsSnapshot } from '../../src/xds';
import { readManifestSet, viewOfManifests } from './manifest-view';

export interface PodOutline {
  readonly name: string;
  readonly namespace?: string;
  readonly ip: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** The name of the pod, if none is given. */
  readonly serviceAccount?: string;
  /** A gateway has no application beside its proxy. */
  readonly gateway?: boolean;
}

export function podOf(outline: PodOutline): PodView {
  const { name, namespace = 'default', ip, labels = {}, serviceAccount = name, gateway = false } = outline;
  const names = gateway ? ['istio-proxy'] : ['app', 'istio-proxy'];
  return {
    name,
    namespace,
    uid: `pod/${namespace}/${name}`,
    ip,
    labels,
    annotations: {},
    serviceAccount,
    nodeName: '',
    locality: { region: '', zone: '', subZone: '' },
    containers: names.map((container) => ({ name: container, image: '', ports: [] })),
    hostNetwork: false,
    phase: 'Running',
    ready: true,
    terminating: false,
    workload: { group: 'apps', kind: 'Deployment', namespace, name },
    ...(gateway ? {} : { sidecar: { dialect: 'istio', revision: 'default' } }),
  };
}

export interface CompiledMesh {
  readonly diagnostics: readonly Diagnostic[];
  /** By the name of the pod. */
  snapshot(pod: string): XdsSnapshot;
}

export interface MeshFixture {
  readonly manifests: string;
  readonly pods: readonly PodOutline[];
  readonly mesh?: Readonly<Record<string, unknown>>;
}

/** Compiles a mesh; manifests that the API server would refuse are a mistake of the test. */
export function compileFixture({ manifests, pods, mesh = {} }: MeshFixture): CompiledMesh {
  const { resources, rejected } = readManifestSet([{ path: 'mesh.yaml', text: manifests }]);
  const [refused] = rejected;
  if (refused !== undefined) throw new Error(`${refused.kind} ${refused.metadata.name} was refused`);
  const { snapshots, diagnostics } = ISTIO_DIALECT.compile(viewOfManifests(resources, mesh, pods.map(podOf)));
  return {
    diagnostics,
    snapshot: (pod) => {
      const found = [...snapshots].find(([id]) => id.includes(`~${pod}.`))?.[1];
      if (found === undefined) throw new Error(`${pod} runs no proxy`);
      return found;
    },
  };
}

export function listenerOf(snapshot: XdsSnapshot, name: string): Listener {
  const found = snapshot.listeners.find((listener) => listener.name === name);
  if (found === undefined) throw new Error(`no listener ${name} among ${snapshot.listeners.map((each) => each.name)}`);
  return found;
}

export function managerOf(chain: FilterChain | undefined): HttpConnectionManager | undefined {
  for (const filter of chain?.filters ?? []) if (filter.kind === 'httpConnectionManager') return filter.hcm;
  return undefined;
}
