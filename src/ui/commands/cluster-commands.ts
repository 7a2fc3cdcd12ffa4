import type { PodStatusView, ServiceNodeView } from '../../worker';
import type { AppServices } from '../app-context';
import { announce } from '../stores/notices-store';
import { useSelectionStore } from '../stores/selection-store';
import { useTopologyStore } from '../stores/topology-store';
import type { Command } from './command';

/** Whether a controller brings the pod back: a bare Pod that goes is gone. */
export function isRestartable(pod: PodStatusView): boolean {
  return pod.workloadKind !== 'Pod';
}

/** The selected service, or the one that the selected pod belongs to. */
function selectedService(): ServiceNodeView | undefined {
  const { selection } = useSelectionStore.getState();
  const { services, podOwners } = useTopologyStore.getState();
  if (selection.kind === 'service') return services.get(selection.id);
  const owner = selection.kind === 'pod' ? podOwners.get(selection.id) : undefined;
  return owner === undefined ? undefined : services.get(owner);
}

/** What `kubectl rollout restart` does to every workload of a service: new pods first, then the old ones go. */
async function restartPods({ client }: AppServices): Promise<void> {
  const service = selectedService();
  if (service === undefined) return;
  const workloads = new Map(
    service.pods.filter(isRestartable).map((pod) => [`${pod.workloadKind}/${pod.workload}`, pod] as const),
  );
  for (const { workloadKind, workload } of workloads.values()) {
    const ref = { group: 'apps', kind: workloadKind, namespace: service.namespace, name: workload };
    await client.execute({ kind: 'restartWorkload', ref });
  }
  announce(`The pods of ${service.name} are being replaced one after the other`);
}

export function clusterCommands(app: AppServices): readonly Command[] {
  return [
    {
      id: 'cluster.restart',
      label: 'Restart the pods of the selected service',
      group: 'Cluster',
      keywords: 'rollout rolling update redeploy kubectl sidecar',
      when: () => selectedService()?.pods.some(isRestartable) ?? false,
      run: () => restartPods(app),
    },
  ];
}
