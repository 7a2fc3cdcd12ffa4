import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ISTIO_KINDS } from '../../../src/dialects/istio/kinds';
import { hasShared, missingShared, readShared } from '../../support/shared';
import { type Fact, factsOf, type JsonSchema, sortOf } from './schema-facts';

const CRD_FILE = ['schemas', 'istio', 'crd-all.gen.yaml'] as const;

interface CustomResourceDefinition {
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

/**
 * Facts that we state more narrowly than the CRD does, where the CRD says the same in CEL. They are no gaps: the
 * comparison would only find them on one side.
 */
const STATED_IN_CEL: ReadonlySet<Fact> = new Set([
  'spec exclusive selector|targetRef|targetRefs',
  'spec exclusive selector|targetRefs',
  'spec exclusive targetRefs|workloadSelector',
  'spec.jwtRules[] exclusive jwks|jwksUri|jwks_uri',
]);

function upstreamKinds(): readonly CustomResourceDefinition[] {
  return parseAllDocuments(readShared(...CRD_FILE)).map((document) => document.toJS() as CustomResourceDefinition);
}

/** Facts below spec and status; metadata is the same for every kind. */
function kindFacts(schema: JsonSchema): ReadonlySet<Fact> {
  const facts = new Set<Fact>();
  for (const part of ['spec', 'status']) {
    const child = schema.properties?.[part];
    if (child !== undefined) for (const fact of factsOf(child, part)) facts.add(fact);
  }
  const required = (schema.required ?? []).filter((name) => name === 'spec' || name === 'status');
  facts.add(`top required ${required.join('|')}`);
  return facts;
}

function percentage(matched: number, total: number): string {
  return total === 0 ? '100.00 %' : `${((100 * matched) / total).toFixed(2)} %`;
}

describe.skipIf(!hasShared(...CRD_FILE))('Istio kinds against the custom resource definitions', () => {
  const upstream = hasShared(...CRD_FILE) ? upstreamKinds() : [];
  const lines: string[] = [];

  afterAll(() => {
    console.log(lines.join('\n'));
  });

  it('knows every kind, with its group, versions, plural and scope', () => {
    const ours = ISTIO_KINDS.map((kind) => [
      kind.group,
      kind.kind,
      kind.plural,
      kind.namespaced,
      [...kind.versions].sort(),
    ]);
    const theirs = upstream.map(({ spec }) => [
      spec.group,
      spec.names.kind,
      spec.names.plural,
      spec.scope === 'Namespaced',
      spec.versions
        .filter((version) => version.served)
        .map((version) => version.name)
        .sort(),
    ]);
    expect(ours.sort()).toEqual(theirs.sort());
  });

  for (const { spec } of upstream) {
    for (const version of spec.versions) {
      it(`${spec.names.kind} ${version.name}: fields, types, enums, required lists`, () => {
        const kind = ISTIO_KINDS.find((candidate) => candidate.kind === spec.names.kind);
        const theirs = kindFacts(version.schema.openAPIV3Schema);
        const ours = kindFacts((kind?.schema ?? {}) as JsonSchema);
        const missing = [...theirs].filter((fact) => !ours.has(fact));
        const extra = [...ours].filter((fact) => !theirs.has(fact) && !STATED_IN_CEL.has(fact));
        const fields = [...theirs].filter((fact) => sortOf(fact) === 'field').length;
        const matched = theirs.size - missing.length;
        lines.push(
          `${spec.names.kind} ${version.name}: ${percentage(matched, theirs.size + extra.length)} of ` +
            `${theirs.size + extra.length} facts, ${fields} fields`,
        );
        expect({ missing, extra }).toEqual({ missing: [], extra: [] });
      });
    }
  }
});

it.runIf(!hasShared(...CRD_FILE))('has nothing to compare with', () => {
  console.log(missingShared(...CRD_FILE));
});

describe('documentation of the Istio kinds', () => {
  for (const kind of ISTIO_KINDS) {
    it(`${kind.kind}: every field has one`, () => {
      const bare: string[] = [];
      const look = (schema: JsonSchema & { readonly description?: string }, path: string): void => {
        if (schema.description === undefined || schema.description.length < 5) bare.push(path);
        for (const [name, child] of Object.entries(schema.properties ?? {})) look(child, `${path}.${name}`);
        if (schema.items !== undefined) look(schema.items, `${path}[]`);
        if (typeof schema.additionalProperties === 'object') look(schema.additionalProperties, `${path}{}`);
      };
      look(kind.schema as JsonSchema, kind.kind);
      expect(bare).toEqual([]);
      expect(kind.link).toMatch(/^https:\/\/istio\.io\/latest\/docs\/reference\/config\//);
    });
  }
});
