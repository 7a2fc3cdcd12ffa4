// Smaller cases that may still disagree: one part less each. What remains is printed with its defaults left out.
import type { RandomCase } from './case';

/** Lists that Envoy refuses when they are empty. */
const NEVER_EMPTY = new Set(['permissions', 'principals', 'domains', 'rules', 'ids', 'pods', 'requests', 'clusters']);
/** Parts that mean a default when they are absent. */
const OPTIONAL = new Set([
  'retryPolicy',
  'pathRewrite',
  'hostRewrite',
  'lbPolicy',
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

/** Every way to make a value smaller by one step, the big steps first. */
function* smaller(value: unknown, key: string): Generator<unknown> {
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    if (list.length > (NEVER_EMPTY.has(key) ? 1 : 0) && key !== 'clusters') {
      for (let index = 0; index < list.length; index++) yield list.toSpliced(index, 1);
    }
    for (const [index, item] of list.entries()) {
      for (const less of smaller(item, '')) yield list.with(index, less);
    }
  } else if (isFields(value)) {
    yield* smallerFields(value, key);
  }
}

function* smallerFields(value: Fields, key: string): Generator<unknown> {
  for (const [name, field] of Object.entries(value)) {
    if (OPTIONAL.has(name) || (key === 'headers' && typeof field === 'string')) {
      const { [name]: _, ...rest } = value;
      yield rest;
    }
    if (SWITCHES.has(name) && (typeof field === 'number' ? field > 0 : field === true)) {
      yield { ...value, [name]: typeof field === 'number' ? 0 : false };
    }
    if (name !== 'pods' || key === 'case') {
      for (const less of smaller(field, name)) yield { ...value, [name]: less };
    }
  }
}

function refersToPods(value: RandomCase): boolean {
  const names = new Set(value.pods.map(({ name }) => name));
  return value.clusters.every(({ pods }) => pods.every((pod) => names.has(pod)));
}

export function smallerCases(value: RandomCase): readonly RandomCase[] {
  const cases: RandomCase[] = [];
  // A step keeps the shape: only members of lists and optional fields go.
  for (const less of smaller(value, 'case')) cases.push(less as RandomCase);
  return cases.filter(refersToPods);
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
