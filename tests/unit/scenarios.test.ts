import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  CONFIG_ENTRIES,
  createCatalogue,
  createKindRegistry,
  KUBERNETES_KINDS,
  MESHWORK_KINDS,
  parseManifests,
} from '../../src/config';
import { ISTIO_ENTRIES, ISTIO_KINDS } from '../../src/dialects/istio/kinds';
import { importIsotope, PRESETS, SCENARIOS } from '../../src/scenarios';
import { hasShared, readShared, sharedPath } from '../support/shared';

const registry = createKindRegistry(
  [...KUBERNETES_KINDS, ...MESHWORK_KINDS, ...ISTIO_KINDS],
  createCatalogue(CONFIG_ENTRIES, ISTIO_ENTRIES),
);

describe('built-in scenarios', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.id, scenario] as const))(
    '%s reads without a finding',
    (_id, scenario) => {
      const parsed = parseManifests(scenario.files, registry);
      expect(
        parsed.diagnostics.map(
          (diagnostic) => `${diagnostic.file}:${diagnostic.range?.start.line} ${diagnostic.code} ${diagnostic.message}`,
        ),
      ).toEqual([]);
    },
  );

  it.each(PRESETS.map((preset) => [preset.id, preset] as const))('preset %s reads without a finding', (_id, preset) => {
    const parsed = parseManifests(preset.files, registry);
    expect(
      parsed.diagnostics.map(
        (diagnostic) => `${diagnostic.file}:${diagnostic.range?.start.line} ${diagnostic.code} ${diagnostic.message}`,
      ),
    ).toEqual([]);
  });
});

describe.runIf(hasShared())('isotope topologies', () => {
  const names = hasShared() ? readdirSync(sharedPath('samples/isotope')) : [];
  it.each(names)('%s becomes manifests without a finding', (name) => {
    const file = importIsotope({ path: name, text: readShared('samples/isotope', name) });
    expect(file).toBeDefined();
    const parsed = parseManifests(file === undefined ? [] : [file], registry);
    expect(parsed.diagnostics).toEqual([]);
    const wanted = /^(\d+)-svc|tree-(\d+)|chain-(\d+)|^(\d+)-service/.exec(name);
    const count = Number(wanted?.slice(1).find((group) => group !== undefined) ?? 0);
    const deployments = parsed.resources.filter((resource) => resource.kind === 'Deployment').length;
    if (count > 0 && !name.includes('svc_')) expect(deployments).toBe(count);
    expect(deployments).toBeGreaterThan(0);
  });
});
