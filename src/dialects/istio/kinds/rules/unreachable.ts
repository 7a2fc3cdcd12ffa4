/** Finds rules that no request can reach. istio/istio pkg/config/validation/validation.go (analyzeUnreachableHTTPRules) */
import type { ConfigPath } from '../../../../config';
import type { StringMatch } from '../string-match';
import type { HttpRoute, TcpRoute, TlsRoute, VirtualServiceSpec } from '../virtual-service';
import type { HttpMatchRequest } from '../virtual-service-match';
import type { Check } from './check';

type Route = HttpRoute | TlsRoute | TcpRoute;

/** Reports rules behind a rule without conditions, repeated conditions and prefixes behind a shorter one. */
export function reportUnreachable(check: Check, spec: VirtualServiceSpec): void {
  reportRepeated(check, spec.http ?? [], ['spec', 'http']);
  reportCoveredPrefixes(check, spec.http ?? [], ['spec', 'http']);
  reportRepeated(check, spec.tcp ?? [], ['spec', 'tcp']);
  reportRepeated(check, spec.tls ?? [], ['spec', 'tls']);
}

function nameOf(item: object, index: number): string {
  const name = 'name' in item && typeof item.name === 'string' ? item.name : '';
  return name === '' ? `#${index}` : `"${name}"`;
}

function reportRepeated(check: Check, routes: readonly Route[], path: ConfigPath): void {
  const seen = new Map<string, number>();
  let catchAll = false;
  for (const [index, route] of routes.entries()) {
    const at = [...path, index];
    const rule = nameOf(route, index);
    const matches = route.match ?? [];
    if (matches.length === 0) {
      if (catchAll) check.report('rule-unreachable', at, { rule, reason: 'an earlier rule has no conditions either' });
      catchAll = true;
      continue;
    }
    if (catchAll) {
      check.report('rule-unreachable', at, { rule, reason: 'an earlier rule has no conditions' });
      continue;
    }
    let repeated = 0;
    for (const [matchIndex, match] of matches.entries()) {
      const key = canonicalMatch(match);
      const first = seen.get(key);
      if (first === undefined) {
        seen.set(key, index);
        continue;
      }
      repeated += 1;
      const other = nameOf(routes[first] ?? {}, first);
      check.report('match-ineffective', [...at, 'match', matchIndex], {
        rule,
        match: nameOf(match, matchIndex),
        other,
      });
    }
    if (repeated === matches.length) {
      check.report('rule-unreachable', at, { rule, reason: 'earlier rules have all of its conditions' });
    }
  }
}

/** A condition without its name, as text that is equal for equal conditions. */
function canonicalMatch(match: object): string {
  const entries = Object.entries(match).filter(
    ([key, value]) => key !== 'name' && value !== '' && value !== false && value !== 0,
  );
  return canonical(Object.fromEntries(entries));
}

/** JSON with the keys of every object in one order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries: [string, unknown][] = Object.entries(value);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`;
}

/** What counts when a prefix is compared with a longer one. */
interface PrefixMatch {
  readonly rule: string;
  readonly match: string;
  readonly path: ConfigPath;
  readonly prefix: string;
  readonly port: number;
  readonly method: string;
  readonly authority: string;
  readonly maps: readonly Readonly<Record<string, string>>[];
}

function exactOrPrefix(match: StringMatch | undefined): string {
  if ((match?.exact ?? '') !== '') return `exact:${match?.exact ?? ''}`;
  return (match?.prefix ?? '') === '' ? '' : `prefix:${match?.prefix ?? ''}`;
}

function valuesOf(matches: Readonly<Record<string, StringMatch>> | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(matches ?? {}).map(([name, match]) => [name, exactOrPrefix(match)]));
}

function prefixMatchOf(
  match: HttpMatchRequest,
  rule: string,
  index: number,
  path: ConfigPath,
): PrefixMatch | undefined {
  const prefix = match.uri?.prefix ?? '';
  if (prefix === '') return undefined;
  const method = exactOrPrefix(match.method);
  return {
    rule,
    match: nameOf(match, index),
    path,
    prefix,
    port: match.port ?? 0,
    method: method === '' ? 'exact:GET' : method,
    authority: exactOrPrefix(match.authority),
    maps: [valuesOf(match.headers), valuesOf(match.queryParams), valuesOf(match.withoutHeaders)],
  };
}

/** The first condition takes everything that the second would. istio/istio pkg/config/validation/validation.go (coveredValidation) */
function covers(first: PrefixMatch, second: PrefixMatch): boolean {
  if (!second.prefix.startsWith(first.prefix) || second.port !== first.port) return false;
  if (!first.method.startsWith(second.method) || !first.authority.startsWith(second.authority)) return false;
  return first.maps.every((values, index) => {
    const others = second.maps[index] ?? {};
    const names = Object.keys(values);
    if (names.length !== Object.keys(others).length) return false;
    return names.every((name) => {
      const other = others[name];
      return other !== undefined && (values[name] ?? '').startsWith(other);
    });
  });
}

/** Conditions that are not behind a catch-all and no repetition of an earlier one. */
function comparablePrefixes(routes: readonly HttpRoute[], path: ConfigPath): readonly PrefixMatch[] {
  const seen = new Set<string>();
  const prefixes: PrefixMatch[] = [];
  for (const [index, route] of routes.entries()) {
    if ((route.match ?? []).length === 0) break;
    for (const [matchIndex, match] of (route.match ?? []).entries()) {
      const key = canonicalMatch(match);
      if (seen.has(key)) continue;
      seen.add(key);
      const at = [...path, index, 'match', matchIndex];
      const prefix = prefixMatchOf(match, nameOf(route, index), matchIndex, at);
      if (prefix !== undefined) prefixes.push(prefix);
    }
  }
  return prefixes;
}

function reportCoveredPrefixes(check: Check, routes: readonly HttpRoute[], path: ConfigPath): void {
  const byPrefix = new Map<string, PrefixMatch[]>();
  for (const second of comparablePrefixes(routes, path)) {
    // Only the conditions whose prefix this one starts with are looked at, so that long lists stay cheap.
    for (let length = 1; length < second.prefix.length; length++) {
      for (const first of byPrefix.get(second.prefix.slice(0, length)) ?? []) {
        if (!covers(first, second)) continue;
        check.report('match-ineffective', second.path, { rule: second.rule, match: second.match, other: first.rule });
      }
    }
    byPrefix.set(second.prefix, [...(byPrefix.get(second.prefix) ?? []), second]);
  }
}
