import { objectKey, type Resource } from '../config';
import type { ConfigOrigin } from '../xds';
import type { SourceLink } from './view';

/** The text that a configuration node comes from; undefined for objects that were not written in any file. */
export function locateOrigin(origin: ConfigOrigin, resources: readonly Resource[]): SourceLink | undefined {
  const key = objectKey(origin.ref);
  const resource = resources.find((candidate) => objectKey(candidate.ref) === key);
  if (resource === undefined) return undefined;
  const range = resource.source.rangeOf(origin.path);
  return { file: resource.source.file, range, origin, label: `${resource.source.file}:${range.start.line}` };
}
