import { type TUnsafe, Unsafe } from 'typebox';
import type { DiagnosticBag, KindDefinition, SimulationSupport } from '../kind-definition';
import type { Resource } from '../resource';
import { OBJECT_METADATA, type ObjectMetadata } from './metadata-schema';
import type { ObjectType } from './schema';

type Fields = Readonly<Record<string, TUnsafe<unknown>>>;

/** A whole object of a kind: the type metadata, `metadata`, and the kind's own top-level fields. */
export type KindObject<F extends Fields, R extends PropertyKey = never> = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
} & ObjectType<F, R>;

/** What a kind's file has to say; see {@link KindDefinition} for the meaning of each entry. */
export interface KindOutline<F extends Fields, R extends keyof F & string> {
  readonly group: string;
  readonly versions: readonly string[];
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly support: SimulationSupport;
  readonly summary: string;
  readonly link: string;
  /** Top-level fields besides apiVersion, kind and metadata: most often `spec` and `status`. */
  readonly fields: F;
  readonly required?: readonly R[];
  /**
   * What an explicit `null` means. Built-in kinds drop it; custom resources refuse it, as the API server's structural
   * schemas do.
   */
  readonly nullMeans: 'absent' | 'wrong-type';
  /** Keep top-level fields that are not listed. */
  readonly open?: boolean;
  validate?(resource: Resource<KindObject<F, R>>, bag: DiagnosticBag): void;
}

/** The apiVersion of each served version, preferred one first. */
export function apiVersionsOf(group: string, versions: readonly string[]): readonly string[] {
  return versions.map((version) => (group === '' ? version : `${group}/${version}`));
}

/** Builds the definition of a kind: the schema of the whole object around the kind's own fields. */
export function defineKind<F extends Fields, const R extends keyof F & string = never>(
  outline: KindOutline<F, R>,
): KindDefinition<KindObject<F, R>> {
  const schema = Unsafe<KindObject<F, R>>({
    type: 'object',
    description: outline.summary,
    properties: {
      apiVersion: {
        type: 'string',
        enum: apiVersionsOf(outline.group, outline.versions),
        description: 'Group and version of the kind.',
      },
      kind: { type: 'string', enum: [outline.kind], description: outline.summary },
      metadata: OBJECT_METADATA,
      ...outline.fields,
    },
    required: ['apiVersion', 'kind', 'metadata', ...(outline.required ?? [])],
    'x-null-means': outline.nullMeans,
    ...(outline.open === true ? {} : { additionalProperties: false }),
  });
  return {
    group: outline.group,
    versions: outline.versions,
    kind: outline.kind,
    plural: outline.plural,
    namespaced: outline.namespaced,
    schema,
    support: outline.support,
    summary: outline.summary,
    link: outline.link,
    ...(outline.validate === undefined ? {} : { validate: outline.validate }),
  };
}

/** The type of the objects of a kind: `ObjectOf<typeof SERVICE>`. */
export type ObjectOf<K> = K extends KindDefinition<infer T> ? T : never;
