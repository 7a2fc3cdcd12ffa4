/** What a scalar of a document stands for. Dates stay text, as they do on their way to the API server. */
export type ScalarValue = string | number | boolean | null;

const WORDS: ReadonlyMap<string, ScalarValue> = new Map<string, ScalarValue>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
/** Words and numbers start with one of these; everything else is text without a further look. */
const MAY_BE_SPECIAL = /^[-+0-9.yYnNtTfFoO~]/;

/**
 * Resolves a scalar without quotes the way kubectl does, which is YAML 1.1 with the corners of its library:
 * `yes` and `on` are booleans, `0644` is octal, `1_000` is a number, base 60 is not.
 * kubernetes-sigs/yaml goyaml.v2/resolve.go
 */
export function resolvePlainScalar(source: string): ScalarValue {
  if (source !== '' && !MAY_BE_SPECIAL.test(source)) return source;
  const word = WORDS.get(source);
  if (word !== undefined) return word;
  const first = source.charCodeAt(0);
  const isNumberStart = (first >= 48 && first <= 57) || first === 43 || first === 45;
  if (isNumberStart) return resolveNumber(source.replaceAll('_', '')) ?? source;
  if (first === 46 && FLOAT.test(source)) return Number(source);
  return source;
}

function resolveNumber(plain: string): number | undefined {
  const integer = INTEGER.exec(plain);
  if (integer !== null) return integerOf(integer);
  if (FLOAT.test(plain)) return Number(plain);
  return undefined;
}

function integerOf(match: RegExpExecArray): number {
  const [, sign, hexadecimal, binary, octal, decimal] = match;
  const magnitude =
    hexadecimal !== undefined
      ? Number.parseInt(hexadecimal, 16)
      : binary !== undefined
        ? Number.parseInt(binary, 2)
        : octal !== undefined
          ? Number.parseInt(octal, 8)
          : Number(decimal);
  return sign === '-' && magnitude !== 0 ? -magnitude : magnitude;
}
