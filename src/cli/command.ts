import type { Output } from './output';

export interface CommandContext {
  readonly output: Output;
  readonly cwd: string;
}

/** One command of the program. */
export interface CliCommand {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  /** Returns the exit code. */
  run(argv: readonly string[], context: CommandContext): number;
}
