import { compareStrings } from '../../../base';
import { type ClusterView, CONFIG_MAP, SECRET } from '../../../config';
import type { Cluster, CommonTls, Listener, UpstreamTransportSocket, XdsSecret } from '../../../xds';
import type { MeshProxy } from './model';
import { INVALID_CREDENTIAL, ROOT_SECRET, WORKLOAD_SECRET } from './secret-sources';

const KUBERNETES_PREFIXES = ['kubernetes://', 'kubernetes-gateway://'];
const CONFIG_MAP_PREFIX = 'configmap://';
const FILE_ROOT_PREFIX = 'file-root:';
const CA_SUFFIX = '-cacert';

interface Usage {
  readonly certificates: Set<string>;
  readonly trustBundles: Set<string>;
}

function addUsage({ certificates, validation }: CommonTls, usage: Usage): void {
  for (const source of certificates) if (source.kind === 'sds') usage.certificates.add(source.secretName);
  if (validation?.trustBundle.kind === 'sds') usage.trustBundles.add(validation.trustBundle.secretName);
}

function addSocket(socket: UpstreamTransportSocket | undefined, usage: Usage): void {
  if (socket?.kind === 'tls') addUsage(socket.tls.common, usage);
}

const usages = new WeakMap<Listener | Cluster, Usage>();

function noUsage(): Usage {
  return { certificates: new Set(), trustBundles: new Set() };
}

function usageOf(resource: Listener | Cluster): Usage {
  const known = usages.get(resource);
  if (known !== undefined) return known;
  const usage = 'filterChains' in resource ? usageOfListener(resource) : usageOfCluster(resource);
  usages.set(resource, usage);
  return usage;
}

function usageOfListener({ filterChains, defaultFilterChain }: Listener): Usage {
  const usage = noUsage();
  for (const chain of [...filterChains, ...(defaultFilterChain === undefined ? [] : [defaultFilterChain])]) {
    if (chain.tls !== undefined) addUsage(chain.tls.common, usage);
  }
  return usage;
}

function usageOfCluster({ transportSocket, transportSocketMatches }: Cluster): Usage {
  const usage = noUsage();
  addSocket(transportSocket, usage);
  for (const match of transportSocketMatches) addSocket(match.transportSocket, usage);
  return usage;
}

function addAll({ certificates, trustBundles }: Usage, all: Usage): void {
  for (const name of certificates) all.certificates.add(name);
  for (const name of trustBundles) all.trustBundles.add(name);
}

const listUsages = new WeakMap<readonly (Listener | Cluster)[], Usage>();

function usageOfList(resources: readonly (Listener | Cluster)[]): Usage {
  const known = listUsages.get(resources);
  if (known !== undefined) return known;
  const usage = noUsage();
  for (const resource of resources) addAll(usageOf(resource), usage);
  listUsages.set(resources, usage);
  return usage;
}

/** `name` in the proxy's own namespace, or `namespace/name`. istio/istio pilot/pkg/model/credentials/resource.go (ParseResourceName) */
function locate(name: string, proxy: MeshProxy): { readonly namespace: string; readonly name: string } {
  const slash = name.indexOf('/');
  if (slash < 0) return { namespace: proxy.namespace, name };
  return { namespace: name.slice(0, slash), name: name.slice(slash + 1) };
}

/** An authority may be kept under the name of the certificate itself. */
function holdersOf(name: string): readonly string[] {
  return name.endsWith(CA_SUFFIX) ? [name, name.slice(0, -CA_SUFFIX.length)] : [name];
}

/** Whether the object behind the name exists. */
function exists(secretName: string, proxy: MeshProxy, view: ClusterView): boolean {
  if (secretName.startsWith(CONFIG_MAP_PREFIX)) {
    const at = locate(secretName.slice(CONFIG_MAP_PREFIX.length), proxy);
    return holdersOf(at.name).some((name) => view.get(CONFIG_MAP, at.namespace, name) !== undefined);
  }
  if (secretName === INVALID_CREDENTIAL) return false;
  const prefix = KUBERNETES_PREFIXES.find((candidate) => secretName.startsWith(candidate));
  // Files of the pod are not modelled: they are taken to be there.
  if (prefix === undefined) return true;
  const at = locate(secretName.slice(prefix.length), proxy);
  return holdersOf(at.name).some((name) => view.get(SECRET, at.namespace, name) !== undefined);
}

export interface SecretSources {
  readonly view: ClusterView;
  readonly trustDomain: string;
  readonly listeners: readonly Listener[];
  readonly clusters: readonly Cluster[];
}

/** Every secret that the configuration of a proxy names, by name; those of the mesh always exist. */
export function secretsOf(proxy: MeshProxy, sources: SecretSources): readonly XdsSecret[] {
  const { certificates, trustBundles } = noUsage();
  for (const list of [sources.listeners, sources.clusters]) addAll(usageOfList(list), { certificates, trustBundles });
  const identity = `spiffe://${sources.trustDomain}/ns/${proxy.namespace}/sa/${proxy.serviceAccount}`;
  const names = [...new Set([...certificates, ...trustBundles])].sort(compareStrings);
  return names.map((name): XdsSecret => {
    if (name === WORKLOAD_SECRET) return { name, kind: 'certificate', subjectAltNames: [identity] };
    if (name === ROOT_SECRET || name.startsWith(FILE_ROOT_PREFIX)) {
      return { name, kind: 'trustBundle', subjectAltNames: [] };
    }
    if (!exists(name, proxy, sources.view)) return { name, kind: 'missing', subjectAltNames: [] };
    return { name, kind: certificates.has(name) ? 'certificate' : 'trustBundle', subjectAltNames: [] };
  });
}
