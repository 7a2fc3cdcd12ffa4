import type { FlightFrame, WorkerEvent } from '../../../src/worker';
import { Host } from '../../../src/worker/host';
import { SHOP, scenario } from '../session/shop';

type EventOf<K extends WorkerEvent['kind']> = Extract<WorkerEvent, { readonly kind: K }>;

/** A host on a clock that moves by hand, with everything it sent. */
export class HostBench {
  nowMs = 1_000;
  /** What every look at the clock costs: how slow the machine is. */
  lookMs = 0;
  readonly events: WorkerEvent[] = [];
  readonly frames: FlightFrame[] = [];
  readonly transferred: ArrayBuffer[][] = [];
  readonly host = new Host({
    nowMs: () => {
      this.nowMs += this.lookMs;
      return this.nowMs;
    },
    send: (event) => {
      this.events.push(structuredClone(event));
    },
    sendFlights: (frame, transfer) => {
      this.frames.push(structuredClone(frame));
      this.transferred.push(transfer);
    },
  });

  constructor(files = SHOP) {
    this.host.load(scenario(files));
  }

  /** Lets wall time pass, slice by slice as the shell would run them. */
  pass(ms: number, sliceMs = 8): void {
    const endMs = this.nowMs + ms;
    while (this.nowMs < endMs) {
      this.nowMs = Math.min(endMs, this.nowMs + sliceMs);
      this.host.slice();
    }
  }

  of<K extends WorkerEvent['kind']>(kind: K): readonly EventOf<K>[] {
    return this.events.filter((event): event is EventOf<K> => event.kind === kind);
  }

  last<K extends WorkerEvent['kind']>(kind: K): EventOf<K> {
    const found = this.of(kind).at(-1);
    if (found === undefined) throw new Error(`no event of kind ${kind}`);
    return found;
  }
}
