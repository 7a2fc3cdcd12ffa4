import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AssertionError } from './assert';
import { IntrusiveFifo } from './intrusive-fifo';

function contents(fifo: IntrusiveFifo, list: number): number[] {
  const items: number[] = [];
  for (let item = fifo.first(list); item !== -1; item = fifo.after(item)) items.push(item);
  return items;
}

it('agrees with arrays under any sequence of operations, saves and restores', () => {
  const operation = fc.record({
    action: fc.constantFrom('push', 'pop', 'remove', 'restore'),
    list: fc.nat({ max: 4 }),
    item: fc.nat({ max: 20 }),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200, size: 'max' }), (operations) => {
      let fifo = new IntrusiveFifo(1, 1);
      const lists: number[][] = [[], [], [], [], []];
      for (const { action, list, item } of operations) {
        const model = lists[list] ?? [];
        const holder = lists.findIndex((items) => items.includes(item));
        if (action === 'push' && holder === -1) {
          fifo.pushBack(list, item);
          model.push(item);
        } else if (action === 'pop') {
          expect(fifo.popFront(list)).toBe(model.shift() ?? -1);
        } else if (action === 'remove') {
          expect(fifo.listOf(item)).toBe(holder);
          expect(fifo.remove(item)).toBe(holder !== -1);
          if (holder !== -1) lists[holder] = (lists[holder] ?? []).filter((other) => other !== item);
        } else if (action === 'restore') {
          const copy = new IntrusiveFifo();
          copy.restore(fifo.save());
          fifo = copy;
        }
        lists.forEach((items, index) => {
          expect(contents(fifo, index)).toEqual(items);
          expect(fifo.size(index)).toBe(items.length);
          expect(fifo.last(index)).toBe(items.at(-1) ?? -1);
        });
      }
    }),
  );
});

it('refuses an item that is already in a list', () => {
  const fifo = new IntrusiveFifo();
  fifo.pushBack(0, 5);
  expect(() => fifo.pushBack(1, 5)).toThrow(AssertionError);
});
