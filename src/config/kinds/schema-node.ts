import type { TSchema } from 'typebox';
import type { FormatName } from './schema';

export type NullMeaning = 'absent' | 'wrong-type';

/** A schema as the decoder and the editor read it: the JSON Schema keywords in use here, and our own `x-` ones. */
export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly deprecationMessage?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly (string | number | boolean)[];
  readonly markdownEnumDescriptions?: readonly string[];
  readonly format?: FormatName;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly items?: TSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | TSchema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly anyOf?: readonly TSchema[];
  readonly 'x-key-format'?: FormatName;
  readonly 'x-at-most-one'?: readonly (readonly string[])[];
  readonly 'x-exactly-one'?: readonly (readonly string[])[];
  readonly 'x-null-means'?: NullMeaning;
  readonly 'x-nullable'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

/** Every keyword that {@link SchemaNode} names. A schema that uses another one would be checked less than it says. */
export const KNOWN_KEYWORDS: ReadonlySet<string> = new Set([
  'type',
  'description',
  'deprecationMessage',
  'default',
  'examples',
  'enum',
  'markdownEnumDescriptions',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'items',
  'minItems',
  'maxItems',
  'properties',
  'required',
  'additionalProperties',
  'minProperties',
  'maxProperties',
  'anyOf',
  'x-key-format',
  'x-at-most-one',
  'x-exactly-one',
  'x-null-means',
  'x-nullable',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
]);

/** The schema behind its static type. */
export function nodeOf(schema: TSchema): SchemaNode {
  return schema;
}

/** The JSON types a schema admits; empty for any. */
export function typesOf(node: SchemaNode): readonly string[] {
  if (node.type === undefined) return node.anyOf?.flatMap((form) => typesOf(nodeOf(form))) ?? [];
  return typeof node.type === 'string' ? [node.type] : node.type;
}

/** The schemas directly inside a schema. */
export function childrenOf(node: SchemaNode): readonly TSchema[] {
  const children: TSchema[] = [];
  if (node.items !== undefined) children.push(node.items);
  if (node.properties !== undefined) children.push(...Object.values(node.properties));
  if (typeof node.additionalProperties === 'object') children.push(node.additionalProperties);
  if (node.anyOf !== undefined) children.push(...node.anyOf);
  return children;
}
