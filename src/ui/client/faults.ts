import type { FaultSpec, Ns, SimulationClient } from '../../worker';
import { recordInjected, useActivityStore } from '../stores/activity-store';
import { announce, toast } from '../stores/notices-store';
import { simulationClock } from '../stores/simulation-clock';

export interface FaultOrder {
  /** Sentence for the mark: "50% errors on missions-6d8f". */
  readonly label: string;
  readonly spec: FaultSpec;
  /** Id of the service, pod or edge; "" = the mesh. */
  readonly anchor: string;
  /** Simulated; undefined = until mended. */
  readonly durationNs: Ns | undefined;
}

let nextFault = 1;

/** Breaks something, from now until its time is over or it is mended. */
export async function breakNow(client: SimulationClient, order: FaultOrder): Promise<void> {
  const id = `page-${nextFault++}-${Math.floor(simulationClock.nowNs)}`;
  const endsAtNs = order.durationNs === undefined ? undefined : simulationClock.nowNs + order.durationNs;
  recordInjected(id, { spec: order.spec, anchor: order.anchor, endsAtNs });
  await client.execute({ kind: 'injectFault', id, label: order.label, fault: order.spec });
  announce(`Broken: ${order.label}`);
}

export async function mendAll(client: SimulationClient): Promise<void> {
  const count = useActivityStore.getState().faults.length;
  await client.execute({ kind: 'clearAllFaults' });
  toast({
    tone: 'good',
    title: count === 1 ? 'Mended 1 fault' : `Mended ${count} faults`,
    detail: 'Nothing is broken on purpose any more.',
  });
}

const ending = new Set<string>();

/** Clears the page's faults whose time is over. */
export function endDueFaults(client: SimulationClient, nowNs: Ns): void {
  for (const [id, { endsAtNs }] of useActivityStore.getState().injected) {
    if (endsAtNs === undefined || nowNs < endsAtNs || ending.has(id)) continue;
    ending.add(id);
    client
      .execute({ kind: 'clearFault', id })
      .catch(() => undefined)
      .finally(() => ending.delete(id));
  }
}
