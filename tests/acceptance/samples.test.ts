// Applications from elsewhere come alive as they are: Online Boutique, and topologies of one to a thousand services.
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hasShared, listShared, missingShared, readShared } from '../support/shared';
import { describeDiagnostics, Mesh } from './support/mesh';

const BOUTIQUE = 'samples/online-boutique';
const ISOTOPE = 'samples/isotope';

/** The calls that the applications make, as upstream's architecture drawing shows them. */
const BOUTIQUE_CALLS = [
  'cartservice->redis-cart',
  'checkoutservice->cartservice',
  'checkoutservice->currencyservice',
  'checkoutservice->emailservice',
  'checkoutservice->paymentservice',
  'checkoutservice->productcatalogservice',
  'checkoutservice->shippingservice',
  'frontend->adservice',
  'frontend->cartservice',
  'frontend->checkoutservice',
  'frontend->currencyservice',
  'frontend->productcatalogservice',
  'frontend->recommendationservice',
  'frontend->shippingservice',
  'loadgenerator->frontend',
  'recommendationservice->productcatalogservice',
];

describe.runIf(hasShared(BOUTIQUE))('Online Boutique', () => {
  it('comes alive from its upstream manifests with its real call graph', () => {
    const files = listShared(BOUTIQUE).map((path) => ({ path, text: readShared(BOUTIQUE, path) }));
    const mesh = Mesh.openFiles(files);
    const unexpected = mesh.session.diagnostics.filter(({ code }) => code !== 'MW0105');
    expect(describeDiagnostics(unexpected)).toEqual([]);
    mesh.run(20);
    const measured = mesh.measure(60);
    expect(measured.edgeNames()).toEqual(BOUTIQUE_CALLS);
    for (const name of BOUTIQUE_CALLS) {
      const [source = '', destination = ''] = name.split('->');
      const edge = measured.edge(source, destination);
      expect(edge.successRatio, name).toBe(1);
      expect(edge.mutualTls, name).toBe(edge.requests);
      const grpc = destination !== 'redis-cart' && destination !== 'frontend';
      expect(edge.protocols, name).toEqual([grpc ? 'grpc' : destination === 'frontend' ? 'http' : 'tcp']);
    }
    const shoppers = measured.edge('loadgenerator', 'frontend');
    expect(Math.abs(shoppers.ratePerS - 20)).toBeLessThan(3);
  });
});

interface Topology {
  readonly services: readonly { readonly name: string; readonly isEntrypoint?: boolean; readonly script?: unknown }[];
}

/** Names that a script calls, however deep. */
function called(script: unknown): readonly string[] {
  if (Array.isArray(script)) return script.flatMap(called);
  if (typeof script !== 'object' || script === null || !('call' in script)) return [];
  const target = script.call;
  if (typeof target === 'string') return [target];
  return typeof target === 'object' && target !== null && 'service' in target ? [String(target.service)] : [];
}

describe.runIf(hasShared(ISOTOPE))('isotope topologies', () => {
  const lines: string[] = [];
  afterAll(() => {
    process.stdout.write(`\n${lines.join('\n')}\n\n`);
  });

  it.each(hasShared(ISOTOPE) ? listShared(ISOTOPE) : [])(
    '%s loads, and traffic reaches every service that is called',
    (path) => {
      const text = readShared(ISOTOPE, path);
      const { services } = parse(text) as Topology;
      const reached = new Set<string>();
      const visit = (name: string): void => {
        if (reached.has(name)) return;
        reached.add(name);
        for (const next of called(services.find((service) => service.name === name)?.script)) visit(next);
      };
      for (const service of services) if (service.isEntrypoint === true) visit(service.name);

      const startMs = performance.now();
      const mesh = Mesh.openFiles([{ path, text }]);
      const loadMs = performance.now() - startMs;
      expect(describeDiagnostics(mesh.session.diagnostics)).toEqual([]);
      mesh.run(2);
      const runMs = performance.now();
      const seconds = services.length > 500 ? 5 : 30;
      const measured = mesh.measure(seconds);
      const names = new Set(measured.edgeNames().map((name) => name.split('->')[1]));
      expect([...reached].filter((name) => !names.has(name))).toEqual([]);
      const entry = services.find((service) => service.isEntrypoint === true)?.name ?? '';
      const outer = measured.edge('client', entry);
      expect(outer.requests).toBeGreaterThan(5 * seconds);
      expect(outer.successRatio).toBeGreaterThan(0.95);
      // A tenth of this on a machine that has nothing else to do.
      expect(loadMs).toBeLessThan(100_000);
      lines.push(
        `${path}: ${services.length} services, ${mesh.pods().length} pods, loaded in ${Math.round(loadMs)} ms; ${seconds} s simulated in ${Math.round(performance.now() - runMs)} ms`,
      );
    },
    120_000,
  );
});

if (!hasShared(BOUTIQUE)) process.stdout.write(`${missingShared(BOUTIQUE)}\n`);
