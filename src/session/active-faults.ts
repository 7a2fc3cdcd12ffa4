import { assertDefined } from '../base';
import type { Cluster } from '../cluster';
import type { SimulationApi } from '../engine';
import type { FaultSpec } from './command';
import { occurrenceAt, type ScheduledFault } from './faults';
import { SESSION_TIMER } from './timers';
import type { ActiveFaultView, MarkView } from './view';

interface ActiveFault {
  readonly view: ActiveFaultView;
  readonly spec: FaultSpec;
}

/** Part of a checkpoint; immutable. */
export interface ActiveFaultsState {
  readonly active: ReadonlyMap<string, ActiveFault>;
  readonly scheduled: readonly ScheduledFault[];
  readonly schedules: number;
}

export interface ActiveFaultsParts {
  readonly engine: SimulationApi;
  readonly cluster: Cluster;
  readonly mark: (kind: MarkView['kind'], label: string) => void;
}

/** The faults in force, whoever began them: a user, or the schedule that the manifests write. */
export class ActiveFaults {
  /** By id, in the order in which they began. */
  #active = new Map<string, ActiveFault>();
  #scheduled: readonly ScheduledFault[] = [];
  /** Numbers the schedules, so that a timer of an earlier one is recognised. */
  #schedules = 0;

  constructor(private readonly parts: ActiveFaultsParts) {}

  get views(): readonly ActiveFaultView[] {
    return [...this.#active.values()].map(({ view }) => view);
  }

  /** Begins a fault; one of the same id is replaced. */
  inject(id: string, label: string, spec: FaultSpec): void {
    this.#end(id);
    const { engine, cluster, mark } = this.parts;
    this.#active.set(id, { view: { id, label, sinceNs: engine.nowNs }, spec });
    if (spec.scope === 'controlPlane') this.#updateControlPlane();
    else if (spec.fault.kind === 'crash') cluster.addCrash({ id, selector: spec.fault.target });
    else engine.execute({ kind: 'setFault', id, fault: spec.fault });
    mark('fault', label);
  }

  clear(id: string): void {
    const label = this.#active.get(id)?.view.label;
    if (label === undefined) return;
    this.#end(id);
    this.parts.mark('mend', label);
  }

  clearAll(): void {
    for (const id of this.#active.keys()) this.clear(id);
  }

  /** Follows the schedule of new manifests. A fault that stands in them unchanged goes on without a break. */
  schedule(faults: readonly ScheduledFault[]): void {
    const { engine } = this.parts;
    const before = this.#scheduled;
    const unchanged = new Set(before.map((fault) => JSON.stringify(fault)));
    const goingOn = new Set<string>();
    this.#scheduled = faults;
    this.#schedules += 1;
    for (const [index, fault] of faults.entries()) {
      const next = occurrenceAt(fault, engine.nowNs);
      if (next === undefined) continue;
      const { beginNs } = next;
      if (beginNs <= engine.nowNs && this.#active.has(fault.id) && unchanged.has(JSON.stringify(fault))) {
        goingOn.add(fault.id);
        this.#scheduleEnd(index, fault);
      } else this.#schedule(Math.max(engine.nowNs, beginNs), SESSION_TIMER.faultBegins, index);
    }
    for (const fault of before) if (!goingOn.has(fault.id)) this.clear(fault.id);
  }

  /** Returns false when the code is not one of these timers. */
  handleControlEvent(code: number, index: number, schedule: number): boolean {
    if (code !== SESSION_TIMER.faultBegins && code !== SESSION_TIMER.faultEnds) return false;
    if (schedule !== this.#schedules) return true;
    const fault = assertDefined(this.#scheduled[index], 'a fault timer names a fault of the schedule');
    if (code === SESSION_TIMER.faultBegins) {
      this.inject(fault.id, fault.label, fault.fault);
      this.#scheduleEnd(index, fault);
    } else {
      this.clear(fault.id);
      const next = occurrenceAt(fault, this.parts.engine.nowNs);
      if (next !== undefined) this.#schedule(next.beginNs, SESSION_TIMER.faultBegins, index);
    }
    return true;
  }

  save(): ActiveFaultsState {
    return { active: new Map(this.#active), scheduled: this.#scheduled, schedules: this.#schedules };
  }

  /** The engine and the cluster come back by their own checkpoints. */
  restore(state: ActiveFaultsState): void {
    this.#active = new Map(state.active);
    this.#scheduled = state.scheduled;
    this.#schedules = state.schedules;
  }

  #schedule(atNs: number, code: number, index: number): void {
    this.parts.engine.scheduleControl(atNs, code, index, this.#schedules);
  }

  #scheduleEnd(index: number, fault: ScheduledFault): void {
    const endNs = occurrenceAt(fault, this.parts.engine.nowNs)?.endNs ?? Number.POSITIVE_INFINITY;
    if (Number.isFinite(endNs)) this.#schedule(endNs, SESSION_TIMER.faultEnds, index);
  }

  #end(id: string): void {
    const fault = this.#active.get(id);
    if (fault === undefined) return;
    this.#active.delete(id);
    const { spec } = fault;
    if (spec.scope === 'controlPlane') this.#updateControlPlane();
    else if (spec.fault.kind === 'crash') this.parts.cluster.removeCrash(id);
    else this.parts.engine.execute({ kind: 'clearFault', id });
  }

  /** The control plane is down while one fault says so; the delays of several add up. */
  #updateControlPlane(): void {
    const { cluster } = this.parts;
    let up = true;
    let lagNs = 0;
    for (const { spec } of this.#active.values()) {
      if (spec.scope !== 'controlPlane') continue;
      if (spec.kind === 'down') up = false;
      else lagNs += spec.delayNs;
    }
    cluster.setControlPlaneLag(lagNs);
    if (up !== cluster.controlPlaneUp) cluster.setControlPlaneUp(up);
  }
}
