import type { TextRange } from './diagnostic';
import type { ConfigPath, ObjectRef } from './object-ref';

/** One tab of the editor or one file of the command line. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface ObjectMeta {
  readonly name: string;
  /** Filled in: "default" when a namespaced object names none, "" for cluster-scoped kinds. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly generateName?: string;
  readonly creationTimestamp?: string;
}

/** Finds the text that a field of a resource was written as. */
export interface ResourceSource {
  readonly file: string;
  /** Index of the YAML document in its file. */
  readonly documentIndex: number;
  /** Path of the object inside its document: empty, or `["items", 3]` for an entry of a List. */
  readonly base: ConfigPath;
  /** Range of the value at `path`; of its nearest existing ancestor when the field itself is absent. */
  rangeOf(path: ConfigPath): TextRange;
  /**
   * What to underline for a finding about the value at `path` as a whole: its key, or the first key inside of an object
   * that has none (a list item, the whole object). Undefined when nothing stands there.
   */
  keyRangeOf(path: ConfigPath): TextRange | undefined;
}

/**
 * One object as the API server would hold it. `object` has the static type of its kind once decoded; for kinds
 * nobody knows it is plain JSON.
 */
export interface Resource<T = unknown> {
  readonly ref: ObjectRef;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly object: T;
  readonly source: ResourceSource;
  /** Age: position in the order of creation. Upstream's "oldest first" is ascending order of this number. */
  readonly creationOrder: number;
}
