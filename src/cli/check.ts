import { Session } from '../session';
import { parseArguments } from './arguments';
import type { CliCommand, CommandContext } from './command';
import { formatDiagnostic } from './format-diagnostic';
import { scenarioFrom } from './open';

const USAGE = `meshwork check PATH... [--json]

Prints what is wrong with the manifests, or of no effect. Exit code 1 when there are errors.

  --json    one JSON object {diagnostics: [...]} instead of lines`;

function run(argv: readonly string[], { output, cwd }: CommandContext): number {
  const options = parseArguments(argv, { switches: ['json'] });
  const { diagnostics } = Session.open(scenarioFrom(options.paths, undefined, cwd));
  if (options.has('json')) output.out(JSON.stringify({ diagnostics }));
  else if (diagnostics.length === 0) output.out('nothing to report');
  else for (const diagnostic of diagnostics) output.out(formatDiagnostic(diagnostic));
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error') ? 1 : 0;
}

export const CHECK: CliCommand = { name: 'check', summary: 'print diagnostics of manifests', usage: USAGE, run };
