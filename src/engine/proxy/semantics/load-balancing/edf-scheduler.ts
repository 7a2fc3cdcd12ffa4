import { assert } from '../../../../base';

/** State of an {@link EdfScheduler} as plain data. */
export interface EdfState {
  readonly now: number;
  readonly nextOrder: number;
  readonly deadlines: readonly number[];
  readonly orders: readonly number[];
  readonly entries: readonly number[];
}

/** Picks emulated at the start are limited, so that a large seed costs nothing. */
const PRE_PICKS_MAX = 429496729;
/** Keeps deadlines of weights that are multiples of each other apart. */
const WEIGHT_EPSILON = 1e-13;

/**
 * Earliest deadline first: entry numbers come up in proportion to their weights, as evenly spread as possible. Ties are first in,
 * first out. envoyproxy/envoy source/common/upstream/edf_scheduler.h
 */
export class EdfScheduler {
  private now = 0;
  private nextOrder = 0;
  // A binary min-heap in columns, ordered by deadline, then by order of insertion.
  private deadlines: number[] = [];
  private orders: number[] = [];
  private entries: number[] = [];

  /**
   * The state that `picks` picks from a fresh scheduler would leave, computed at once: most picks by arithmetic, the rest one by one.
   */
  // edf_scheduler.h EdfScheduler::createWithPicks
  static withPicks(entries: readonly number[], weightOf: (entry: number) => number, picks: number): EdfScheduler {
    const scheduler = new EdfScheduler();
    if (entries.length === 0) return scheduler;
    const wanted = picks % PRE_PICKS_MAX;
    const weights = entries.map((entry) => weightOf(entry) + WEIGHT_EPSILON);
    const weightSum = weights.reduce((sum, weight) => sum + weight, 0);
    let picked = 0;
    let latestPick = 0;
    for (const [index, entry] of entries.entries()) {
      const weight = weights[index] ?? 1;
      let own = Math.floor((weight * wanted) / weightSum);
      if (own > 0 && own / weight >= wanted / weightSum) own -= 1;
      latestPick = Math.max(latestPick, own / weight);
      scheduler.push((own + 1) / weight, index, entry);
      picked += own;
    }
    scheduler.now = latestPick;
    scheduler.nextOrder = entries.length;
    for (; picked < wanted; picked++) scheduler.pick(weightOf);
    return scheduler;
  }

  static restore(state: EdfState): EdfScheduler {
    const scheduler = new EdfScheduler();
    scheduler.now = state.now;
    scheduler.nextOrder = state.nextOrder;
    scheduler.deadlines = [...state.deadlines];
    scheduler.orders = [...state.orders];
    scheduler.entries = [...state.entries];
    return scheduler;
  }

  save(): EdfState {
    return {
      now: this.now,
      nextOrder: this.nextOrder,
      deadlines: [...this.deadlines],
      orders: [...this.orders],
      entries: [...this.entries],
    };
  }

  /** The next entry; it is queued again with the weight that it has now. -1 when there is none. */
  // edf_scheduler.h EdfScheduler::pickAndAdd
  pick(weightOf: (entry: number) => number): number {
    const entry = this.entries[0];
    if (entry === undefined) return -1;
    this.now = this.deadlines[0] ?? this.now;
    const weight = weightOf(entry);
    assert(weight > 0, 'weights are positive');
    this.replaceTop(this.now + 1 / weight, this.nextOrder++, entry);
    return entry;
  }

  private push(deadline: number, order: number, entry: number): void {
    let at = this.entries.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(deadline, order, parent)) break;
      this.copy(parent, at);
      at = parent;
    }
    this.set(at, deadline, order, entry);
  }

  private replaceTop(deadline: number, order: number, entry: number): void {
    const size = this.entries.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.isBefore(this.deadlines[child + 1] ?? 0, this.orders[child + 1] ?? 0, child))
        child += 1;
      if (this.isBefore(deadline, order, child)) break;
      this.copy(child, at);
      at = child;
    }
    this.set(at, deadline, order, entry);
  }

  private isBefore(deadline: number, order: number, other: number): boolean {
    const otherDeadline = this.deadlines[other] ?? 0;
    return deadline < otherDeadline || (deadline === otherDeadline && order < (this.orders[other] ?? 0));
  }

  private copy(from: number, to: number): void {
    this.set(to, this.deadlines[from] ?? 0, this.orders[from] ?? 0, this.entries[from] ?? 0);
  }

  private set(at: number, deadline: number, order: number, entry: number): void {
    this.deadlines[at] = deadline;
    this.orders[at] = order;
    this.entries[at] = entry;
  }
}
