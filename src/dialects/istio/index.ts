import type { CatalogueEntry } from '../../config';
import { GATEWAY_API_ENTRIES, GATEWAY_API_KINDS } from '../gateway-api';
import type { MeshDialect } from '../mesh-dialect';
import { compileMesh } from './compile/compile';
import { ANALYSIS_ENTRIES } from './diagnose/catalogue';
import { GATEWAY_API_FINDING_ENTRIES } from './gateway-api/catalogue';
import { deployGateways } from './gateway-api/deployments';
import { injectPod } from './inject';
import { ISTIO_KINDS, ISTIO_ENTRIES as KIND_ENTRIES } from './kinds';
import { nodeIdOf } from './node-id';

/** Everything that may be said about Istio's objects. */
export const ISTIO_ENTRIES: readonly CatalogueEntry[] = [
  ...KIND_ENTRIES,
  ...GATEWAY_API_ENTRIES,
  ...GATEWAY_API_FINDING_ENTRIES,
  ...ANALYSIS_ENTRIES,
];

/** Istio: its resources, its injector, and the compiler that does what istiod does. */
export const ISTIO_DIALECT: MeshDialect = {
  id: 'istio',
  kinds: [...ISTIO_KINDS, ...GATEWAY_API_KINDS],
  inject: injectPod,
  derive: deployGateways,
  nodeId: nodeIdOf,
  compile: compileMesh,
};
