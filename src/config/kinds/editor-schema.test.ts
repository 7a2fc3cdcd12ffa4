import { Check } from 'typebox/schema';
import { describe, expect, it } from 'vitest';
import { createCatalogue } from '../diagnostics/catalogue';
import { CONFIG_ENTRIES } from '../diagnostics/config-catalogue';
import { editorSchema, type JsonSchema } from './editor-schema';
import { KUBERNETES_KINDS } from './kubernetes/kubernetes-kinds';
import { MESHWORK_KINDS } from './meshwork/meshwork-kinds';
import { createKindRegistry } from './registry';

const REGISTRY = createKindRegistry([...KUBERNETES_KINDS, ...MESHWORK_KINDS], createCatalogue(CONFIG_ENTRIES));
const SCHEMA = editorSchema(REGISTRY);

function alternatives(): readonly JsonSchema[] {
  return SCHEMA['oneOf'] as readonly JsonSchema[];
}

function enumOf(schema: JsonSchema, field: string): unknown {
  const properties = schema['properties'] as Record<string, { enum: unknown[] }>;
  return properties[field]?.enum;
}

describe('editorSchema', () => {
  it('has one closed alternative per served version, named by enums of one value', () => {
    const served = REGISTRY.kinds.flatMap((kind) => kind.versions);
    expect(alternatives()).toHaveLength(served.length);
    for (const alternative of alternatives()) {
      expect(enumOf(alternative, 'apiVersion')).toHaveLength(1);
      expect(enumOf(alternative, 'kind')).toHaveLength(1);
      expect(alternative['additionalProperties']).toBe(false);
    }
  });

  it('is plain JSON whose references all lead somewhere', () => {
    const json = JSON.stringify(SCHEMA);
    expect(JSON.parse(json)).toEqual(SCHEMA);
    const definitions = Object.keys(SCHEMA['definitions'] as object);
    const references = [...json.matchAll(/"#\/definitions\/(\w+)"/g)].map((match) => match[1]);
    expect(references.length).toBeGreaterThan(definitions.length);
    expect(new Set(references)).toEqual(new Set(definitions));
  });

  it('tells the kinds apart and finds unknown fields', () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { ports: [{ port: 80 }] } };
    const check = (value: unknown) => Check(SCHEMA, value);
    expect(check(service)).toBe(true);
    expect(check({ ...service, apiVersion: 'apps/v1' })).toBe(false);
    expect(check({ ...service, spec: { prots: [] } })).toBe(false);
    expect(check({ ...service, spec: { ports: [{ port: '80' }] } })).toBe(false);
  });

  it('describes every field in words', () => {
    const undescribed: string[] = [];
    const visit = (schema: JsonSchema, path: string): void => {
      for (const [name, child] of Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>)) {
        if (child['markdownDescription'] === undefined) undescribed.push(`${path}.${name}`);
        visit(child, `${path}.${name}`);
      }
    };
    for (const alternative of alternatives()) visit(alternative, String(alternative['title']));
    for (const [name, child] of Object.entries(SCHEMA['definitions'] as Record<string, JsonSchema>)) visit(child, name);
    expect(undescribed).toEqual([]);
  });
});
