import type { JsonValue } from '../json-value';
import { isJsonObject } from './json-text';

/** The scalar fields of a struct as texts, as metadata matching compares them. */
export function stringRecord(value: JsonValue | undefined): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {};
  const record: Record<string, string> = {};
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'string') record[key] = item;
    else if (typeof item === 'number' || typeof item === 'boolean') record[key] = String(item);
  }
  return record;
}
