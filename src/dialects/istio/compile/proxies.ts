import { compareStrings } from '../../../base';
import type { ContainerPortView, PodView } from '../../../config';
import { nodeIdOf, proxyTypeOf } from '../node-id';
import type { MeshProxy, Service, ServiceTarget } from './model';
import { DOMAIN_SUFFIX } from './names';
import { augmentLabels, isSubset } from './push-context/endpoint-index';
import type { PushContext } from './push-context/push-context';
import { serviceKey } from './push-context/service-index';
import type { KubernetesServiceResource } from './resources';
import { GATEWAY_NAME_LABEL } from './security/workload-policies';

const INTERCEPTION_ANNOTATION = 'sidecar.istio.io/interceptionMode';
const PROXY_CONFIG_ANNOTATION = 'proxy.istio.io/config';
const DNS_CAPTURE = /ISTIO_META_DNS_CAPTURE["']?\s*:\s*["']?true/;

/** Finds the services of workloads. Kubernetes Services by namespace, so that a mesh of many pods does not look at all of them. */
export class ServiceTargets {
  readonly #byNamespace = new Map<string, { resource: KubernetesServiceResource; service: Service }[]>();
  readonly #byKey = new Map<string, Service>();

  constructor(
    private readonly push: PushContext,
    resources: readonly KubernetesServiceResource[],
  ) {
    const kubernetes = new Map<string, Service>();
    for (const service of push.services.all) {
      if (!this.#byKey.has(serviceKey(service))) this.#byKey.set(serviceKey(service), service);
      if (service.registry === 'Kubernetes') kubernetes.set(`${service.namespace}/${service.name}`, service);
    }
    for (const resource of resources) {
      const { namespace, name } = resource.metadata;
      const service = kubernetes.get(`${namespace}/${name}`);
      if (service === undefined) continue;
      const list = this.#byNamespace.get(namespace) ?? [];
      list.push({ resource, service });
      this.#byNamespace.set(namespace, list);
    }
  }

  /**
   * Services that the pod is an endpoint of, oldest first.
   * istio/istio pilot/pkg/serviceregistry/kube/controller/controller.go (GetProxyServiceTargets)
   */
  of(pod: PodView): readonly ServiceTarget[] {
    const candidates = this.#byNamespace.get(pod.namespace) ?? [];
    const selecting = candidates.filter(
      ({ service }) => Object.keys(service.selector).length > 0 && isSubset(service.selector, pod.labels),
    );
    const kubernetes =
      selecting.length > 0
        ? selecting.flatMap(({ resource, service }) => targetsInPod(pod, resource, service))
        : candidates.flatMap(({ service }) => this.#targetsByAddress(pod, service));
    const targets = [...kubernetes, ...this.#targetsOfEntries(pod)];
    return targets.sort(
      (a, b) =>
        a.service.creationOrder - b.service.creationOrder || compareStrings(a.service.hostname, b.service.hostname),
    );
  }

  /** Services without a selector whose endpoints somebody else keeps. */
  #targetsByAddress(pod: PodView, service: Service): readonly ServiceTarget[] {
    if (Object.keys(service.selector).length > 0) return [];
    return this.push.endpoints.all(service).flatMap((endpoint) => {
      const port = service.ports.find((candidate) => candidate.name === endpoint.servicePortName);
      return endpoint.address === pod.ip && port !== undefined ? [{ service, port, targetPort: endpoint.port }] : [];
    });
  }

  #targetsOfEntries(pod: PodView): readonly ServiceTarget[] {
    return this.push.endpoints.targetsOf(pod.ip).flatMap((target) => {
      const service = this.#byKey.get(target.serviceKey);
      const port = service?.ports.find((candidate) => candidate.port === target.servicePort);
      if (service === undefined || port === undefined || service.namespace !== pod.namespace) return [];
      return [{ service, port, targetPort: target.targetPort }];
    });
  }
}

/** kubernetes/kubernetes pkg/api/v1/pod/util.go (FindPort) */
function targetPortIn(pod: PodView, target: number | string | undefined, servicePort: number): number | undefined {
  if (target === undefined || target === 0 || target === '') return servicePort;
  if (typeof target === 'number') return target;
  const named = (port: ContainerPortView): boolean => port.name === target;
  return pod.containers.flatMap((container) => container.ports).find(named)?.containerPort;
}

/** Two ports of a service with one target and protocol are one listener. */
function targetsInPod(pod: PodView, resource: KubernetesServiceResource, service: Service): readonly ServiceTarget[] {
  const targets = new Map<string, ServiceTarget>();
  for (const written of resource.object.spec?.ports ?? []) {
    const port = service.ports.find((candidate) => candidate.name === (written.name ?? ''));
    const targetPort = targetPortIn(pod, written.targetPort, written.port);
    if (port === undefined || targetPort === undefined) continue;
    const key = `${targetPort} ${port.protocol}`;
    if (!targets.has(key)) targets.set(key, { service, port, targetPort });
  }
  return [...targets.values()];
}

function interceptionOf(pod: PodView): MeshProxy['interceptionMode'] {
  const mode = pod.annotations[INTERCEPTION_ANNOTATION];
  return mode === 'TPROXY' || mode === 'NONE' ? mode : 'REDIRECT';
}

/** The proxy of a pod; undefined when it runs none. */
export function proxyOf(pod: PodView, targets: ServiceTargets): MeshProxy | undefined {
  const id = nodeIdOf(pod);
  const type = proxyTypeOf(pod);
  if (id === undefined || type === undefined || pod.ip === '') return undefined;
  return {
    id,
    type,
    name: pod.name,
    namespace: pod.namespace,
    ipAddresses: [pod.ip],
    labels: augmentLabels(pod.labels, pod.locality, pod.nodeName),
    serviceAccount: pod.serviceAccount,
    workload: pod.workload,
    locality: pod.locality,
    nodeName: pod.nodeName,
    dnsDomain: `${pod.namespace}.svc.${DOMAIN_SUFFIX}`,
    interceptionMode: type === 'router' ? 'NONE' : interceptionOf(pod),
    // The charts run gateways without the right to bind low ports; those of the Gateway API are given it.
    unprivileged: type === 'router' && !Object.hasOwn(pod.labels, GATEWAY_NAME_LABEL),
    dnsCapture: DNS_CAPTURE.test(pod.annotations[PROXY_CONFIG_ANNOTATION] ?? ''),
    serviceTargets: targets.of(pod),
  };
}
