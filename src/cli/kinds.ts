import { apiVersionsOf } from '../config';
import { createRegistry } from '../session';
import { parseArguments } from './arguments';
import type { CliCommand, CommandContext } from './command';
import { formatTable } from './output';
import { UsageError } from './usage-error';

const USAGE = `meshwork kinds [--json]

Lists the kinds that are known, and how far each one is simulated.`;

function run(argv: readonly string[], { output }: CommandContext): number {
  const options = parseArguments(argv, { switches: ['json'] });
  if (options.paths.length > 0) throw new UsageError('it takes no paths: it lists all kinds');
  const kinds = createRegistry().kinds.map((kind) => ({
    kind: kind.kind,
    apiVersions: apiVersionsOf(kind.group, kind.versions),
    support: kind.support,
    summary: kind.summary,
  }));
  if (options.has('json')) output.out(JSON.stringify({ kinds }));
  else {
    const rows = kinds.map(({ kind, apiVersions, support }) => {
      const note =
        support.level === 'partial'
          ? `without effect: ${support.notSimulated.join(', ')}`
          : support.level === 'kept'
            ? support.reason
            : '';
      return [kind, apiVersions.join(', '), support.level, note];
    });
    output.out(formatTable(['kind', 'versions', 'simulated', 'note'], rows, new Set()));
  }
  return 0;
}

export const KINDS: CliCommand = { name: 'kinds', summary: 'list the kinds that are known', usage: USAGE, run };
