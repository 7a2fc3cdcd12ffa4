import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssertionError } from './assert';
import { Columns, handleIndex, MAX_SLOTS, NO_HANDLE, Slots } from './columns';

const SPEC = { startNs: 'f64', host: 'i32', status: 'u16', id: 'u32', flags: 'u8' } as const;

describe('Columns', () => {
  it('grows and keeps its rows', () => {
    const table = new Columns(SPEC, 2);
    for (let i = 0; i < 100; i++) {
      const index = table.allocate();
      table.arrays.startNs[index] = i * 1e12;
      table.arrays.host[index] = -i;
      table.arrays.id[index] = 0xffffffff - i;
    }
    expect(table.liveCount).toBe(100);
    expect(table.arrays.startNs[99]).toBe(99e12);
    expect(table.arrays.host[1]).toBe(-1);
    expect(table.arrays.id[0]).toBe(0xffffffff);
    expect(table.arrays.status).toBeInstanceOf(Uint16Array);
  });

  it('goes on from a saved state, whatever happened since', () => {
    const table = new Columns(SPEC, 2);
    const first = table.allocate();
    table.arrays.startNs[first] = 7;
    const handle = table.handleOf(first);
    const state = table.save();
    table.release(first);
    for (let i = 0; i < 50; i++) table.arrays.startNs[table.allocate()] = -1;
    table.restore(state);
    expect(table.resolve(handle)).toBe(first);
    expect(table.arrays.startNs[first]).toBe(7);
    expect(table.liveCount).toBe(1);
    const other = new Columns(SPEC, 1);
    other.restore(state);
    expect(other.allocate()).toBe(table.allocate());
    expect(other.arrays.startNs[first]).toBe(7);
  });
});

describe('Slots', () => {
  it('resolves a handle only while its slot is in the same use', () => {
    const slots = new Slots(1);
    const index = slots.allocate();
    const handle = slots.handleOf(index);
    expect(handleIndex(handle)).toBe(index);
    expect(slots.resolve(handle)).toBe(index);
    slots.release(index);
    expect(slots.resolve(handle)).toBe(-1);
    expect(slots.allocate()).toBe(index);
    expect(slots.resolve(handle)).toBe(-1);
    expect(slots.resolve(NO_HANDLE)).toBe(-1);
    expect(slots.resolve(5 * MAX_SLOTS + 1234)).toBe(-1);
  });

  it('tells one use of a slot from the next, also after going back', () => {
    const table = new Columns({ value: 'i32' });
    const first = table.allocate();
    const second = table.allocate();
    expect([table.generationOf(first), table.generationOf(second)]).toEqual([0, 0]);
    table.release(first);
    expect(table.isCurrent(first, 0)).toBe(false);
    expect(table.allocate()).toBe(first);
    expect(table.isCurrent(first, 1)).toBe(true);
    const saved = table.save();
    table.release(first);
    const third = [table.allocate(), table.allocate()][1] ?? 0;
    table.release(third);
    table.restore(saved);
    expect(table.isCurrent(first, 1)).toBe(true);
    expect([table.allocate(), table.generationOf(third)]).toEqual([third, 0]);
  });

  it('throws when a slot is released twice', () => {
    const slots = new Slots(4);
    slots.release(slots.allocate());
    expect(() => slots.release(0)).toThrow(AssertionError);
    expect(() => slots.release(3)).toThrow(AssertionError);
    expect(() => slots.handleOf(0)).toThrow(AssertionError);
  });

  it('agrees with a map of live handles', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 30 }), { maxLength: 200, size: 'max' }), (steps) => {
        const slots = new Slots(1);
        const live = new Map<number, number>();
        const stale: number[] = [];
        for (const step of steps) {
          const chosen = [...live.keys()][step];
          if (chosen === undefined) {
            const index = slots.allocate();
            live.set(slots.handleOf(index), index);
          } else {
            slots.release(live.get(chosen) ?? -1);
            live.delete(chosen);
            stale.push(chosen);
          }
          for (const [handle, index] of live) expect(slots.resolve(handle)).toBe(index);
          for (const handle of stale) expect(slots.resolve(handle)).toBe(-1);
          expect(new Set(live.values()).size).toBe(slots.liveCount);
        }
      }),
      { numRuns: 50 },
    );
  });
});
