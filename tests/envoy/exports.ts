// What `compile --as envoy` prints for every proxy of every built-in scenario and sample must be a configuration that Envoy takes.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceFile } from '../../src/config';
import { importFiles, PRESETS, SCENARIOS } from '../../src/scenarios';
import { type ScenarioDefinition, Session } from '../../src/session';
import { toEnvoyBootstrap } from '../../src/xds';
import { hasShared, listShared, readShared } from '../support/shared';

const BOOKINFO = ['samples', 'bookinfo'] as const;
const APPLICATION = 'bookinfo.yaml';
const LIMIT_MS = 30_000;
const AT_A_TIME = 2;

/** One configuration, and whose it is: equal ones are tried once. */
interface Exported {
  readonly text: string;
  readonly owners: string[];
}

export interface ExportProblem {
  /** Scenario and pod, the first that has this configuration. */
  readonly owner: string;
  readonly message: string;
}

export interface ExportReport {
  readonly proxies: number;
  readonly configurations: number;
  readonly problems: readonly ExportProblem[];
}

function importedScenario(id: string, files: readonly SourceFile[]): ScenarioDefinition {
  return { id, title: id, dialect: 'istio', seed: 1, notes: '', files: importFiles(files), presets: PRESETS };
}

/** Every manifest of the Bookinfo sample on top of the application, and the other samples as they are. */
function sampleScenarios(): readonly ScenarioDefinition[] {
  if (!hasShared(...BOOKINFO)) return [];
  const read = (name: string): SourceFile => ({ path: name, text: readShared(...BOOKINFO, name) });
  const onTop = listShared(...BOOKINFO)
    .filter((name) => name.endsWith('.yaml') && name !== APPLICATION)
    .map((name) => importedScenario(`bookinfo with ${name}`, [read(APPLICATION), read(name)]));
  return [importedScenario('bookinfo', [read(APPLICATION)]), ...onTop];
}

function collect(scenario: ScenarioDefinition, exported: Map<string, Exported>): number {
  const { session, diagnostics } = Session.open(scenario);
  if (session === undefined) throw new Error(`${scenario.id} is refused: ${diagnostics[0]?.message ?? ''}`);
  let proxies = 0;
  for (const pod of session.cluster.pods) {
    const snapshot = session.cluster.snapshotFor(pod.uid);
    if (snapshot === undefined) continue;
    proxies += 1;
    const text = JSON.stringify(toEnvoyBootstrap(snapshot).bootstrap);
    const known = exported.get(text);
    if (known === undefined) exported.set(text, { text, owners: [`${scenario.id}: ${pod.name}`] });
    else known.owners.push(`${scenario.id}: ${pod.name}`);
  }
  return proxies;
}

/** Why Envoy refuses the file; undefined when it takes it. Its standard output must be something that it can open as a file. */
function validate(envoy: string, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(envoy, ['--mode', 'validate', '--log-level', 'error', '-c', path], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: LIMIT_MS,
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? undefined : errors.trim() || `ended by ${signal ?? code}`),
    );
  });
}

/** Gives each configuration to `envoy --mode validate`. */
export async function validateExports(envoy: string): Promise<ExportReport> {
  const exported = new Map<string, Exported>();
  let proxies = 0;
  for (const scenario of [...SCENARIOS, ...sampleScenarios()]) proxies += collect(scenario, exported);
  const waiting = [...exported.values()];
  const configurations = waiting.length;
  const problems: ExportProblem[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'meshwork-exports-'));
  const work = async (worker: number): Promise<void> => {
    const path = join(folder, `${worker}.json`);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      writeFileSync(path, next.text);
      const message = await validate(envoy, path);
      if (message !== undefined) problems.push({ owner: next.owners[0] ?? '', message });
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_A_TIME }, (_, worker) => work(worker)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { proxies, configurations, problems };
}
