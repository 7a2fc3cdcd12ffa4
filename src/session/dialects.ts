import {
  CONFIG_ENTRIES,
  createCatalogue,
  createKindRegistry,
  type KindRegistry,
  KUBERNETES_KINDS,
  MESHWORK_KINDS,
} from '../config';
import { ISTIO_DIALECT, ISTIO_ENTRIES } from '../dialects/istio';
import type { DialectId, MeshDialect } from '../dialects/mesh-dialect';

/** Every mesh that this program compiles. */
export const DIALECTS: readonly MeshDialect[] = [ISTIO_DIALECT];

export function dialectById(id: DialectId): MeshDialect | undefined {
  return DIALECTS.find((dialect) => dialect.id === id);
}

/** All kinds of all dialects: a manifest of another mesh is still recognised. */
export function createRegistry(): KindRegistry {
  const kinds = [...KUBERNETES_KINDS, ...MESHWORK_KINDS, ...DIALECTS.flatMap((dialect) => dialect.kinds)];
  return createKindRegistry(kinds, createCatalogue(CONFIG_ENTRIES, ISTIO_ENTRIES));
}
