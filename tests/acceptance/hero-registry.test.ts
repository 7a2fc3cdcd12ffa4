// The default scenario does what its own manifests say, worked out a second time from their text.
import { beforeAll, describe, expect, it } from 'vitest';
import { impliedBy } from './support/implied-rates';
import { type Measurement, margin, share } from './support/measurement';
import { Mesh } from './support/mesh';

/** Ninety thousand users: 2 % of the rarest edge, 7.5 forecasts a second, is more than two standard deviations. */
const SECONDS = 1800;
const WARM_UP_S = 5;

const mesh = Mesh.openScenario('hero-registry');
const implied = impliedBy(mesh.session.files.map((file) => file.text));
let measured: Measurement;

function edgeOf(name: string) {
  const [source = '', destination = ''] = name.split('->');
  return measured.edge(source, destination);
}

beforeAll(() => {
  mesh.run(WARM_UP_S);
  measured = mesh.measure(SECONDS);
}, 400_000);

describe('the Hero Registry at steady state', () => {
  it('uses exactly the edges that its manifests imply', () => {
    expect(measured.edgeNames()).toEqual([...implied.rates.keys()].sort());
    expect(implied.rates.size).toBe(8);
  });

  it.each([...implied.rates])('%s carries %f requests per second within 2 %%', (name, rate) => {
    const { ratePerS } = edgeOf(name);
    expect(Math.abs(ratePerS / rate - 1), `${ratePerS} for ${rate}`).toBeLessThan(0.02);
  });

  it.each([...implied.errorRatios])('%s fails for a share of %f', (name, ratio) => {
    const { successRatio, requests } = edgeOf(name);
    expect(Math.abs(1 - successRatio - ratio)).toBeLessThanOrEqual(margin(ratio, requests));
  });

  it('splits auth by the weights of its VirtualService', () => {
    const versions = edgeOf('hero-registry-api->auth').versions;
    const expected = implied.shares.get('auth') ?? {};
    expect(expected).toEqual({ v1: 0.9, v2: 0.1 });
    const total = Object.values(versions).reduce((sum, count) => sum + count, 0);
    for (const [version, ratio] of Object.entries(expected)) {
      expect(Math.abs((versions[version] ?? 0) / (ratio * total) - 1)).toBeLessThan(0.03);
    }
    expect(Object.keys(versions).sort()).toEqual(['v1', 'v2']);
  });

  it('spreads equipment over its three pods', () => {
    const { versions } = edgeOf('missions->equipment');
    // Least request with two choices leans away from the slower third pod, a little at this load.
    expect(share(versions, 'v2')).toBeGreaterThan(0.28);
    expect(share(versions, 'v2')).toBeLessThan(0.34);
  });

  it('speaks mutual TLS wherever both sides have a proxy, and nowhere else', () => {
    const encrypted = [...implied.rates.keys()].filter((name) => edgeOf(name).mutualTls > 0).sort();
    expect(encrypted).toEqual([
      'equipment->hero-db',
      'hero-registry-api->auth',
      'hero-registry-api->missions',
      'istio-ingressgateway->hero-registry-api',
      'missions->equipment',
    ]);
    for (const name of encrypted) expect(edgeOf(name).mutualTls, name).toBe(edgeOf(name).requests);
  });

  it('tries nothing twice and sets no flag while nothing is broken', () => {
    for (const name of implied.rates.keys()) {
      const { attempts, requests, flags } = edgeOf(name);
      expect(flags, name).toEqual({});
      // A call in flight at either end of the measured time is counted on one side only.
      expect(Math.abs(attempts - requests), name).toBeLessThan(20);
    }
  });

  it.each([...implied.times])(
    '%s takes as long as what is computed on the way, and a little more',
    (name, { medianMs, p95Ms }) => {
      const { p50Ms, p95Ms: measuredP95 } = edgeOf(name);
      expect(p50Ms).toBeGreaterThan(medianMs * 0.95);
      // Proxies and network add about 2 ms a hop, five hops at most; who stands outside is some 20 ms away.
      const outside = name.startsWith('users') || name.endsWith('.example') ? 60 : 0;
      expect(measuredP95).toBeGreaterThan(medianMs);
      expect(measuredP95).toBeLessThan(p95Ms + 25 + outside);
    },
  );

  it('speaks TCP to the database and HTTP elsewhere', () => {
    for (const name of implied.rates.keys())
      expect(edgeOf(name).protocols, name).toEqual([name.endsWith('hero-db') ? 'tcp' : 'http']);
  });
});
