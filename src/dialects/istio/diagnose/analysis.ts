import type { ClusterView, ConfigPath, PodView, Resource } from '../../../config';
import { isSubset } from '../compile/push-context/endpoint-index';
import type { MeshResources } from '../compile/resources';
import type { MeshConfig } from '../mesh-config';
import type { AnalysisRule } from './catalogue';

/** Everything that analyzers look at: objects as they were written, and what runs. */
export interface Analysis {
  readonly view: ClusterView;
  readonly mesh: MeshConfig;
  readonly resources: MeshResources;
}

export interface AnalysisFinding {
  readonly rule: AnalysisRule;
  readonly path: ConfigPath;
  readonly values?: Readonly<Record<string, string | number>>;
}

export type Report = (resource: Resource, finding: AnalysisFinding) => void;

export interface Analyzer {
  /** As upstream calls it. */
  readonly name: string;
  readonly run: (analysis: Analysis, report: Report) => void;
}

type Labels = Readonly<Record<string, string>>;

export function nameOf({ metadata }: Pick<Resource, 'metadata'>): string {
  return metadata.namespace === '' ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

/** `name` or `namespace/name`, as `namespace/name`. */
export function fullNameOf(name: string, namespace: string): string {
  return name.includes('/') ? name : `${namespace}/${name}`;
}

export function podsWith(pods: readonly PodView[], labels: Labels): readonly PodView[] {
  return pods.filter((pod) => isSubset(labels, pod.labels));
}

/** `a=b,c=d`, by the names of the labels. */
export function selectorText(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join();
}

/** Names in the order of the alphabet, each once. */
export function namesText(resources: readonly Pick<Resource, 'metadata'>[]): string {
  return [...new Set(resources.map(nameOf))].sort().join(', ');
}

const ALL = '*';
const OWN = '.';

/** Namespaces that an object is exported to; `*` alone stands for all. istio/istio pkg/config/analysis/analyzers/util/exportto.go */
export function exportScopes(exportTo: readonly string[] | undefined, namespace: string): readonly string[] {
  const entries = exportTo ?? [];
  if (entries.length === 0 || entries.includes(ALL)) return [ALL];
  return [...new Set(entries.map((entry) => (entry === OWN ? namespace : entry)))];
}

/** Adds to the list of a key. */
export function addTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
