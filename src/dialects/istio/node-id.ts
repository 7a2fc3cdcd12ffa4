import type { PodView } from '../../config';
import type { NodeId } from '../../xds';
import { DOMAIN_SUFFIX } from './compile/names';

const PROXY_CONTAINER = 'istio-proxy';
const TEMPLATES_ANNOTATION = 'inject.istio.io/templates';

/** What runs as a proxy in a pod: a sidecar beside the application, or a gateway that is nothing else. */
export function proxyTypeOf(pod: PodView): 'sidecar' | 'router' | undefined {
  const templates = (pod.annotations[TEMPLATES_ANNOTATION] ?? '').split(',').map((template) => template.trim());
  const alone = pod.containers.length > 0 && pod.containers.every(({ name }) => name === PROXY_CONTAINER);
  if (alone || (templates.includes('gateway') && pod.sidecar?.dialect === 'istio')) return 'router';
  return pod.sidecar?.dialect === 'istio' ? 'sidecar' : undefined;
}

/** `type~address~pod.namespace~domain`. istio/istio pkg/model/proxy.go (ServiceNode) */
export function nodeIdOf(pod: PodView): NodeId | undefined {
  const type = proxyTypeOf(pod);
  if (type === undefined) return undefined;
  return `${type}~${pod.ip}~${pod.name}.${pod.namespace}~${pod.namespace}.svc.${DOMAIN_SUFFIX}`;
}
