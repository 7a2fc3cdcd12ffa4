import { assert } from '../../base';
import type { Catalogue } from '../diagnostics/catalogue';
import type { KindDefinition } from '../kind-definition';
import { apiVersionsOf } from './define-kind';
import { closest } from './similar';

/** What the pair of apiVersion and kind stands for. */
export type KindLookup =
  | { readonly found: 'kind'; readonly definition: KindDefinition }
  /** The group has the kind, but not in this version. */
  | { readonly found: 'other-version'; readonly definition: KindDefinition }
  /** Nothing here knows it. `suggestion` is a known kind that looks like it. */
  | { readonly found: 'nothing'; readonly suggestion?: string };

/** All kinds that this program knows, and the catalogue their findings come from. */
export interface KindRegistry {
  readonly kinds: readonly KindDefinition[];
  readonly catalogue: Catalogue;
  lookup(apiVersion: string, kind: string): KindLookup;
  /** By group and kind, whatever the version. */
  find(group: string, kind: string): KindDefinition | undefined;
}

/** Splits `networking.istio.io/v1` into group and version; the core group is the empty string. */
export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  if (slash < 0) return { group: '', version: apiVersion };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** Builds the registry from one list. A kind that is listed twice is a mistake of ours. */
export function createKindRegistry(kinds: readonly KindDefinition[], catalogue: Catalogue): KindRegistry {
  const byName = new Map<string, KindDefinition>();
  for (const definition of kinds) {
    const key = `${definition.group}/${definition.kind}`;
    assert(!byName.has(key), 'a kind is registered twice');
    byName.set(key, definition);
  }
  const find = (group: string, kind: string) => byName.get(`${group}/${kind}`);
  return {
    kinds,
    catalogue,
    find,
    lookup(apiVersion, kind) {
      const { group, version } = parseApiVersion(apiVersion);
      const definition = find(group, kind);
      if (definition === undefined) return nothing(kinds, group, kind);
      return { found: definition.versions.includes(version) ? 'kind' : 'other-version', definition };
    },
  };
}

function nothing(kinds: readonly KindDefinition[], group: string, kind: string): KindLookup {
  const sameGroup = kinds.filter((definition) => definition.group === group);
  const near = closest(
    kind,
    sameGroup.map((definition) => definition.kind),
  );
  if (near !== undefined) return { found: 'nothing', suggestion: near };
  const elsewhere = kinds.find((definition) => definition.kind === kind);
  if (elsewhere === undefined) return { found: 'nothing' };
  const apiVersion = apiVersionsOf(elsewhere.group, elsewhere.versions)[0] ?? elsewhere.group;
  return { found: 'nothing', suggestion: `${kind} of ${apiVersion}` };
}
