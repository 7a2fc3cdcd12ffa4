// Reads manifests against the Istio kinds, and against those of Kubernetes beside them.
import {
  CONFIG_ENTRIES,
  createCatalogue,
  createKindRegistry,
  type Diagnostic,
  KUBERNETES_KINDS,
  type ParsedManifests,
  parseManifests,
} from '../../../src/config';
import { ISTIO_ENTRIES, ISTIO_KINDS } from '../../../src/dialects/istio/kinds';

const REGISTRY = createKindRegistry(
  [...KUBERNETES_KINDS, ...ISTIO_KINDS],
  createCatalogue(CONFIG_ENTRIES, ISTIO_ENTRIES),
);

export function read(text: string, path = 'test.yaml'): ParsedManifests {
  return parseManifests([{ path, text }], REGISTRY);
}

/** `code line:path` of every finding, in the order of the text. */
export function findings(text: string): string[] {
  return read(text).diagnostics.map(briefly);
}

export function briefly(diagnostic: Diagnostic): string {
  const line = diagnostic.range?.start.line ?? 0;
  return `${diagnostic.code} ${line}:${(diagnostic.path ?? []).join('.')}`;
}

export function isIstioKind(group: string): boolean {
  return group.endsWith('istio.io');
}
