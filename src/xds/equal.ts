import { compareStrings } from '../base';
import { canonicalJson, isJsonObject } from './json/json-text';
import type { JsonValue } from './json-value';

/** One place where two JSON values differ. An absent side is undefined. */
export interface JsonDifference {
  /** `filterChains[2].filters[0].typedConfig.statPrefix` */
  readonly path: string;
  readonly left: JsonValue | undefined;
  readonly right: JsonValue | undefined;
}

/**
 * A field whose difference does not count, with the reason. In `path` a `[]` stands for any index and a leading `**.` for any depth:
 * `virtualHosts[].routes[].metadata`, `**.requestIdExtension`.
 */
export interface IgnoredField {
  readonly path: string;
  readonly reason: string;
}

function ignores(pattern: string, path: string): boolean {
  if (!pattern.startsWith('**.')) return pattern === path;
  const tail = pattern.slice(3);
  return path === tail || path.endsWith(`.${tail}`);
}

/** Compares by value. Lists are compared in their order; differences inside ignored fields are left out. */
export function diffJson(
  left: JsonValue | undefined,
  right: JsonValue | undefined,
  ignore: readonly IgnoredField[] = [],
): JsonDifference[] {
  const differences: JsonDifference[] = [];
  const visit = (a: JsonValue | undefined, b: JsonValue | undefined, path: string, pattern: string): void => {
    if (ignore.some((field) => ignores(field.path, pattern))) return;
    if (isJsonObject(a) && isJsonObject(b)) {
      const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort(compareStrings);
      for (const key of keys) visit(a[key], b[key], join(path, key), join(pattern, key));
    } else if (Array.isArray(a) && Array.isArray(b)) {
      const length = Math.max(a.length, b.length);
      for (let i = 0; i < length; i++) visit(a[i], b[i], `${path}[${i}]`, `${pattern}[]`);
    } else if (canonicalJson(a) !== canonicalJson(b)) {
      differences.push({ path, left: a, right: b });
    }
  };
  visit(left, right, '', '');
  return differences;
}

function join(path: string, key: string): string {
  const step = /^[\w@.-]+$/.test(key) ? key : JSON.stringify(key);
  return path === '' ? step : `${path}.${step}`;
}

function excerpt(value: JsonValue | undefined): string {
  if (value === undefined) return '(absent)';
  const text = JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
}

/** One line per difference, for failing tests and for people. */
export function formatDifferences(differences: readonly JsonDifference[], limit = 20): string {
  const lines = differences.slice(0, limit).map((d) => `${d.path}: ${excerpt(d.left)} ≠ ${excerpt(d.right)}`);
  if (differences.length > limit) lines.push(`... and ${differences.length - limit} more`);
  return lines.join('\n');
}
