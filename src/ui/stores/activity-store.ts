import { create } from 'zustand';
import type { ActiveFaultView, FaultSpec, MarkView, Ns } from '../../worker';

/** A fault that this page injected, beyond what the session tells about it. */
export interface InjectedFault {
  readonly spec: FaultSpec;
  /** Id of the service, pod or edge it was anchored to; "" = the mesh. */
  readonly anchor: string;
  /** undefined: until mended. */
  readonly endsAtNs: Ns | undefined;
}

interface ActivityState {
  readonly marks: readonly MarkView[];
  readonly faults: readonly ActiveFaultView[];
  readonly injected: ReadonlyMap<string, InjectedFault>;
  /** Ids of services, pods and edges that carry a fault of this page. */
  readonly anchors: ReadonlySet<string>;
}

const EMPTY: ActivityState = { marks: [], faults: [], injected: new Map(), anchors: new Set() };

/** What happened and what is broken now. */
export const useActivityStore = create<ActivityState>()(() => EMPTY);

function anchorsOf(injected: ReadonlyMap<string, InjectedFault>): ReadonlySet<string> {
  return new Set([...injected.values()].map((fault) => fault.anchor).filter((anchor) => anchor !== ''));
}

/** Takes the session's word for what is active; own records of faults that ended go. */
export function setActivity(marks: readonly MarkView[], faults: readonly ActiveFaultView[]): void {
  const active = new Set(faults.map((fault) => fault.id));
  const kept = new Map([...useActivityStore.getState().injected].filter(([id]) => active.has(id)));
  useActivityStore.setState({ marks, faults, injected: kept, anchors: anchorsOf(kept) });
}

export function recordInjected(id: string, fault: InjectedFault): void {
  const injected = new Map(useActivityStore.getState().injected).set(id, fault);
  useActivityStore.setState({ injected, anchors: anchorsOf(injected) });
}

export function clearActivity(): void {
  useActivityStore.setState(EMPTY, true);
}
