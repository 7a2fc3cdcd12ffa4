// Finds runs of tokens that occur more than once in src/ (tests, imports and comments aside) and limits their share.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lib/root.mjs';

/** A shorter run is an idiom, not a copy. */
const RUN_TOKENS = 90;
/** Copied tokens in all tokens. */
const LIMIT_SHARE = 0.02;
const SHOWN = 15;

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|`(?:\\.|[^`\\])*`|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|[\p{L}\p{N}_$]+|[^\s]/gu;
const IMPORT = /^(?:import|export)\s[^;]*?\sfrom\s+'[^']+';$/gms;

/**
 * @typedef {{ file: string, words: string[], lines: number[], copied: Uint8Array }} Source
 * @param {string} file relative to the repository
 * @returns {Source}
 */
function readSource(file) {
  // Imports are blanked rather than cut, so that line numbers stay true.
  const text = readFileSync(join(ROOT, file), 'utf8').replace(IMPORT, (match) => match.replace(/[^\n]/g, ' '));
  const words = [];
  const lines = [];
  let line = 1;
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    line += countLines(text, end, match.index);
    end = match.index;
    if (match[0].startsWith('//') || match[0].startsWith('/*')) continue;
    words.push(match[0]);
    lines.push(line);
  }
  return { file, words, lines, copied: new Uint8Array(words.length) };
}

/**
 * @param {string} text
 * @param {number} from
 * @param {number} to
 */
function countLines(text, from, to) {
  let count = 0;
  for (let index = text.indexOf('\n', from); index !== -1 && index < to; index = text.indexOf('\n', index + 1))
    count += 1;
  return count;
}

/**
 * The hash of every run of RUN_TOKENS tokens by its first token, rolled along the file.
 * @param {readonly string[]} words
 * @param {Map<string, number>} numbers
 */
function* rollHashes(words, numbers) {
  const MODULUS = 2_147_483_647n;
  const BASE = 1_000_003n;
  let top = 1n;
  for (let step = 1; step < RUN_TOKENS; step += 1) top = (top * BASE) % MODULUS;
  const values = words.map((word) => {
    const known = numbers.get(word) ?? numbers.size + 1;
    numbers.set(word, known);
    return BigInt(known);
  });
  let hash = 0n;
  for (const [index, value] of values.entries()) {
    const leaving = values[index - RUN_TOKENS];
    if (leaving !== undefined) hash = (hash + MODULUS - ((leaving * top) % MODULUS)) % MODULUS;
    hash = (hash * BASE + value) % MODULUS;
    if (index >= RUN_TOKENS - 1) yield { start: index - RUN_TOKENS + 1, hash: Number(hash) };
  }
}

/**
 * @param {Source} a
 * @param {number} startA
 * @param {Source} b
 * @param {number} startB
 */
function isSameRun(a, startA, b, startB) {
  for (let step = 0; step < RUN_TOKENS; step += 1) if (a.words[startA + step] !== b.words[startB + step]) return false;
  return true;
}

/** @param {readonly Source[]} sources */
function findCopies(sources) {
  /** @type {Map<number, { source: Source, start: number }>} */
  const firsts = new Map();
  const numbers = new Map();
  /** @type {{ where: string, original: string, source: Source, end: number, offset: number, tokens: number }[]} */
  const copies = [];
  for (const source of sources) {
    for (const { start, hash } of rollHashes(source.words, numbers)) {
      const first = firsts.get(hash);
      if (first === undefined) {
        firsts.set(hash, { source, start });
        continue;
      }
      const overlaps = first.source === source && start - first.start < RUN_TOKENS;
      if (overlaps || !isSameRun(first.source, first.start, source, start)) continue;
      source.copied.fill(1, start, start + RUN_TOKENS);
      const last = copies.at(-1);
      const offset = start - first.start;
      if (last?.source === source && last.end === start + RUN_TOKENS - 1 && last.offset === offset) {
        last.end += 1;
        last.tokens += 1;
        continue;
      }
      copies.push({
        where: `${source.file}:${source.lines[start]}`,
        original: `${first.source.file}:${first.source.lines[first.start]}`,
        source,
        end: start + RUN_TOKENS,
        offset,
        tokens: RUN_TOKENS,
      });
    }
  }
  return copies.sort((a, b) => b.tokens - a.tokens);
}

const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .sort();
const sources = files.map(readSource);
const copies = findCopies(sources);
const total = sources.reduce((sum, { words }) => sum + words.length, 0);
const copied = sources.reduce((sum, source) => sum + source.copied.reduce((count, flag) => count + flag, 0), 0);
const share = total === 0 ? 0 : copied / total;
for (const { where, original, tokens } of copies.slice(0, SHOWN)) {
  process.stdout.write(`${tokens} tokens at ${where} repeat ${original}\n`);
}
process.stdout.write(`${(100 * share).toFixed(2)} % of ${total} tokens are copies, limit ${100 * LIMIT_SHARE} %\n`);
process.exitCode = share <= LIMIT_SHARE ? 0 : 1;
