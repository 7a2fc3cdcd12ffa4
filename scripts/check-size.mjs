// Holds what the browser must load before the first picture: the entry, its static imports and its styles, gzipped.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseAst } from 'vite';
import { writeReport } from './lib/report.mjs';
import { ROOT } from './lib/root.mjs';

const DIST = join(ROOT, 'dist');
const INDEX = join(DIST, 'index.html');

/** kB are 1024 bytes. */
const LIMITS = [
  { title: 'initial JavaScript', extension: '.js', limitKb: 200 },
  { title: 'initial CSS', extension: '.css', limitKb: 15 },
];

/** @param {string} path */
function gzipKb(path) {
  return gzipSync(readFileSync(path), { level: 9 }).length / 1024;
}

/**
 * Files that a chunk imports statically, itself excluded.
 * @param {string} path
 */
function readStaticImports(path) {
  const found = [];
  for (const node of parseAst(readFileSync(path, 'utf8')).body) {
    const source = 'source' in node ? node.source : undefined;
    if (source && typeof source.value === 'string') found.push(join(dirname(path), source.value));
  }
  return found;
}

/** Every file the page loads by itself: scripts, preloads and styles of index.html, and what those scripts import. */
function findInitialFiles() {
  const html = readFileSync(INDEX, 'utf8');
  const base = /\bsrc="([^"]*\/)assets\//.exec(html)?.[1] ?? './';
  const queue = [...html.matchAll(/\b(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, address = '']) =>
    join(DIST, address.startsWith(base) ? address.slice(base.length) : address),
  );
  /** @type {Set<string>} */
  const files = new Set();
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    if (file.endsWith('.js')) queue.push(...readStaticImports(file));
  }
  return [...files];
}

/**
 * @param {string} title
 * @param {number} kb
 * @param {string} note
 */
function printRow(title, kb, note) {
  process.stdout.write(`${title.padEnd(52)}${kb.toFixed(1).padStart(8)} kB  ${note}\n`);
}

const tally = { passed: 0, failed: 0 };
if (!existsSync(INDEX)) {
  process.stderr.write('dist/index.html is absent; run `npm run build` first\n');
  tally.failed = LIMITS.length;
} else {
  const initial = findInitialFiles();
  for (const { title, extension, limitKb } of LIMITS) {
    const files = initial.filter((file) => file.endsWith(extension));
    const sizes = files.map((file) => ({ file, kb: gzipKb(file) })).sort((a, b) => b.kb - a.kb);
    const total = sizes.reduce((sum, { kb }) => sum + kb, 0);
    const ok = total <= limitKb && (extension !== '.js' || files.length > 0);
    tally[ok ? 'passed' : 'failed'] += 1;
    printRow(title, total, `limit ${limitKb} kB${ok ? '' : ' EXCEEDED'}`);
    for (const { file, kb } of sizes) printRow(`  ${file.slice(DIST.length + 1)}`, kb, '');
  }
  process.stdout.write('loaded later:\n');
  const assets = readdirSync(join(DIST, 'assets')).map((name) => join(DIST, 'assets', name));
  const later = assets.filter((file) => /\.(?:js|css)$/.test(file) && !initial.includes(file));
  const sizes = later.map((file) => ({ file, kb: gzipKb(file) })).sort((a, b) => b.kb - a.kb);
  for (const { file, kb } of sizes.slice(0, 15)) printRow(`  ${file.slice(DIST.length + 1)}`, kb, '');
}
writeReport(process.argv, tally);
process.exitCode = tally.failed === 0 ? 0 : 1;
