import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { GATEWAY_API_KINDS } from '../../../src/dialects/gateway-api';
import { hasShared, listShared, missingShared, readShared } from '../../support/shared';
import {
  type CustomResourceDefinition,
  type Fact,
  type JsonSchema,
  kindFacts,
  percentage,
  sortOf,
  undocumented,
} from '../istio-kinds/schema-facts';

const FOLDER = ['schemas', 'gateway-api'] as const;
const GROUP_PREFIX = 'gateway.networking.k8s.io_';
/** Versions that clients may still write and that the API server no longer serves here. */
const RETIRED = new Set(['v1alpha2']);

/** Operators of a selector, which Kubernetes checks in code. */
function isCheckedInCode(fact: Fact): boolean {
  return fact.endsWith('selector.matchExpressions[].operator enum DoesNotExist|Exists|In|NotIn');
}

function upstreamKinds(): readonly CustomResourceDefinition[] {
  return listShared(...FOLDER)
    .filter((file) => file.startsWith(GROUP_PREFIX))
    .flatMap((file) => parseAllDocuments(readShared(...FOLDER, file)))
    .map((document) => document.toJS() as CustomResourceDefinition & { readonly kind: string })
    .filter(({ kind }) => kind === 'CustomResourceDefinition');
}

describe.skipIf(!hasShared(...FOLDER))('Gateway API kinds against the custom resource definitions', () => {
  const upstream = hasShared(...FOLDER) ? upstreamKinds() : [];
  const lines: string[] = [];

  afterAll(() => {
    console.log(lines.join('\n'));
  });

  it('knows every kind, with its group, versions, plural and scope', () => {
    const ours = GATEWAY_API_KINDS.map((kind) => [
      kind.group,
      kind.kind,
      kind.plural,
      kind.namespaced,
      kind.versions.filter((version) => !RETIRED.has(version)).sort(),
    ]);
    const theirs = upstream.map(({ spec }) => [
      spec.group,
      spec.names.kind,
      spec.names.plural,
      spec.scope === 'Namespaced',
      spec.versions
        .filter((version) => version.served && !RETIRED.has(version.name))
        .map((version) => version.name)
        .sort(),
    ]);
    expect(ours.sort()).toEqual(theirs.sort());
  });

  for (const { spec } of upstream) {
    for (const version of spec.versions.filter(({ name }) => !RETIRED.has(name))) {
      it(`${spec.names.kind} ${version.name}: fields, types, enums, required lists`, () => {
        const kind = GATEWAY_API_KINDS.find((candidate) => candidate.kind === spec.names.kind);
        const theirs = kindFacts(version.schema.openAPIV3Schema);
        const ours = kindFacts((kind?.schema ?? {}) as JsonSchema);
        const missing = [...theirs].filter((fact) => !ours.has(fact));
        const extra = [...ours].filter((fact) => !theirs.has(fact) && !isCheckedInCode(fact));
        const fields = [...theirs].filter((fact) => sortOf(fact) === 'field').length;
        lines.push(
          `${spec.names.kind} ${version.name}: ${percentage(theirs.size - missing.length, theirs.size + extra.length)} of ` +
            `${theirs.size + extra.length} facts, ${fields} fields`,
        );
        expect({ missing, extra }).toEqual({ missing: [], extra: [] });
      });
    }
  }
});

it.runIf(!hasShared(...FOLDER))('has nothing to compare with', () => {
  console.log(missingShared(...FOLDER));
});

describe('documentation of the Gateway API kinds', () => {
  for (const kind of GATEWAY_API_KINDS) {
    it(`${kind.kind}: every field has one`, () => {
      expect(undocumented(kind.schema as JsonSchema, kind.kind)).toEqual([]);
      expect(kind.link).toMatch(/^https:\/\/gateway-api\.sigs\.k8s\.io\/reference\/spec\//);
    });
  }
});
