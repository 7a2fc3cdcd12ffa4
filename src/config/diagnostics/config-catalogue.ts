import type { CatalogueEntry } from './catalogue';
import { KIND_ENTRIES } from './kind-entries';
import { OBJECT_ENTRIES } from './object-entries';
import { YAML_ENTRIES } from './yaml-entries';

/** All findings of this floor. Dialects and analyzers add tables of their own when the registry is created. */
export const CONFIG_ENTRIES: readonly CatalogueEntry[] = [...YAML_ENTRIES, ...OBJECT_ENTRIES, ...KIND_ENTRIES];
