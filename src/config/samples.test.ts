import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasShared, missingShared, sharedPath, sharedRoot } from '../../tests/support/shared';
import { createCatalogue } from './diagnostics/catalogue';
import { CONFIG_ENTRIES } from './diagnostics/config-catalogue';
import { KUBERNETES_KINDS } from './kinds/kubernetes/kubernetes-kinds';
import { createKindRegistry } from './kinds/registry';
import { parseManifests } from './parse-manifests';

const REGISTRY = createKindRegistry(KUBERNETES_KINDS, createCatalogue(CONFIG_ENTRIES));

/** Topologies of isotope, values of Helm charts and bare mesh configurations: YAML, but no objects of a cluster. */
const NO_MANIFEST = /\/isotope\/|\/spire-(?:base|east|west)\.yaml$|\/mesh\.yaml$/;

function yamlFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return yamlFiles(path);
      return /\.ya?ml$/.test(name) ? [path] : [];
    });
}

describe('manifests from upstream', () => {
  for (const folder of [['samples'], ['conformance', 'istio-xds']]) {
    it(`has no finding about the kinds of Kubernetes in ${folder.join('/')}`, (context) => {
      if (!hasShared(...folder)) context.skip(missingShared(...folder));
      let objects = 0;
      const findings: string[] = [];
      for (const path of yamlFiles(sharedPath(...folder))) {
        if (NO_MANIFEST.test(path)) continue;
        const file = { path: relative(sharedRoot(), path), text: readFileSync(path, 'utf8') };
        const parsed = parseManifests([file], REGISTRY);
        objects += parsed.resources.length;
        for (const found of parsed.diagnostics) {
          if (found.code === 'MW0105') continue;
          findings.push(`${found.file}:${found.range?.start.line} ${found.code} ${found.message}`);
        }
      }
      expect(findings).toEqual([]);
      expect(objects).toBeGreaterThan(50);
    });
  }
});
