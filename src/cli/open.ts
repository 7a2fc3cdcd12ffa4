import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Diagnostic, SourceFile } from '../config';
import { PRESETS, SCENARIOS } from '../scenarios';
import { type ScenarioDefinition, Session } from '../session';
import { readManifestFiles } from './files';
import { formatDiagnostic } from './format-diagnostic';
import type { Output } from './output';

const DEFAULT_SEED = 1;

/** What the paths of a command name: one built-in scenario by its id, unless a file is called so, or manifests. */
export function scenarioFrom(paths: readonly string[], seed: number | undefined, cwd: string): ScenarioDefinition {
  const [first, ...others] = paths;
  const builtIn =
    first === undefined || others.length > 0 || existsSync(resolve(cwd, first))
      ? undefined
      : SCENARIOS.find((scenario) => scenario.id === first);
  if (builtIn !== undefined) return { ...builtIn, seed: seed ?? builtIn.seed };
  return manifestScenario(readManifestFiles(paths, cwd), seed ?? DEFAULT_SEED);
}

function manifestScenario(files: readonly SourceFile[], seed: number): ScenarioDefinition {
  return { id: 'manifests', title: 'Manifests', dialect: 'istio', seed, notes: '', files, presets: PRESETS };
}

/** Opens a session, or prints why not. */
export function openSession(scenario: ScenarioDefinition, output: Output): Session | undefined {
  const { session, diagnostics } = Session.open(scenario);
  report(diagnostics, output);
  return session;
}

/** Errors and warnings go to the error stream: standard output belongs to the answer. */
export function report(diagnostics: readonly Diagnostic[], output: Output): void {
  for (const diagnostic of diagnostics) if (diagnostic.severity !== 'info') output.err(formatDiagnostic(diagnostic));
}
