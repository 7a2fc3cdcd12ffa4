import type { TSchema } from 'typebox';
import type { KindDefinition } from '../kind-definition';
import { apiVersionsOf } from './define-kind';
import type { KindRegistry } from './registry';
import { childrenOf, nodeOf, type SchemaNode, typesOf } from './schema-node';

/** A JSON Schema (draft 7) as plain data, for the editor's YAML service. */
export type JsonSchema = { readonly [keyword: string]: unknown };

type MutableSchema = Record<string, unknown>;

/** Keywords that mean the same to the editor. */
const COPIED = [
  'type',
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'required',
  'markdownEnumDescriptions',
] as const satisfies readonly (keyof SchemaNode)[];

/**
 * One schema for manifests of every kind: closed alternatives, one per served version, whose apiVersion and kind are
 * enums of one value. That shape lets the editor's service find the alternative the user means, complete `kind` by
 * `apiVersion`, and report the problems of that alternative alone. Parts that several places share become definitions.
 */
export function editorSchema(registry: KindRegistry): JsonSchema {
  const writer = new SchemaWriter(registry.kinds.map((kind) => kind.schema));
  const alternatives = registry.kinds.flatMap((definition) => writer.alternatives(definition));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Manifests',
    type: 'object',
    required: ['apiVersion', 'kind'],
    oneOf: alternatives,
    definitions: writer.definitions,
  };
}

class SchemaWriter {
  readonly definitions: MutableSchema = {};
  private readonly names = new Map<object, string>();
  private readonly uses = new Map<object, number>();

  constructor(roots: readonly TSchema[]) {
    for (const root of roots) this.count(root);
  }

  alternatives(definition: KindDefinition): readonly JsonSchema[] {
    const node = nodeOf(definition.schema);
    const { apiVersion: _apiVersion, kind: _kind, ...fields } = node.properties ?? {};
    const link = definition.link === '' ? '' : `\n\n[Reference](${definition.link})`;
    const doc = definition.summary + link;
    return apiVersionsOf(definition.group, definition.versions).map((apiVersion) => ({
      type: 'object',
      title: definition.kind,
      markdownDescription: doc,
      properties: {
        apiVersion: { type: 'string', enum: [apiVersion], markdownDescription: `Version of ${definition.kind}.` },
        kind: { type: 'string', enum: [definition.kind], markdownDescription: doc },
        ...this.properties(fields),
      },
      required: node.required,
      ...(node.additionalProperties === false ? { additionalProperties: false } : {}),
    }));
  }

  private properties(properties: Readonly<Record<string, TSchema>>): MutableSchema {
    const result: MutableSchema = {};
    for (const [name, schema] of Object.entries(properties)) result[name] = this.write(schema);
    return result;
  }

  private write(schema: TSchema): JsonSchema {
    const node = nodeOf(schema);
    const body = sharedPart(node);
    if (body === undefined || (this.uses.get(body) ?? 0) < 2) return { ...words(node), ...this.writeBody(node) };
    let name = this.names.get(body);
    if (name === undefined) {
      name = `shared${this.names.size}`;
      this.names.set(body, name);
      this.definitions[name] = this.writeBody(node);
    }
    // The editor's service keeps words beside a reference, and nothing else.
    return { $ref: `#/definitions/${name}`, ...words(node) };
  }

  private writeBody(node: SchemaNode): JsonSchema {
    const result: MutableSchema = {};
    for (const keyword of COPIED) if (node[keyword] !== undefined) result[keyword] = node[keyword];
    if (node['x-nullable'] === true) result['type'] = [...typesOf(node), 'null'];
    if (node.items !== undefined) result['items'] = this.write(node.items);
    if (node.properties !== undefined) result['properties'] = this.properties(node.properties);
    if (node.anyOf !== undefined) result['anyOf'] = node.anyOf.map((form) => this.write(form));
    if (typeof node.additionalProperties === 'object') {
      result['additionalProperties'] = this.write(node.additionalProperties);
    } else if (node.additionalProperties === false) {
      result['additionalProperties'] = false;
    }
    return result;
  }

  private count(schema: TSchema): void {
    const node = nodeOf(schema);
    const body = sharedPart(node);
    if (body !== undefined) {
      const uses = this.uses.get(body) ?? 0;
      this.uses.set(body, uses + 1);
      if (uses > 0) return;
    }
    for (const child of childrenOf(node)) this.count(child);
  }
}

/** What stays the same object when a schema is described anew: worth a definition when it is used twice. */
function sharedPart(node: SchemaNode): object | undefined {
  return node.properties;
}

/** What a place says about its value besides constraining it. */
function words(node: SchemaNode): MutableSchema {
  const result: MutableSchema = {};
  if (node.description !== undefined) {
    const standard = node.default === undefined ? '' : `\n\nDefault: \`${JSON.stringify(node.default)}\``;
    result['markdownDescription'] = node.description + standard;
  }
  if (node.default !== undefined) result['default'] = node.default;
  if (node.examples !== undefined) result['examples'] = node.examples;
  if (node.deprecationMessage !== undefined) result['deprecationMessage'] = node.deprecationMessage;
  return result;
}
