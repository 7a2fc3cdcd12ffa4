// Draws from one named stream, and the small world that configurations and requests share, so that matchers meet their requests.
import type { Rng } from '../../../src/base';
import {
  type HeaderMatcher,
  type HeaderMutations,
  type HeaderValueOption,
  headerMatcher,
  headerMutations,
  headerValueOption,
  type QueryParameterMatcher,
  queryParameterMatcher,
  regexMatcher,
  type StringMatcher,
  stringMatcher,
} from '../../../src/xds';

export class Choices {
  readonly #rng: Rng;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** A stream of its own for one part. */
  fork(name: string): Choices {
    return new Choices(this.#rng.fork(name));
  }

  below(limit: number): number {
    return this.#rng.nextBelow(limit);
  }

  /** True in `percent` of a hundred draws. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  one<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error('nothing to choose from');
    return value;
  }

  /** `count` draws of what `make` makes. */
  list<T>(count: number, make: (index: number) => T): readonly T[] {
    return Array.from({ length: count }, (_, index) => make(index));
  }

  shuffled<T>(values: readonly T[]): T[] {
    const rest = [...values];
    for (let last = rest.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const [a, b] = [rest[last], rest[other]];
      if (a !== undefined && b !== undefined) [rest[last], rest[other]] = [b, a];
    }
    return rest;
  }

  /** `make()` in `percent` of a hundred draws, else nothing to spread. */
  maybe<T extends object>(percent: number, make: () => T): T | Record<string, never> {
    return this.chance(percent) ? make() : {};
  }
}

export const PATHS = [
  '/',
  '/shop',
  '/shop/',
  '/shop/cart',
  '/shopping',
  '/Shop/Cart',
  '/api/v1/users/7',
  '/api/v2',
  '/api/v2/users',
  '/a/b/c',
] as const;
const QUERIES = [
  '',
  '',
  '',
  '?version=1',
  '?version=2&debug',
  '?debug=',
  '?debug=yes&version=10',
  '?VERSION=1',
] as const;
export const HOSTS = [
  'b',
  'shop.example',
  'www.shop.example',
  'api.shop.example',
  'shop.example.org',
  'SHOP.example',
  'other.org',
  'shop.example:8080',
] as const;

const VALUES: Readonly<Record<string, readonly string[]>> = {
  'x-user': ['jason', 'ada', 'Jason', 'jasonson'],
  'x-number': ['5', '15', '-3', 'abc', '15x', '10'],
  'x-version': ['v1', 'v2', 'v10', 'w'],
  'x-flag': ['yes', 'no'],
};
export const HEADERS = Object.keys(VALUES);

export function pathOf(choices: Choices): string {
  return `${choices.one(PATHS)}${choices.one(QUERIES)}`;
}

/** Some of the headers that matchers ask for. */
export function headersOf(choices: Choices): Record<string, string> {
  const names = HEADERS.filter(() => choices.chance(55));
  return Object.fromEntries(names.map((name) => [name, choices.one(VALUES[name] ?? [])]));
}

function stringOf(choices: Choices, values: readonly string[]): StringMatcher {
  const value = choices.one(values);
  const ignoreCase = choices.chance(25);
  switch (choices.below(5)) {
    case 0:
      return stringMatcher('exact', value, ignoreCase);
    case 1:
      return stringMatcher('prefix', value.slice(0, 1 + choices.below(value.length)), ignoreCase);
    case 2:
      return stringMatcher('suffix', value.slice(choices.below(value.length)), ignoreCase);
    case 3:
      return stringMatcher('contains', value.slice(choices.below(value.length)), ignoreCase);
    default:
      return regexMatcher(choices.one([`${value.slice(0, 1)}.*`, `(${value}|zzz)`, '[a-z]+', '.*[0-9]']));
  }
}

export function headerMatcherOf(choices: Choices): HeaderMatcher {
  if (choices.chance(10)) return headerMatcher(':method', choices.one(['GET', 'POST']), invertOf(choices));
  if (choices.chance(8)) return headerMatcher(':authority', stringOf(choices, HOSTS), invertOf(choices));
  const name = choices.one(HEADERS);
  const init = { ...invertOf(choices), treatMissingHeaderAsEmpty: choices.chance(20) };
  if (choices.chance(20)) return headerMatcher(name, { kind: 'present', present: choices.chance(60) }, init);
  if (name === 'x-number' && choices.chance(70)) {
    const start = choices.one([-10, 0, 5, 10]);
    return headerMatcher(name, { kind: 'range', start, end: start + choices.one([5, 6, 11, 20]) }, init);
  }
  return headerMatcher(name, stringOf(choices, VALUES[name] ?? []), init);
}

function invertOf(choices: Choices) {
  return { invertMatch: choices.chance(30) };
}

export function queryMatcherOf(choices: Choices): QueryParameterMatcher {
  const name = choices.one(['version', 'debug']);
  return choices.chance(30)
    ? queryParameterMatcher(name, { kind: 'present', present: choices.chance(70) })
    : queryParameterMatcher(name, { kind: 'string', match: stringOf(choices, ['1', '2', '10', 'yes']) });
}

const ACTIONS = [
  'APPEND_IF_EXISTS_OR_ADD',
  'ADD_IF_ABSENT',
  'OVERWRITE_IF_EXISTS_OR_ADD',
  'OVERWRITE_IF_EXISTS',
] as const;

function optionOf(choices: Choices, level: string, formats: readonly string[]): HeaderValueOption {
  const key = choices.one(['x-a', 'x-b', 'x-a', 'x-user']);
  const value = choices.chance(25) ? choices.one(formats) : level;
  return headerValueOption(key, value, {
    appendAction: choices.one(ACTIONS),
    keepEmptyValue: choices.chance(15),
  });
}

/** Mutations of one level; the values tell the level. */
export function mutationsOf(choices: Choices, level: string): HeaderMutations {
  if (choices.chance(45)) return headerMutations({});
  return headerMutations({
    requestToAdd: choices.list(choices.below(3), () =>
      optionOf(choices, level, ['%REQ(:METHOD)%', '%REQ(X-USER)%-%PROTOCOL%', '%REQ(X-VERSION?X-FLAG)%', '100%%']),
    ),
    requestToRemove: choices.chance(25) ? [choices.one(['x-user', 'x-b', 'x-flag'])] : [],
    responseToAdd: choices.list(choices.below(3), () =>
      optionOf(choices, level, ['%RESPONSE_CODE%', '%REQ(:PATH)%', '%RESP(X-AGAIN)%']),
    ),
    responseToRemove: choices.chance(25) ? [choices.one(['x-again', 'x-a'])] : [],
  });
}
