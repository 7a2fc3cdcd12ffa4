import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCatalogue } from './diagnostics/catalogue';
import { CONFIG_ENTRIES } from './diagnostics/config-catalogue';
import { KUBERNETES_KINDS } from './kinds/kubernetes/kubernetes-kinds';
import { SERVICE } from './kinds/kubernetes/service';
import { MESHWORK_KINDS } from './kinds/meshwork/meshwork-kinds';
import { createKindRegistry } from './kinds/registry';
import { objectKey } from './object-ref';
import { parseManifests } from './parse-manifests';

const REGISTRY = createKindRegistry([...KUBERNETES_KINDS, ...MESHWORK_KINDS], createCatalogue(CONFIG_ENTRIES));

function parse(...texts: readonly string[]) {
  return parseManifests(
    texts.map((text, index) => ({ path: `${index}.yaml`, text })),
    REGISTRY,
  );
}

/** Code, severity and line of each finding. */
function findings(...texts: readonly string[]): readonly string[] {
  return parse(...texts).diagnostics.map(
    (found) => `${found.code} ${found.severity} ${found.file}:${found.range?.start.line}`,
  );
}

function keys(resources: readonly { readonly ref: Parameters<typeof objectKey>[0] }[]): readonly string[] {
  return resources.map((resource) => objectKey(resource.ref));
}

const SERVICE_TEXT = `apiVersion: v1
kind: Service
metadata:
  name: reviews
spec:
  selector: {app: reviews}
  ports:
  - port: 9080
    name: http
`;

describe('identity', () => {
  it('fills in the namespace, and leaves it out where there is none', () => {
    const parsed = parse(SERVICE_TEXT, 'apiVersion: v1\nkind: Namespace\nmetadata: {name: heroes}\n');
    expect(keys(parsed.resources)).toEqual(['Service/default/reviews', 'Namespace//heroes']);
    expect(parsed.resources.map((resource) => resource.creationOrder)).toEqual([0, 1]);
    expect(parsed.resources[1]?.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': 'heroes' });
    expect(parsed.diagnostics).toEqual([]);
  });

  it('gives typed objects with defaults', () => {
    const [service] = parse(SERVICE_TEXT).resources;
    expect(service?.object).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'reviews' },
      spec: {
        selector: { app: 'reviews' },
        ports: [{ port: 9080, name: 'http', protocol: 'TCP' }],
        type: 'ClusterIP',
        sessionAffinity: 'None',
      },
    });
    expect(REGISTRY.lookup('v1', 'Service')).toEqual({ found: 'kind', definition: SERVICE });
  });

  it('unrolls lists, nulls and all', () => {
    const list = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Service
  metadata: {name: a, namespace: x, creationTimestamp: null}
  spec: {ports: [{port: 80}]}
- apiVersion: v1
  kind: ServiceAccount
  metadata: {name: b}
---
apiVersion: v1
kind: ServiceAccountList
items:
- metadata: {name: c}
---
apiVersion: v1
kind: List
items: []
`;
    const parsed = parse(list);
    expect(parsed.diagnostics).toEqual([]);
    expect(keys(parsed.resources)).toEqual(['Service/x/a', 'ServiceAccount/default/b', 'ServiceAccount/default/c']);
    expect(parsed.resources[1]?.source.base).toEqual(['items', 1]);
    expect(parsed.resources[1]?.source.rangeOf(['metadata', 'name']).start.line).toBe(10);
  });

  it('makes names from prefixes, always the same ones', () => {
    const text = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {generateName: job-}\n---\n'.repeat(2);
    const names = parse(text).resources.map((resource) => resource.metadata.name);
    expect(names).toHaveLength(2);
    expect(new Set(names).size).toBe(2);
    expect(names.every((name) => /^job-[a-z0-9]{5}$/.test(name))).toBe(true);
    expect(parse(text).resources.map((resource) => resource.metadata.name)).toEqual(names);
  });

  it('keeps the age of objects that exist', () => {
    const files = [
      { path: 'a', text: `${SERVICE_TEXT}---\n${SERVICE_TEXT.replace('name: reviews', 'name: ratings')}` },
    ];
    const creationOrders = new Map([['Service/default/ratings', 3]]);
    const parsed = parseManifests(files, REGISTRY, { creationOrders });
    expect(parsed.resources.map((resource) => resource.creationOrder)).toEqual([4, 3]);
  });
});

describe('findings', () => {
  it.each([
    ['nothing at all', '', []],
    ['a text', 'hello world\n', ['MW0101 error 0.yaml:1']],
    ['a list', '- a\n', ['MW0101 error 0.yaml:1']],
    ['no apiVersion', 'kind: Service\n', ['MW0102 error 0.yaml:1']],
    ['a kind that is no text', 'apiVersion: v1\nkind: 5\n', ['MW0102 error 0.yaml:2']],
    ['no name', 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  labels: {a: b}\n', ['MW0103 error 0.yaml:3']],
    [
      'a name that is not allowed',
      'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: A_b\n',
      ['MW0108 error 0.yaml:4'],
    ],
    ['an unknown kind', 'apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\n', ['MW0105 info 0.yaml:2']],
    [
      'an unknown version',
      'apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: a}\n',
      ['MW0106 warning 0.yaml:1'],
    ],
    ['a list that is none', 'apiVersion: v1\nkind: List\nitems: {}\n', ['MW0107 error 0.yaml:3']],
    [
      'a label that is a number',
      'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: a\n  labels:\n    x: 1\n',
      ['MW0202 error 0.yaml:6'],
    ],
  ])('tells of %s', (_what, text, expected) => {
    expect(findings(text)).toEqual(expected);
  });

  it('says which one of two with one name stays', () => {
    const second = SERVICE_TEXT.replace('9080', '9081');
    const parsed = parse(SERVICE_TEXT, `# another file\n${second}`);
    expect(
      parsed.diagnostics.map(({ code, file, range, message }) => [code, file, range?.start.line, message]),
    ).toEqual([
      ['MW0104', '1.yaml', 5, 'Service default/reviews is defined a second time; the first one, in 0.yaml:4, stays.'],
    ]);
    expect(parsed.resources).toHaveLength(1);
    expect(parsed.rejectedResources).toHaveLength(1);
  });

  it('suggests the version and the kind that are known', () => {
    const hints = parse(
      'apiVersion: v1\nkind: Deployment\nmetadata: {name: a}\n',
      'apiVersion: v1\nkind: Servce\nmetadata: {name: a}\n',
      'apiVersion: apps/v1beta2\nkind: Deployment\nmetadata: {name: b}\n',
      'apiversion: v1\nkind: Service\n',
    ).diagnostics.map((found) => found.hint);
    expect(hints).toEqual([
      'Did you mean Deployment of apps/v1?',
      'Did you mean Service?',
      'Write `apiVersion: apps/v1`.',
      'Did you mean `apiVersion: v1`?',
    ]);
  });

  it('keeps unknown objects as they are', () => {
    const parsed = parse(
      'apiVersion: batch/v1\nkind: Job\nmetadata: {name: a, namespace: x, labels: {b: c}}\nspec: {deep: [1]}\n',
    );
    expect(keys(parsed.unknownResources)).toEqual(['Job.batch/x/a']);
    expect(parsed.unknownResources[0]?.object).toMatchObject({ spec: { deep: [1] } });
    expect(parsed.resources).toEqual([]);
  });

  it('underlines the name of an unknown field and suggests the right one', () => {
    const [found] = parse(SERVICE_TEXT.replace('selector:', 'selektor:')).diagnostics;
    expect(found).toMatchObject({
      code: 'MW0201',
      path: ['spec', 'selektor'],
      hint: 'Did you mean `selector`?',
      ref: { group: '', kind: 'Service', namespace: 'default', name: 'reviews' },
    });
    expect([found?.range?.start.column, found?.range?.end.column]).toEqual([3, 11]);
  });

  it('keeps what is right when something is wrong', () => {
    const parsed = parse(
      `${SERVICE_TEXT}---\napiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {ports: [{port: 99999}]}\n`,
    );
    expect(keys(parsed.resources)).toEqual(['Service/default/reviews']);
    expect(keys(parsed.rejectedResources)).toEqual(['Service/default/b']);
  });

  it('is in the order of the text', () => {
    const lines = parse(`${SERVICE_TEXT.replace('9080', '0')}---\na: [\n---\nkind: x\n`).diagnostics.map(
      (found) => found.range?.start.line,
    );
    expect(lines).toEqual(lines.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    expect(lines).toHaveLength(3);
  });
});

describe('any text', () => {
  const base = `${SERVICE_TEXT}---
apiVersion: meshwork.dev/v1alpha1
kind: Behavior
metadata: {name: x}
spec:
  selector: {matchLabels: {app: a}}
  endpoints:
  - path: /a*
    steps:
    - compute: {lognormal: {median: 5ms, sigma: 0.5}}
    - parallel: [{call: "http://b:80/"}, {sequence: [{compute: 1ms}]}]
`;

  it('gives diagnostics, never an exception', () => {
    const piece = fc.constantFrom(
      '',
      '\n',
      ' ',
      '- ',
      ': ',
      'null',
      '[]',
      '{}',
      '"',
      '&a ',
      '*a',
      '\t',
      '5',
      '-1',
      'yes',
      '|',
      '{{x}}',
      '\u0001',
      'kind: List\n',
    );
    let withFindings = 0;
    fc.assert(
      fc.property(fc.nat(base.length), fc.nat(40), piece, (at, length, text) => {
        const parsed = parse(base.slice(0, at) + text + base.slice(at + length));
        if (parsed.diagnostics.length > 0) withFindings++;
        for (const found of parsed.diagnostics) expect(found.message).not.toMatch(/<\w+>|undefined/);
      }),
      { numRuns: 2000 },
    );
    expect(withFindings).toBeGreaterThan(500);
  });
});
