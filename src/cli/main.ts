import { CHECK } from './check';
import type { CliCommand } from './command';
import { COMPILE } from './compile';
import { EXPLAIN } from './explain';
import { KINDS } from './kinds';
import type { Output } from './output';
import { RUN } from './run';
import { UsageError } from './usage-error';

const COMMANDS: readonly CliCommand[] = [RUN, EXPLAIN, COMPILE, CHECK, KINDS];

const HELP = `meshwork COMMAND [...]

What a service mesh does with your manifests, without a cluster. Paths are files or folders of YAML, "-" is standard
input; run, explain, compile and check also take the id of a built-in scenario such as hero-registry.

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(9)} ${summary}`).join('\n')}

"meshwork COMMAND --help" says more.`;

const EXIT_WRONG_USE = 2;
const EXIT_DEFECT = 3;
const NAMES = COMMANDS.map(({ name }) => name).join(', ');

const CONSOLE: Output = {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  isTerminal: process.stderr.isTTY === true,
};

/** The program. Returns the exit code: 0 fine, 1 the manifests are at fault, 2 wrong use, 3 the program is at fault. */
export function main(argv: readonly string[], output: Output = CONSOLE): Promise<number> {
  return Promise.resolve(dispatch(argv, output));
}

function dispatch(argv: readonly string[], output: Output): number {
  const [name, ...rest] = argv;
  if (name === undefined) {
    output.err(`meshwork: name a command: ${NAMES}; "meshwork --help" says more`);
    return EXIT_WRONG_USE;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    output.out(HELP);
    return 0;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    output.err(`meshwork: no command "${name}"; there are ${NAMES}`);
    return EXIT_WRONG_USE;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    output.out(command.usage);
    return 0;
  }
  try {
    return command.run(rest, { output, cwd: process.cwd() });
  } catch (error) {
    if (error instanceof UsageError) {
      output.err(`meshwork ${name}: ${error.message}`);
      return EXIT_WRONG_USE;
    }
    output.err(`meshwork ${name}: a defect of the program, please report it: ${String(error)}`);
    if (process.env['MESHWORK_DEBUG'] !== undefined && error instanceof Error) output.err(error.stack ?? '');
    return EXIT_DEFECT;
  }
}
