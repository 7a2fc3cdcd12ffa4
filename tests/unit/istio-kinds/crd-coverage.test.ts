import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ISTIO_KINDS } from '../../../src/dialects/istio/kinds';
import { hasShared, missingShared, readShared } from '../../support/shared';
import {
  type CustomResourceDefinition,
  type Fact,
  type JsonSchema,
  kindFacts,
  percentage,
  sortOf,
  undocumented,
} from './schema-facts';

const CRD_FILE = ['schemas', 'istio', 'crd-all.gen.yaml'] as const;

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
      expect(undocumented(kind.schema as JsonSchema, kind.kind)).toEqual([]);
      expect(kind.link).toMatch(/^https:\/\/istio\.io\/latest\/docs\/reference\/config\//);
    });
  }
});
