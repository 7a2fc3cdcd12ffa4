import type { Visibility } from '../model';

/** istio/istio pkg/config/visibility/visibility.go: `*`, `.`, `~` or the name of a namespace. */
export function parseVisibility(exportTo: readonly string[], fallback: readonly string[]): Visibility {
  const entries = exportTo.length > 0 ? exportTo : fallback;
  return {
    public: entries.includes('*'),
    private: entries.includes('.'),
    none: entries.includes('~'),
    namespaces: entries.filter((entry) => entry !== '*' && entry !== '.' && entry !== '~'),
  };
}

/** Whether an object of namespace `owner` can be seen from namespace `from`. */
export function isVisibleFrom(visibility: Visibility, owner: string, from: string): boolean {
  if (visibility.public) return true;
  if (visibility.none) return false;
  return (visibility.private && owner === from) || visibility.namespaces.includes(from);
}

/** The namespaces that an object is exported to by name, its own for `.`; empty when it is public or hidden. */
export function namedAudience(visibility: Visibility, owner: string): readonly string[] {
  if (visibility.public || visibility.none) return [];
  const audience = new Set(visibility.namespaces);
  if (visibility.private) audience.add(owner);
  return [...audience];
}
