// The rules of the house, as pure functions from source files to sentences about what breaks them.
import { posix } from 'node:path';
import { LONG_FILES, MAX_LINES, ROOMS, type Room, WALLS } from './floors';
import type { SourceFile } from './source-files';

/** Files that may be imported past a room's public file, because they are data or entries of their own. */
const DATA_IMPORT = /\?(?:raw|worker|url)$|\.(?:yaml|json|css|svg|woff2)$|\.worker(?:\.ts)?$/;

export function isTestFile(path: string): boolean {
  return /\.test\.tsx?$/.test(path);
}

/** The room of a file below src/, undefined when the table has none. */
export function roomOf(path: string): Room | undefined {
  if (!path.startsWith('src/')) return undefined;
  const inside = path.slice('src/'.length);
  return ROOMS.filter((room) => inside === room.folder || inside.startsWith(`${room.folder}/`)).sort(
    (a, b) => b.folder.length - a.folder.length,
  )[0];
}

/** The file a relative import means, as the bundler finds it; undefined when there is none. */
export function resolveImport(from: string, specifier: string, exists: (path: string) => boolean): string | undefined {
  const bare = posix.join(posix.dirname(from), specifier.replace(/\?.*$/, ''));
  const candidates = [bare, `${bare}.ts`, `${bare}.tsx`, `${bare}.d.ts`, `${bare}/index.ts`, `${bare}/index.tsx`];
  return candidates.find((candidate) => /\.[a-z0-9]+$/.test(candidate) && exists(candidate));
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly specifier: string;
  readonly line: number;
}

/** Relative imports with the file each means; what cannot be resolved is a finding of its own. */
function resolveEdges(
  files: readonly SourceFile[],
  exists: (path: string) => boolean,
): { readonly edges: readonly Edge[]; readonly unresolved: readonly string[] } {
  const edges: Edge[] = [];
  const unresolved: string[] = [];
  for (const file of files) {
    for (const { specifier, line } of file.imports) {
      if (!specifier.startsWith('.')) continue;
      const to = resolveImport(file.path, specifier, exists);
      if (to === undefined) unresolved.push(`${file.path}:${line} imports ${specifier}, which does not exist`);
      else edges.push({ from: file.path, to, specifier, line });
    }
  }
  return { edges, unresolved };
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`src/${folder}/`);
}

function topFolder(room: Room): string {
  return room.folder.split('/')[0] ?? room.folder;
}

function checkEdge(edge: Edge): string | undefined {
  const where = `${edge.from}:${edge.line} imports ${edge.to}`;
  const from = roomOf(edge.from);
  const to = roomOf(edge.to);
  if (from === undefined) return undefined;
  if (to === undefined) {
    return isTestFile(edge.from) && edge.to.startsWith('tests/support/') ? undefined : `${where}: it is in no room`;
  }
  const wall = WALLS.find(({ from: side, to: other }) => isBelow(edge.from, side) && isBelow(edge.to, other));
  if (wall !== undefined) return `${where}: ${wall.reason}`;
  if (from === to) return undefined;
  if (to.floor >= from.floor) {
    return `${where}: ${to.folder} (floor ${to.floor}) is not below ${from.folder} (floor ${from.floor})`;
  }
  const isContract = to.folder.endsWith('.ts');
  const isPublic = isContract || /\/index\.tsx?$/.test(edge.to) || DATA_IMPORT.test(edge.specifier);
  if (isPublic || topFolder(from) === topFolder(to) || isTestFile(edge.from)) return undefined;
  return `${where}: across rooms only the public index.ts may be imported`;
}

/** Floors, walls, public doors, unresolved imports and files that stand outside every room. */
export function findFloorViolations(files: readonly SourceFile[], exists: (path: string) => boolean): string[] {
  const sources = files.filter((file) => file.path.startsWith('src/'));
  const homeless = sources
    .filter((file) => !file.path.endsWith('.d.ts') && roomOf(file.path) === undefined)
    .map((file) => `${file.path} is in no room of the floor table`);
  const { edges, unresolved } = resolveEdges(sources, exists);
  return [...homeless, ...unresolved, ...edges.map(checkEdge).filter((finding) => finding !== undefined)];
}

/** Each import cycle once, type imports included, as the path that closes it. */
export function findCycles(files: readonly SourceFile[], exists: (path: string) => boolean): string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of resolveEdges(files, exists).edges) {
    // A file that names itself does so to start itself as a worker.
    if (from !== to) targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const trail: string[] = [];
  const cycles: string[] = [];
  const visit = (path: string): void => {
    if (done.has(path)) return;
    const at = trail.indexOf(path);
    if (at !== -1) {
      cycles.push([...trail.slice(at), path].join(' -> '));
      return;
    }
    trail.push(path);
    for (const target of targets.get(path) ?? []) visit(target);
    trail.pop();
    done.add(path);
  };
  for (const path of targets.keys()) visit(path);
  return cycles;
}

function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return 'node:';
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

/** npm packages a room may not use; tests may use what the development dependencies offer. */
export function findPackageViolations(files: readonly SourceFile[], dependencies: readonly string[]): string[] {
  const findings: string[] = [];
  for (const file of files) {
    const room = roomOf(file.path);
    if (room === undefined || isTestFile(file.path)) continue;
    for (const { specifier, line } of file.imports) {
      if (specifier.startsWith('.')) continue;
      const name = packageName(specifier);
      const allowed = room.packages.includes(name) || (room.packages.includes('*') && dependencies.includes(name));
      if (!allowed) findings.push(`${file.path}:${line} imports ${specifier}: ${room.folder} may not`);
    }
  }
  return findings;
}

/** Banned globals, methods and functions of Math in the pure rooms. */
export function findImpurities(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => roomOf(file.path)?.pure === true && !isTestFile(file.path))
    .flatMap((file) =>
      file.bannedNames.map(({ name, line }) => `${file.path}:${line} uses ${name}, which is not deterministic`),
    );
}

/** Casts through a second cast, which only hide that a decoder is missing. */
export function findDoubleCasts(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => file.doubleCasts.map(({ line }) => `${file.path}:${line} casts a cast`));
}

/** Files that are too long, and exceptions that are not needed any more. */
export function findLongFiles(
  files: readonly SourceFile[],
  exceptions: ReadonlyMap<string, string> = LONG_FILES,
): string[] {
  const long = files
    .filter((file) => file.lineCount > MAX_LINES && !exceptions.has(file.path))
    .map((file) => `${file.path} has ${file.lineCount} lines, more than ${MAX_LINES}`);
  const idle = [...exceptions.keys()]
    .filter((path) => (files.find((file) => file.path === path)?.lineCount ?? 0) <= MAX_LINES)
    .map((path) => `${path} is listed as a long file, but is not one`);
  return [...long, ...idle];
}
