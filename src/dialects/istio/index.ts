import type { MeshDialect } from '../mesh-dialect';
import { compileMesh } from './compile/compile';
import { injectPod } from './inject';
import { ISTIO_KINDS } from './kinds';
import { nodeIdOf } from './node-id';

export { ISTIO_ENTRIES } from './kinds';

/** Istio: its resources, its injector, and the compiler that does what istiod does. */
export const ISTIO_DIALECT: MeshDialect = {
  id: 'istio',
  kinds: ISTIO_KINDS,
  inject: injectPod,
  nodeId: nodeIdOf,
  compile: compileMesh,
};
