import type { ConfigPath, ObjectRef } from '../config';

/**
 * The object and the field of it that produced a configuration node. Every node that a dialect writes into a
 * snapshot carries one, so that a click in the interface, an explanation or a diagnostic can walk back to the line
 * of YAML that caused it.
 */
export interface ConfigOrigin {
  readonly ref: ObjectRef;
  readonly path: ConfigPath;
}
