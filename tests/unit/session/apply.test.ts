import { describe, expect, it } from 'vitest';
import { PRESETS } from '../../../src/scenarios';
import { overlayFiles, Session } from '../../../src/session';
import {
  BEHAVIORS,
  behavior,
  deployment,
  file,
  open,
  run,
  S,
  SHOP,
  scenario,
  service,
  TRAFFIC,
  traffic,
  WORKLOADS,
  withFiles,
} from './shop';

const BROKEN = file(
  'broken.yaml',
  'apiVersion: v1\nkind: Service\nmetadata: { name: x, namespace: shop }\nspec: { ports: 7 }\n',
);

const codes = (diagnostics: readonly { readonly code: string }[]) => diagnostics.map(({ code }) => code);

describe('opening', () => {
  it('gives no session and says why when the manifests are refused', () => {
    const { session, diagnostics } = Session.open(scenario([BROKEN]));
    expect(session).toBeUndefined();
    expect(diagnostics.map(({ severity, file: path, range }) => [severity, path, range?.start.line])).toEqual([
      ['error', 'broken.yaml', 4],
    ]);
  });

  it('opens an empty cluster', () => {
    const session = open([{ path: 'manifests.yaml', text: '' }]);
    run(session, 5);
    expect(session.nowNs).toBe(5 * S);
    expect(session.topology().services).toEqual([]);
    expect(session.metrics().mesh.errorRatio).toBeUndefined();
  });
});

describe('an apply', () => {
  it('that is refused leaves the last good configuration, the log and the run alone', () => {
    const session = open();
    run(session, 5);
    const before = [session.files, session.log, session.marks.length, session.traceHash(), session.diagnostics];
    const result = session.applyFiles([...SHOP, BROKEN]);
    expect(result).toMatchObject({ accepted: false, atNs: 5 * S, changes: [] });
    expect(codes(result.diagnostics)).toHaveLength(1);
    expect([session.files, session.log, session.marks.length, session.traceHash(), session.diagnostics]).toEqual(
      before,
    );
    run(session, 5);
    const untouched = open();
    run(untouched, 10);
    expect(session.traceHash()).toBe(untouched.traceHash());
  });

  it('refuses two objects of one name and names the line of the second', () => {
    const session = open();
    const twice = file('twice.yaml', service('front'));
    const [finding] = session.applyFiles([...SHOP, twice]).diagnostics;
    expect([finding?.severity, finding?.code, finding?.file, finding?.range?.start.line]).toEqual([
      'error',
      'MW0104',
      'twice.yaml',
      3,
    ]);
  });

  it('reports what it added, changed and removed, field by field', () => {
    const session = open();
    run(session, 3);
    const workloads = {
      path: WORKLOADS.path,
      text: WORKLOADS.text
        .replace(deployment({ name: 'db' }), deployment({ name: 'db', replicas: 2, image: 'db:2' }))
        .replace(`${service('front')}---\n`, `${service('shop-front', 'front')}---\n`),
    };
    const result = session.applyFiles(withFiles(SHOP, workloads));
    expect(result.accepted).toBe(true);
    expect(result.changes.map(({ kind, ref, fields }) => [kind, ref.kind, ref.name, fields])).toEqual([
      ['changed', 'Deployment', 'db', ['spec.replicas', 'spec.template.spec.containers[0].image']],
      ['added', 'Service', 'shop-front', []],
      ['removed', 'Service', 'front', []],
    ]);
    expect(session.marks).toEqual([{ atNs: 3 * S, kind: 'apply', label: 'Applied' }]);
  });

  it('lists at most twenty fields of one object', () => {
    const labels = (value: string) => Array.from({ length: 40 }, (_, index) => `l${index}: ${value}`).join(', ');
    const namespace = (value: string) =>
      file(
        'namespace.yaml',
        `apiVersion: v1\nkind: Namespace\nmetadata: { name: many, labels: { ${labels(value)} } }\n`,
      );
    const session = open([namespace('a')]);
    expect(session.applyFiles([namespace('b')]).changes[0]?.fields).toHaveLength(20);
  });

  it('changes the traffic from its own moment on', () => {
    const session = open();
    run(session, 10);
    const before = session.totals({ kind: 'mesh' }, 'start').requests;
    session.applyFiles(withFiles(SHOP, file('traffic.yaml', traffic(400))));
    run(session, 10);
    const after = session.totals({ kind: 'mesh' }, 'apply');
    expect(after.sinceNs).toBe(10 * S);
    expect(before).toBeGreaterThan(900);
    expect(after.requests).toBeGreaterThan(3_700);
    expect(session.totals({ kind: 'mesh' }, 'start').requests).toBe(before + after.requests);
  });

  it('that changes nothing changes nothing', () => {
    const session = open();
    run(session, 3);
    expect(session.applyFiles([...SHOP]).changes).toEqual([]);
    expect(session.cluster.pods.every((pod) => pod.phase === 'running')).toBe(true);
  });
});

describe('the age of objects', () => {
  const orderOf = (session: Session, name: string) =>
    session.resource(`Service/shop/${name}`)?.creationOrder ?? Number.NaN;

  it('is kept over applies, whatever the order of the files', () => {
    const session = open();
    const names = ['front', 'cart', 'db'];
    const before = names.map((name) => orderOf(session, name));
    session.applyFiles([TRAFFIC, file('new.yaml', service('new', 'db')), BEHAVIORS, WORKLOADS]);
    expect(names.map((name) => orderOf(session, name))).toEqual(before);
    expect(orderOf(session, 'new')).toBeGreaterThan(Math.max(...before));
  });

  it('begins anew for an object that was gone', () => {
    const session = open();
    const first = orderOf(session, 'front');
    const without = { path: WORKLOADS.path, text: WORKLOADS.text.replace(`${service('front')}---\n`, '') };
    session.applyFiles(withFiles(SHOP, without));
    session.applyFiles(SHOP);
    expect(orderOf(session, 'front')).toBeGreaterThan(first);
    expect(orderOf(session, 'front')).toBeGreaterThan(orderOf(session, 'cart'));
  });
});

describe('presets', () => {
  const presets = [
    { id: 'always', title: 'Always', trigger: {}, files: [file('always.yaml', service('always', 'front'))] },
    {
      id: 'image',
      title: 'By image',
      trigger: { images: ['examples-'], objects: ['Service./front'] },
      files: [file('image.yaml', behavior('front', '{ compute: 3ms }'))],
    },
    {
      id: 'unless',
      title: 'Unless there is one',
      trigger: { kinds: ['Deployment.apps'], unlessObjects: ['Service./cart'] },
      files: [file('unless.yaml', service('cart'))],
    },
  ];
  const frontOnly = [file('front.yaml', service('front'), deployment({ name: 'front', image: 'x/examples-front' }))];
  const names = (session: Session) => session.cluster.store.resources.map(({ ref }) => `${ref.kind}/${ref.name}`);

  it('join when every list of their trigger has a hit', () => {
    const session = open(frontOnly, { presets });
    expect(names(session)).toEqual([
      'Service/always',
      'Behavior/front',
      'Service/cart',
      'Service/front',
      'Deployment/front',
    ]);
    expect(session.files).toEqual(frontOnly);
  });

  it('stay away when one has none, or when an object speaks against them', () => {
    const other = [file('other.yaml', service('cart'), deployment({ name: 'cart' }))];
    expect(names(open(other, { presets }))).toEqual(['Service/always', 'Service/cart', 'Deployment/cart']);
  });

  it('give way to an object of the same name that the user wrote', () => {
    const own = behavior('front', '{ compute: 9ms }');
    const session = open([...frontOnly, file('own.yaml', own)], { presets });
    const found = session.cluster.store.resources.filter(({ ref }) => ref.kind === 'Behavior');
    expect(found.map(({ source }) => source.file)).toEqual(['own.yaml']);
  });

  it('come and go with the manifests that call for them', () => {
    const session = open(frontOnly, { presets });
    const plain = [file('front.yaml', service('front'), deployment({ name: 'front' }))];
    const { changes } = session.applyFiles(plain);
    expect(changes.map(({ kind, ref }) => [kind, ref.kind, ref.name])).toContainEqual(['removed', 'Behavior', 'front']);
  });

  it('of the program attach to Bookinfo by image', () => {
    const session = open(
      [
        file(
          'productpage.yaml',
          service('productpage'),
          deployment({ name: 'productpage', image: 'docker.io/istio/examples-bookinfo-productpage-v1:1.20.3' }),
        ),
      ],
      { presets: PRESETS },
    );
    const files = new Set(session.cluster.store.resources.map(({ source }) => source.file));
    expect(files).toContain('presets/bookinfo-behaviors.yaml');
    expect(files).toContain('presets/bookinfo-visitors.yaml');
    expect(files).not.toContain('presets/bookinfo-gateway-visitors.yaml');
    expect(files).not.toContain('presets/online-boutique-behaviors.yaml');
  });
});

describe('an overlay', () => {
  const { registry } = open([file('empty.yaml', '')]);
  const base = [
    file('a.yaml', '# about the front\n', `# kept\n${service('front')}`, deployment({ name: 'front' })),
    file('b.yaml', service('cart')),
  ];

  it('replaces objects by name and keeps all other text byte for byte', () => {
    const added = file('new.yaml', service('front', 'elsewhere'));
    const result = overlayFiles(base, [added], registry);
    expect(result.map(({ path }) => path)).toEqual(['a.yaml', 'b.yaml', 'new.yaml']);
    expect(result[0]?.text).not.toContain('kind: Service');
    expect(result[0]?.text).toContain('# about the front');
    expect(result[0]?.text.endsWith(deployment({ name: 'front' }))).toBe(true);
    expect(result[1]).toBe(base[1]);
    expect(Session.open(scenario(result)).diagnostics).toEqual([]);
  });

  it('replaces a file of the same path whole', () => {
    const added = file('a.yaml', service('db'));
    expect(overlayFiles(base, [added], registry)).toEqual([base[1], added]);
  });

  it('leaves text alone that cannot be read', () => {
    const broken = file('c.yaml', 'a: [\n');
    expect(overlayFiles([broken], [file('new.yaml', service('x'))], registry)[0]).toBe(broken);
  });
});
