import { describe, expect, test } from 'vitest';
import { KUBERNETES_KINDS } from '../kinds/kubernetes/kubernetes-kinds';
import { createKindRegistry } from '../kinds/registry';
import { parseManifests } from '../parse-manifests';
import { createCatalogue } from './catalogue';
import { CONFIG_ENTRIES } from './config-catalogue';

const registry = createKindRegistry(KUBERNETES_KINDS, createCatalogue(CONFIG_ENTRIES));

/** The text with every offered fix put in the place of what it replaces, last one first. */
function applyFixes(text: string): string {
  const { diagnostics } = parseManifests([{ path: 'a.yaml', text }], registry);
  return diagnostics.reduceRight((current, { fix, range }) => {
    if (fix === undefined || range === undefined) return current;
    return current.slice(0, range.start.offset) + fix + current.slice(range.end.offset);
  }, text);
}

const service = (port: string, spec = ''): string =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - ${port}\n${spec}`;

describe('fixes', () => {
  test.each([
    ['a misspelt field', service('prot: 80'), service('port: 80')],
    ['a misspelt choice', service('port: 80', '  type: NodPort\n'), service('port: 80', '  type: NodePort\n')],
    ['a number in quotes', service('port: "80"'), service('port: 80')],
    ['a text without quotes', service('{ name: 12, port: 80 }'), service('{ name: "12", port: 80 }')],
  ])('%s is mended by its fix', (_name, broken, mended) => {
    expect(applyFixes(broken)).toBe(mended);
  });

  test('what has no single answer has no fix', () => {
    const broken = service('port: { a: 1 }');
    expect(applyFixes(broken)).toBe(broken);
  });
});
