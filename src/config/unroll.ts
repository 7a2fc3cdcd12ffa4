import type { ConfigPath } from './object-ref';
import type { YamlDocument } from './yaml/document';

/** One object as written: an entry of a List, or a whole document. */
export interface WrittenObject {
  readonly document: YamlDocument;
  readonly base: ConfigPath;
  readonly json: unknown;
}

/** A document that claims to be a list and is none. */
export interface BrokenList {
  readonly document: YamlDocument;
  readonly json: Readonly<Record<string, unknown>>;
}

/**
 * The objects of a document. An empty document has none; `kind: List` and the typed lists of the API (`PodList`) have
 * their entries, which inherit apiVersion and kind from a typed list.
 */
export function unrollDocument(document: YamlDocument): readonly WrittenObject[] | BrokenList {
  const json = document.json;
  if (json === null || json === undefined) return [];
  if (!isRecord(json) || !isListKind(json['kind'])) return [{ document, base: [], json }];
  const items = json['items'];
  if (items === undefined && json['kind'] !== 'List') return [{ document, base: [], json }];
  if (items === undefined || items === null) return [];
  if (!Array.isArray(items)) return { document, json };
  const itemKind = json['kind'].slice(0, -'List'.length);
  return items.map((item: unknown, index) => ({
    document,
    base: ['items', index],
    json: itemKind !== '' && isRecord(item) ? { apiVersion: json['apiVersion'], kind: itemKind, ...item } : item,
  }));
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListKind(kind: unknown): kind is string {
  return typeof kind === 'string' && kind.endsWith('List');
}
