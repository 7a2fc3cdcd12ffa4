// What Istio's webhook and custom resource definitions accept, warn of and refuse.
import { parseAllDocuments } from 'yaml';
import { CONFIG_ENTRIES, createCatalogue, createKindRegistry, type Diagnostic, parseManifests } from '../../src/config';
import { ISTIO_ENTRIES, ISTIO_KINDS } from '../../src/dialects/istio/kinds';
import { readShared } from '../support/shared';
import { FRAMES, type Manifest } from './istio-validation-frames';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

const SUITE = 'istio-validation';
const FOLDER = ['conformance', 'istio-validation'] as const;

interface Expectation {
  readonly valid: boolean;
  /** Absent: nothing is said about warnings. */
  readonly warning?: boolean;
}

interface FunctionCase extends Expectation {
  readonly id: string;
  readonly function: string;
  readonly resource?: Partial<Manifest>;
  readonly args?: readonly { readonly value: unknown }[];
}

interface CrdCase {
  readonly file: string;
  readonly index: number;
  readonly valid: boolean;
}

interface CaseFile {
  readonly cases: readonly FunctionCase[];
  readonly crdCases: readonly CrdCase[];
}

const REGISTRY = createKindRegistry(ISTIO_KINDS, createCatalogue(CONFIG_ENTRIES, ISTIO_ENTRIES));

/** Writes out texts that the case file gives as "this piece, so many times". */
function expandRepeats(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expandRepeats);
  if (typeof value !== 'object' || value === null) return value;
  if ('$repeat' in value && 'times' in value) {
    const then = 'then' in value && typeof value.then === 'string' ? value.then : '';
    return String(value.$repeat).repeat(Number(value.times)) + then;
  }
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, expandRepeats(entry)]));
}

/**
 * Upstream's unit tests have typed objects: some without a name, and none with a version. The file gives `v1` to all,
 * also to kinds that are not served as such.
 */
function completed(resource: Partial<Manifest>): unknown {
  const { apiVersion = '', kind = '' } = resource;
  const lookup = REGISTRY.lookup(apiVersion, kind);
  const served =
    lookup.found === 'other-version' ? `${lookup.definition.group}/${lookup.definition.versions[0] ?? ''}` : apiVersion;
  return { ...resource, apiVersion: served, metadata: { name: 'case', ...resource.metadata } };
}

function manifestOf(testCase: FunctionCase): unknown {
  if (testCase.resource !== undefined) return completed(testCase.resource);
  const frame = FRAMES[testCase.function];
  if (frame === undefined) throw new Error('no kind carries what this validator looks at');
  return frame(...(testCase.args ?? []).map((argument) => argument.value));
}

function diagnose(manifest: unknown): readonly Diagnostic[] {
  const text = JSON.stringify(expandRepeats(manifest));
  return parseManifests([{ path: 'case.yaml', text }], REGISTRY).diagnostics;
}

function compare(expected: Expectation, diagnostics: readonly Diagnostic[]): readonly string[] {
  const said = diagnostics.map(
    (diagnostic) =>
      `${diagnostic.severity} ${diagnostic.code} ${diagnostic.path?.join('.') ?? ''}: ${diagnostic.message}`,
  );
  const valid = !diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  const warned = diagnostics.some((diagnostic) => diagnostic.severity !== 'error');
  const problems: string[] = [];
  if (valid !== expected.valid)
    problems.push(expected.valid ? 'refused, but valid upstream' : 'accepted, but refused upstream');
  // Rules of the kind are not looked at where the schema refuses, so warnings count for accepted objects only.
  if (expected.warning !== undefined && valid && expected.valid && warned !== expected.warning) {
    problems.push(expected.warning ? 'no warning, but upstream warns' : 'a warning, but upstream has none');
  }
  return problems.length === 0 ? [] : [...problems, ...said];
}

/** One document of a file of manifests, without the note that tells the expected error. */
function crdManifest(testCase: CrdCase): unknown {
  const document = parseAllDocuments(readShared(...FOLDER, ...testCase.file.split('/')))[testCase.index];
  const manifest: unknown = document?.toJS();
  if (typeof manifest !== 'object' || manifest === null) throw new Error('the document is missing');
  return Object.fromEntries(Object.entries(manifest).filter(([key]) => key !== '_err'));
}

export function runSuite(): SuiteResult {
  const recorder = new CaseRecorder(SUITE, SKIPS);
  const data: CaseFile = JSON.parse(readShared(...FOLDER, 'cases.json'));
  for (const testCase of data.cases) {
    recorder.run(`${testCase.function}/${testCase.id}`, () => compare(testCase, diagnose(manifestOf(testCase))));
  }
  for (const testCase of data.crdCases) {
    recorder.run(`${testCase.file}/${testCase.index}`, () => compare(testCase, diagnose(crdManifest(testCase))));
  }
  return recorder.result();
}
