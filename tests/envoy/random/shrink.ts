// Smaller cases that may still disagree: one part less each. What remains is printed with its defaults left out.
import type { RandomCase } from './case';
import { WEIGHT_HEADER } from './routes';

/** Lists that Envoy refuses when they are empty. */
const NEVER_EMPTY = new Set(['permissions', 'principals', 'domains', 'rules', 'ids', 'pods', 'requests', 'clusters']);
/** Parts that mean a default when they are absent. */
const OPTIONAL = new Set([
  'retryPolicy',
  'pathRewrite',
  'hostRewrite',
  'maxRetries',
  'maxRequests',
  'startsUp',
  'mostSpecificWins',
  'ignorePort',
  'when',
  'delayMs',
  'bodyBytes',
  'hostRedirect',
  'portRedirect',
  'stripQuery',
]);
/** Numbers and switches that are off at zero or false. */
const SWITCHES = new Set([
  'timeoutNs',
  'perTryTimeoutNs',
  'invertMatch',
  'treatMissingHeaderAsEmpty',
  'appendXForwardedHost',
  'includeRequestAttemptCount',
  'includeAttemptCountInResponse',
]);

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One part that goes: a member of a list or a field. */
type Path = readonly (string | number)[];

/** Every part that may go, outer ones before what they hold. */
function* removable(value: unknown, path: Path): Generator<Path> {
  const key = path.at(-1);
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    const isHashed = key === 'hashPolicy';
    const mayShrink = path[0] !== 'clusters' && list.length > (isHashed || NEVER_EMPTY.has(String(key)) ? 1 : 0);
    for (const [index, item] of list.entries()) {
      // The last hash policy is the one that always has a value: without it chance would choose the host.
      if (mayShrink && !(isHashed && index === list.length - 1)) yield [...path, index];
      yield* removable(item, [...path, index]);
    }
  } else if (isFields(value)) {
    for (const [name, field] of Object.entries(value)) {
      // The header that weighs clusters stays, for the same reason.
      const isHeader = key === 'headers' && typeof field === 'string' && name !== WEIGHT_HEADER;
      const isOn = SWITCHES.has(name) && (field === true || (typeof field === 'number' && field > 0));
      if (OPTIONAL.has(name) || isHeader || isOn) yield [...path, name];
      yield* removable(field, [...path, name]);
    }
  }
}

/** Positions are those of the first value, so lists lose their last members first. */
function without(value: unknown, removed: readonly Path[]): unknown {
  const gone = new Set(removed.filter(({ length }) => length === 1).map(([part]) => part));
  const inside = (part: string | number) =>
    removed.filter((path) => path.length > 1 && path[0] === part).map((path) => path.slice(1));
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    const parts = list.flatMap((item, index) => (gone.has(index) ? [] : [without(item, inside(index))]));
    return parts;
  }
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) => {
      if (!gone.has(name)) return [[name, without(field, inside(name))]];
      if (!SWITCHES.has(name)) return [];
      return [[name, typeof field === 'number' ? 0 : false]];
    }),
  );
}

export type Removal = Path;

export function removalsOf(value: RandomCase): readonly Removal[] {
  return [...removable(value, [])];
}

function isWhole(value: unknown, key = ''): boolean {
  if (Array.isArray(value)) {
    return (value.length > 0 || !NEVER_EMPTY.has(key)) && value.every((item: unknown) => isWhole(item));
  }
  return !isFields(value) || Object.entries(value).every(([name, field]) => isWhole(field, name));
}

/** The case without these parts; undefined where Envoy would refuse what is left. */
export function withoutParts(value: RandomCase, removals: readonly Removal[]): RandomCase | undefined {
  // Only members of lists and optional fields go, so the shape stays.
  const less = without(value, removals) as RandomCase;
  const names = new Set(less.pods.map(({ name }) => name));
  const hasPods = less.clusters.every(({ pods }) => pods.every((pod) => names.has(pod)));
  return hasPods && isWhole(less) ? less : undefined;
}

/** The case alone with one of its requests each. */
export function singleRequests(value: RandomCase): readonly RandomCase[] {
  return value.requests.map((request) => ({ ...value, requests: [request] }));
}

/** JSON without what is empty, off or a default. */
export function shown(value: RandomCase): string {
  const withoutDefaults = (_: string, field: unknown): unknown => {
    if (field === false || field === 0 || field === '') return undefined;
    if (Array.isArray(field) && field.length === 0) return undefined;
    if (!isFields(field)) return field;
    const kept = Object.entries(field).filter(
      ([, part]) =>
        !(isFields(part) && Object.values(part).every((inner) => Array.isArray(inner) && inner.length === 0)),
    );
    return Object.fromEntries(kept);
  };
  const lines = Object.entries(value).flatMap(([key, part]) => {
    const parts: readonly unknown[] = Array.isArray(part) ? part : [part];
    return parts.map((item) => `  ${key}: ${JSON.stringify(item, withoutDefaults)}`);
  });
  return lines.join('\n');
}
