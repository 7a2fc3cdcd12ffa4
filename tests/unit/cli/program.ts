import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { main } from '../../../src/cli/main';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The program as a user calls it, with what it writes. */
export async function meshwork(...argv: readonly string[]): Promise<Outcome> {
  return call(argv, false);
}

/** The same at a terminal, where progress may be shown. */
export async function meshworkAtTerminal(...argv: readonly string[]): Promise<Outcome> {
  return call(argv, true);
}

async function call(argv: readonly string[], isTerminal: boolean): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const output = { out: (text: string) => out.push(text), err: (text: string) => err.push(text), isTerminal };
  const code = await main(argv, output);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** A folder of this test file's own, and how to write files below it. */
export function temporaryFolder(): { readonly root: string; write(name: string, content: string | Buffer): string } {
  const root = mkdtempSync(join(tmpdir(), 'meshwork-cli-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return {
    root,
    write: (name, content) => {
      const path = join(root, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return path;
    },
  };
}
