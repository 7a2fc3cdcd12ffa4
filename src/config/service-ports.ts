import type { Container } from './kinds/kubernetes/container';
import type { PodSpec } from './kinds/kubernetes/pod-spec';
import type { ServicePort } from './kinds/kubernetes/service';

/** The port that a service port leads to, as written: a number, or the name of a container port. */
export function targetPortOf(port: ServicePort): number | string {
  const target = port.targetPort;
  // The API server fills in the service port for an absent, empty or zero target.
  return target === undefined || target === 0 || target === '' ? port.port : target;
}

/**
 * The number of the container port that a service port leads to in one pod; undefined when the pod has no port of that
 * name, in which case the pod is left out of the endpoints. kubernetes/kubernetes pkg/api/v1/pod/util.go (FindPort)
 */
export function resolveTargetPort(port: ServicePort, pod: PodSpec): number | undefined {
  const target = targetPortOf(port);
  if (typeof target === 'number') return target;
  for (const container of servingContainers(pod)) {
    for (const candidate of container.ports ?? []) {
      if (candidate.name === target && candidate.protocol === port.protocol) return candidate.containerPort;
    }
  }
  return undefined;
}

/** The containers that run as long as the pod does: the ordinary ones, then init containers that restart always. */
export function servingContainers(pod: PodSpec): readonly Container[] {
  const sidecars = (pod.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  return [...pod.containers, ...sidecars];
}

/** Whether a service has no virtual address, so that DNS answers with its pods. */
export function isHeadless(service: { readonly clusterIP?: string; readonly type: string }): boolean {
  return service.clusterIP === 'None' && service.type !== 'ExternalName';
}
