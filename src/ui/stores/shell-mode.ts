import { useSyncExternalStore } from 'react';

/**
 * How much fits beside each other. `wide`: everything. `drawer`: the YAML panel lies over the graph. `single`: one panel at
 * a time. `phone`: the graph, an inspector sheet and the clock, to read only.
 */
export type ShellMode = 'wide' | 'drawer' | 'single' | 'phone';

const QUERIES: readonly (readonly [ShellMode, string])[] = [
  ['phone', '(max-width: 639.98px)'],
  ['single', '(max-width: 1023.98px)'],
  ['drawer', '(max-width: 1279.98px)'],
];

export function shellMode(): ShellMode {
  return QUERIES.find(([, query]) => globalThis.matchMedia?.(query).matches ?? false)?.[0] ?? 'wide';
}

function watch(listener: () => void): () => void {
  const lists = QUERIES.map(([, query]) => globalThis.matchMedia?.(query));
  for (const list of lists) list?.addEventListener('change', listener);
  return () => {
    for (const list of lists) list?.removeEventListener('change', listener);
  };
}

export function useShellMode(): ShellMode {
  return useSyncExternalStore(watch, shellMode, () => 'wide');
}
