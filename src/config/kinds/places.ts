import type { TSchema } from 'typebox';
import { childrenOf, nodeOf } from './schema-node';

const MAX_PLACES = 2;
/** Bound of the search: schemas visited. The largest kind has a few thousand. */
const MAX_VISITED = 5_000;

/**
 * Where in a kind a field of this name is known, nearest to the root first: "`spec.http[]`". Helps those who indented
 * a field wrongly. Undefined when the kind knows no such field.
 */
export function placesOfField(root: TSchema, field: string): string | undefined {
  const places: string[] = [];
  const queue: { schema: TSchema; path: string }[] = [{ schema: root, path: '' }];
  for (let head = 0; head < queue.length && head < MAX_VISITED; head++) {
    const current = queue[head];
    if (current === undefined) break;
    const node = nodeOf(current.schema);
    if (node.properties !== undefined && Object.hasOwn(node.properties, field)) {
      places.push(current.path === '' ? 'the top level' : `\`${current.path}\``);
      if (places.length === MAX_PLACES) break;
    }
    for (const [name, child] of namedChildren(current.schema)) {
      queue.push({ schema: child, path: joinPath(current.path, name) });
    }
  }
  return places.length === 0 ? undefined : places.join(' or ');
}

function namedChildren(schema: TSchema): readonly (readonly [string, TSchema])[] {
  const node = nodeOf(schema);
  if (node.properties !== undefined) return Object.entries(node.properties);
  return childrenOf(node).map((child) => [node.items === undefined ? '' : '[]', child] as const);
}

function joinPath(path: string, name: string): string {
  if (name === '' || name === '[]') return path + name;
  return path === '' ? name : `${path}.${name}`;
}
