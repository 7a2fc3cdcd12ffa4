import type { Session } from '../session';
import { UsageError } from './usage-error';

/** The first running pod of a workload named `name`, `namespace/name`, or by the pod's own name. */
export function podOfWorkload(session: Session, text: string): string {
  const slash = text.indexOf('/');
  const namespace = slash < 0 ? undefined : text.slice(0, slash);
  const name = slash < 0 ? text : text.slice(slash + 1);
  const candidates = session.cluster.pods.filter((pod) => namespace === undefined || pod.namespace === namespace);
  const found =
    candidates.find((pod) => pod.workload.name === name) ??
    candidates.find((pod) => pod.name === name) ??
    candidates.find((pod) => session.cluster.serviceOf(pod) === name);
  if (found !== undefined) return found.uid;
  const known = [...new Set(session.cluster.pods.map((pod) => `${pod.namespace}/${pod.workload.name}`))].join(', ');
  throw new UsageError(`no workload "${text}"; there are: ${known}`);
}
