import {
  type KindRegistry,
  objectKey,
  parseManifests,
  type Resource,
  type SourceFile,
  splitDocuments,
} from '../config';

/**
 * Lays files over others as `kubectl apply` would: an object of `added` replaces the one of the same name in `base`,
 * whose document is cut out of its file; a file of the same path is replaced whole. Everything else keeps its text,
 * byte for byte. An object inside a `kind: List` stays where it is and is then reported as written twice.
 */
export function overlayFiles(
  base: readonly SourceFile[],
  added: readonly SourceFile[],
  registry: KindRegistry,
): readonly SourceFile[] {
  const replaced = new Set(added.map((file) => file.path));
  const kept = base.filter((file) => !replaced.has(file.path));
  const names = new Set(allResources(added, registry).map((resource) => objectKey(resource.ref)));
  return [...kept.map((file) => withoutObjects(file, names, registry)), ...added];
}

function allResources(files: readonly SourceFile[], registry: KindRegistry): readonly Resource[] {
  const parsed = parseManifests(files, registry);
  return [...parsed.resources, ...parsed.unknownResources];
}

function withoutObjects(file: SourceFile, names: ReadonlySet<string>, registry: KindRegistry): SourceFile {
  const doomed = allResources([file], registry).filter(
    ({ ref, source }) => names.has(objectKey(ref)) && source.base.length === 0,
  );
  if (doomed.length === 0) return file;
  const offsets = doomed.map(({ source }) => source.rangeOf([]).start.offset);
  const text = splitDocuments(file.text)
    .filter((chunk) => !offsets.some((offset) => offset >= chunk.offset && offset < chunk.offset + chunk.text.length))
    .map((chunk) => chunk.text)
    .join('');
  return { path: file.path, text };
}
