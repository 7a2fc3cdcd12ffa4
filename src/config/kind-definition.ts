import type { TSchema } from 'typebox';
import type { Diagnostic } from './diagnostic';
import type { ConfigPath } from './object-ref';
import type { Resource } from './resource';

/** Collects diagnostics for one resource; fills in reference, file and range from the path. */
export interface DiagnosticBag {
  /** `values` fill the placeholders of the catalogue's message template. */
  report(code: string, path: ConfigPath, values?: Readonly<Record<string, string | number>>): void;
  readonly all: readonly Diagnostic[];
}

export type SimulationSupport =
  | { readonly level: 'full' }
  /** Works, but the named fields have no effect here. */
  | { readonly level: 'partial'; readonly notSimulated: readonly string[] }
  /** Kept and shown, never executed. */
  | { readonly level: 'kept'; readonly reason: string };

/**
 * The one place that says everything about a kind. The TypeBox schema gives the static type, the editor's JSON
 * Schema (with descriptions in our own words), validation with ranges, and the defaults.
 */
export interface KindDefinition<T = unknown> {
  readonly group: string;
  /** Served versions, preferred one first: `["v1", "v1beta1", "v1alpha3"]`. */
  readonly versions: readonly string[];
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Schema of the whole object, apiVersion and kind included; closed (`additionalProperties: false`) except where upstream preserves unknown fields. */
  readonly schema: TSchema;
  readonly support: SimulationSupport;
  /** One sentence, in our own words. */
  readonly summary: string;
  /** Upstream's reference page; empty for kinds that have none. */
  readonly link: string;
  /** Rules that a schema cannot say (what upstream's webhook refuses or warns of). */
  validate?(resource: Resource<T>, bag: DiagnosticBag): void;
}
