// What the analyzers of istioctl say of manifests: upstream's own grid, and what the real ones said of the recorded scenarios.
import { parse } from 'yaml';
import { objectKey, type Resource } from '../../src/config';
import { readResources } from '../../src/dialects/istio/compile/read-resources';
import { ANALYZERS, analyze } from '../../src/dialects/istio/diagnose/analyze';
import { ANALYSIS_ENTRIES } from '../../src/dialects/istio/diagnose/catalogue';
import { decodeMeshConfig } from '../../src/dialects/istio/mesh-config';
import { type ManifestSet, readManifestSet, viewOfManifests } from '../support/manifest-view';
import { readShared } from '../support/shared';
import { manifestsOf, meshConfigOf, readScenarios, XDS_FOLDER } from './istio-xds-states';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

const SUITE = 'istio-analyze';
const FOLDER = ['conformance', 'istio-analyze'] as const;
const DEFAULT_RESOURCES = 'default-resources.yaml';
const ROOT_NAMESPACE = 'istio-system';

interface Message {
  readonly code: string;
  /** `Kind [namespace/]name`. */
  readonly resource: string;
}

interface GridCase {
  readonly id: string;
  readonly analyzer: string;
  readonly inputFiles?: readonly string[];
  readonly meshConfigFile?: string;
  readonly expected: readonly Message[];
}

type Fields = Readonly<Record<string, unknown>>;
type Manifests = Parameters<typeof readManifestSet>[0];

function withNamespace(resource: string): string {
  const [kind = '', name = ''] = resource.split(' ');
  return name.includes('/') ? resource : `${kind} default/${name}`;
}

function textsOf(messages: readonly Message[]): readonly string[] {
  return messages.map(({ code, resource }) => `${code} ${withNamespace(resource)}`).sort();
}

const REQUIRED_FIELD = 'MW0205';

/** Upstream analyzes what no API server would take; pods of it need not even have a `spec`. */
function readable({ rejected, diagnostics }: ManifestSet): readonly Resource[] {
  return rejected.flatMap((resource) => {
    const own = diagnostics.filter(({ ref }) => ref !== undefined && objectKey(ref) === objectKey(resource.ref));
    if (resource.kind === 'Pod')
      return [{ ...resource, object: { spec: { containers: [] }, ...Object(resource.object) } }];
    return own.some(({ code }) => code === REQUIRED_FIELD) ? [] : [resource];
  });
}

/** Code and object of everything that the analyzers say. */
function messagesOf(manifests: Manifests, meshConfig: Fields, analyzers = ANALYZERS): readonly string[] {
  const set = readManifestSet(manifests);
  const view = viewOfManifests([...set.resources, ...readable(set)], meshConfig);
  const found = analyze(view, readResources(view), decodeMeshConfig(meshConfig), analyzers);
  // Upstream shows messages once that do not differ in a word.
  const said = new Map(found.map((each) => [`${each.code} ${JSON.stringify(each.ref)} ${each.message}`, each]));
  return textsOf(
    [...said.values()].map(({ code, ref }) => ({ code, resource: `${ref?.kind} ${ref?.namespace}/${ref?.name}` })),
  );
}

function compare(actual: readonly string[], expected: readonly string[]): readonly string[] {
  const left = [...actual];
  const missing = expected.filter((text) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [...missing.map((text) => `not said: ${text}`), ...left.map((text) => `said: ${text}`)];
}

function fileOf(path: string): { readonly path: string; readonly text: string } {
  return { path, text: readShared(...FOLDER, ...path.split('/')) };
}

function meshOf(file: string | undefined): Fields {
  const written: unknown = file === undefined ? {} : parse(readShared(...FOLDER, ...file.split('/')));
  const fields = typeof written === 'object' && written !== null ? written : {};
  return { rootNamespace: ROOT_NAMESPACE, ...fields };
}

function runGrid(recorder: CaseRecorder): void {
  const { cases } = JSON.parse(readShared(...FOLDER, 'cases.json')) as { readonly cases: readonly GridCase[] };
  for (const { id, analyzer, inputFiles = [], meshConfigFile, expected } of cases) {
    recorder.run(id, () => {
      const own = ANALYZERS.filter(({ name }) => name === analyzer);
      if (own.length === 0) return [`there is no analyzer ${analyzer}`];
      const manifests = [DEFAULT_RESOURCES, ...inputFiles].map(fileOf);
      return compare(messagesOf(manifests, meshOf(meshConfigFile), own), textsOf(expected));
    });
  }
}

interface Recorded {
  readonly scenarios: Readonly<Record<string, { readonly all: readonly Message[] }>>;
}

/** The codes that have analyzers here; each belongs to one of them. */
function runRecorded(recorder: CaseRecorder): void {
  const { scenarios } = JSON.parse(readShared(...XDS_FOLDER, 'analyze.json')) as Recorded;
  const known = new Set(ANALYSIS_ENTRIES.map(({ code }) => code));
  for (const scenario of readScenarios()) {
    const said = scenarios[scenario.name];
    if (said === undefined) continue;
    recorder.run(`recorded/${scenario.name}`, () => {
      const expected = said.all.filter(({ code }) => known.has(code));
      return compare(messagesOf(manifestsOf(scenario), meshConfigOf(scenario)), textsOf(expected));
    });
  }
}

export function runSuite(): SuiteResult {
  const recorder = new CaseRecorder(SUITE, SKIPS);
  runGrid(recorder);
  runRecorded(recorder);
  return recorder.result();
}
