import { parseArgs } from 'node:util';
import { NS_PER_S, type Ns, parseDuration } from '../base';
import { UsageError } from './usage-error';

/** Options of one command: those with a value, those that may come several times, and switches. */
export interface OptionTable {
  readonly values?: readonly string[];
  readonly lists?: readonly string[];
  readonly switches?: readonly string[];
}

export interface ParsedArguments {
  readonly paths: readonly string[];
  value(name: string): string | undefined;
  list(name: string): readonly string[];
  has(name: string): boolean;
}

/** Parses the arguments after the command's name; anything unknown is wrong use. */
export function parseArguments(argv: readonly string[], table: OptionTable): ParsedArguments {
  const options: Record<string, { type: 'string' | 'boolean'; multiple?: boolean; short?: string }> = {
    help: { type: 'boolean', short: 'h' },
  };
  for (const name of table.values ?? []) options[name] = { type: 'string' };
  for (const name of table.lists ?? []) options[name] = { type: 'string', multiple: true };
  for (const name of table.switches ?? []) options[name] = { type: 'boolean' };
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    return {
      paths: positionals,
      value: (name) => {
        const value = values[name];
        return typeof value === 'string' ? value : undefined;
      },
      list: (name) => {
        const value = values[name];
        return Array.isArray(value) ? value.map(String) : [];
      },
      has: (name) => values[name] === true,
    };
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

export function durationOption(name: string, text: string): Ns {
  const parsed = parseDuration(text);
  if (!parsed.ok || parsed.value <= 0)
    throw new UsageError(`--${name} wants a duration such as 60s or 1m30s; it reads "${text}"`);
  return parsed.value;
}

export function seedOption(text: string): number {
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
    throw new UsageError(`--seed wants a whole number from 0 to 4294967295; it reads "${text}"`);
  return seed;
}

/** `30s=FILE`: what to apply, and when. */
export function atOption(text: string): { readonly atNs: Ns; readonly path: string } {
  const equals = text.indexOf('=');
  if (equals <= 0 || equals === text.length - 1)
    throw new UsageError(`--at wants TIME=FILE, such as 30s=canary.yaml; it reads "${text}"`);
  const parsed = parseDuration(text.slice(0, equals));
  if (!parsed.ok || parsed.value < 0)
    throw new UsageError(`--at wants TIME=FILE, such as 30s=canary.yaml; it reads "${text}"`);
  return { atNs: parsed.value, path: text.slice(equals + 1) };
}

export const DEFAULT_RUN_NS: Ns = 60 * NS_PER_S;
