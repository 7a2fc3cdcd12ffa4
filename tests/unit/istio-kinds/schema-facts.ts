// Reduces a schema, ours or upstream's, to facts that can be compared one by one.

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly 'x-at-most-one'?: readonly (readonly string[])[];
  readonly 'x-exactly-one'?: readonly (readonly string[])[];
  readonly nullable?: boolean;
  readonly 'x-nullable'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
}

/** One fact: `spec.http[].timeout type string`. */
export type Fact = string;

function typeOf(schema: JsonSchema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'int-or-string';
  return typeof schema.type === 'string' ? schema.type : JSON.stringify(schema.type ?? 'any');
}

/** Upstream writes a protobuf oneof as "none of them, or exactly one": the alternatives with one required field. */
function exclusiveGroups(schema: JsonSchema): string[] {
  const groups: string[] = [];
  const alternatives = [schema, ...(schema.allOf ?? [])].map((part) => part.oneOf ?? []);
  for (const parts of alternatives) {
    const fields = parts.flatMap((part) => part.required ?? []);
    if (fields.length > 1) groups.push(fields.sort().join('|'));
  }
  for (const group of [...(schema['x-at-most-one'] ?? []), ...(schema['x-exactly-one'] ?? [])]) {
    groups.push([...group].sort().join('|'));
  }
  return groups;
}

function visit(schema: JsonSchema, path: string, facts: Set<Fact>): void {
  facts.add(`${path} type ${typeOf(schema)}`);
  if (schema.nullable === true || schema['x-nullable'] === true) facts.add(`${path} nullable`);
  if (schema.enum !== undefined) facts.add(`${path} enum ${schema.enum.map(String).sort().join('|')}`);
  if (schema.required !== undefined && schema.required.length > 0) {
    facts.add(`${path} required ${[...schema.required].sort().join('|')}`);
  }
  for (const group of exclusiveGroups(schema)) facts.add(`${path} exclusive ${group}`);
  if (schema.items !== undefined) visit(schema.items, `${path}[]`, facts);
  if (typeof schema.additionalProperties === 'object') visit(schema.additionalProperties, `${path}{}`, facts);
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    facts.add(`${path}.${name} field`);
    visit(child, `${path}.${name}`, facts);
  }
}

/** Fields, types, nulls, enums, required lists and exclusive groups below `schema`. */
export function factsOf(schema: JsonSchema, path: string): ReadonlySet<Fact> {
  const facts = new Set<Fact>();
  visit(schema, path, facts);
  return facts;
}

/** The parts of a fact: its path and its sort. */
export function sortOf(fact: Fact): string {
  return fact.split(' ')[1] ?? '';
}

export interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly schema: { readonly openAPIV3Schema: JsonSchema };
    }[];
  };
}

/** Facts below spec and status; metadata is the same for every kind. */
export function kindFacts(schema: JsonSchema): ReadonlySet<Fact> {
  const facts = new Set<Fact>();
  for (const part of ['spec', 'status']) {
    const child = schema.properties?.[part];
    if (child !== undefined) for (const fact of factsOf(child, part)) facts.add(fact);
  }
  const required = (schema.required ?? []).filter((name) => name === 'spec' || name === 'status');
  facts.add(`top required ${required.join('|')}`);
  return facts;
}

export function percentage(matched: number, total: number): string {
  return total === 0 ? '100.00 %' : `${((100 * matched) / total).toFixed(2)} %`;
}

/** Paths of the fields that say nothing of themselves. */
export function undocumented(root: JsonSchema, rootName: string): readonly string[] {
  const bare: string[] = [];
  const look = (schema: JsonSchema & { readonly description?: string }, path: string): void => {
    if (schema.description === undefined || schema.description.length < 5) bare.push(path);
    for (const [name, child] of Object.entries(schema.properties ?? {})) look(child, `${path}.${name}`);
    if (schema.items !== undefined) look(schema.items, `${path}[]`);
    if (typeof schema.additionalProperties === 'object') look(schema.additionalProperties, `${path}{}`);
  };
  look(root, rootName);
  return bare;
}
