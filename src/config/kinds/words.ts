import { FORMATS } from './formats';
import { nodeOf, type SchemaNode, typesOf } from './schema-node';

const MAX_SHOWN = 40;

/** A value in the words of a message: `the text "5"`, `a list`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string': {
      const shown = value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value;
      return `the text "${shown}"`;
    }
    case 'number':
      return `the number ${value}`;
    case 'boolean':
      return `the boolean ${value}`;
    default:
      return 'an object';
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/** What a schema admits, in words that finish the sentence "must be ...". */
export function describeExpected(node: SchemaNode): string {
  if (node.format !== undefined) return FORMATS[node.format].expected;
  if (node.enum !== undefined) return listWords(node.enum.map(String), 'or');
  if (node.type === undefined && node.anyOf !== undefined) {
    return joinWords(
      node.anyOf.map((form) => describeExpected(nodeOf(form))),
      'or',
    );
  }
  const words = typesOf(node).map((type) => TYPE_WORDS[type] ?? type);
  return words.length === 0 ? 'any value' : joinWords(words, 'or');
}

/** Words quoted as code and joined: "`a`, `b` or `c`". */
export function listWords(words: readonly string[], conjunction: 'or' | 'and'): string {
  return joinWords(
    words.map((word) => `\`${word}\``),
    conjunction,
  );
}

function joinWords(words: readonly string[], conjunction: string): string {
  if (words.length <= 1) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1) ?? ''}`;
}

/** A path as people write it: `spec.http[0].route`. The whole object is "the object". */
export function pathText(path: readonly (string | number)[]): string {
  if (path.length === 0) return 'the object';
  let text = '';
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
  return text;
}
