import type { Patch } from './patches';

interface ListChange<T> {
  readonly patch: Patch;
  /** Whether the patch names an entry; otherwise there is no place to insert at, but the two ends. */
  readonly hasMatch: boolean;
  readonly matches: (entry: T) => boolean;
  /** What is added; undefined: nothing can be made of it. */
  readonly make: () => T | undefined;
}

function withEntry<T>(list: readonly T[], at: number, { make }: ListChange<T>): readonly T[] {
  const made = make();
  return made === undefined ? list : [...list.slice(0, at), made, ...list.slice(at)];
}

/** Beside the first entry that matches. istio/istio pilot/pkg/networking/core/envoyfilter/util.go (insertBeforeFunc, insertAfterFunc) */
function beside<T>(list: readonly T[], change: ListChange<T>, offset: 0 | 1): readonly T[] {
  if (!change.hasMatch) return withEntry(list, offset === 0 ? 0 : list.length, change);
  const at = list.findIndex(change.matches);
  return at < 0 ? list : withEntry(list, at + offset, change);
}

/** Everything but merges. istio/istio pilot/pkg/networking/core/envoyfilter/listener_patch.go (patchNetworkFilters) */
export function changeList<T>(list: readonly T[], change: ListChange<T>): readonly T[] {
  const { patch, hasMatch, matches, make } = change;
  switch (patch.operation) {
    case 'ADD':
      return withEntry(list, list.length, change);
    case 'INSERT_FIRST':
      return withEntry(list, 0, change);
    case 'INSERT_BEFORE':
      return beside(list, change, 0);
    case 'INSERT_AFTER':
      return beside(list, change, 1);
    case 'REMOVE':
      return hasMatch ? list.filter((entry) => !matches(entry)) : list;
    case 'REPLACE': {
      const at = hasMatch ? list.findIndex(matches) : -1;
      const made = at < 0 ? undefined : make();
      return made === undefined ? list : list.map((entry, index) => (index === at ? made : entry));
    }
    default:
      return list;
  }
}
