import { expect, test, vi } from 'vitest';
import { type Command, createRegistry } from './command';

function command(change: Partial<Command>): Command {
  return { id: 'a.b', label: 'Do', group: 'View', run: () => undefined, ...change };
}

test('runs by id, and only when it may', () => {
  const run = vi.fn();
  let allowed = false;
  const registry = createRegistry([command({ run, when: () => allowed })], () => undefined);
  expect(registry.run('a.b')).toBe(false);
  allowed = true;
  expect(registry.run('a.b')).toBe(true);
  expect(registry.run('a.c')).toBe(false);
  expect(run).toHaveBeenCalledTimes(1);
});

test('hands failures over, thrown or rejected', async () => {
  const onError = vi.fn();
  const registry = createRegistry(
    [
      command({
        id: 'a.throws',
        run: () => {
          throw new Error('one');
        },
      }),
      command({ id: 'a.rejects', run: () => Promise.reject(new Error('two')) }),
    ],
    onError,
  );
  registry.run('a.throws');
  registry.run('a.rejects');
  await vi.waitFor(() => expect(onError).toHaveBeenCalledTimes(2));
});

test('refuses doubled ids and keys', () => {
  expect(() => createRegistry([command({}), command({})], () => undefined)).toThrow('id a.b');
  const twice = [command({ id: 'a.x', keys: ['KeyB'] }), command({ id: 'a.y', keys: ['KeyB'] })];
  expect(() => createRegistry(twice, () => undefined)).toThrow('key KeyB');
});
