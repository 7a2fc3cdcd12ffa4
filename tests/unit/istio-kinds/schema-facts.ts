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

/** Fields, types, enums, required lists and exclusive groups below `schema`. */
export function factsOf(schema: JsonSchema, path: string): ReadonlySet<Fact> {
  const facts = new Set<Fact>();
  visit(schema, path, facts);
  return facts;
}

/** The parts of a fact: its path and its sort. */
export function sortOf(fact: Fact): string {
  return fact.split(' ')[1] ?? '';
}
