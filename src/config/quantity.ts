const QUANTITY = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:[eE]([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i))?$/;

const SUFFIXES: ReadonlyMap<string, number> = new Map([
  ['n', 1e-9],
  ['u', 1e-6],
  ['m', 1e-3],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
  ['E', 1e18],
  ['Ki', 1024],
  ['Mi', 1024 * 1024],
  ['Gi', 1024 * 1024 * 1024],
  ['Ti', 1024 * 1024 * 1024 * 1024],
  ['Pi', 1024 * 1024 * 1024 * 1024 * 1024],
  ['Ei', 1024 * 1024 * 1024 * 1024 * 1024 * 1024],
]);

/**
 * The amount that a quantity stands for, in its base unit (cores, bytes): `100m` is 0.1, `2Ki` is 2048. Undefined when
 * it is none. kubernetes/apimachinery pkg/api/resource/quantity.go (ParseQuantity)
 */
export function parseQuantity(quantity: string | number): number | undefined {
  if (typeof quantity === 'number') return Number.isFinite(quantity) ? quantity : undefined;
  const match = QUANTITY.exec(quantity);
  if (match === null) return undefined;
  const [, amount, exponent, suffix] = match;
  if (exponent !== undefined) return Number(`${amount}e${exponent}`);
  return Number(amount) * (suffix === undefined ? 1 : (SUFFIXES.get(suffix) ?? 1));
}

/**
 * A number of pods given as a number or a percentage of `total`. Undefined when it is neither.
 * kubernetes/apimachinery pkg/util/intstr/intstr.go (GetScaledValueFromIntOrPercent)
 */
export function scaleIntOrPercent(value: number | string, total: number, rounding: 'up' | 'down'): number | undefined {
  if (typeof value === 'number') return value;
  const match = /^(\d+)%$/.exec(value);
  if (match === null) return undefined;
  const scaled = Number(match[1]) * total;
  return rounding === 'up' ? Math.ceil(scaled / 100) : Math.floor(scaled / 100);
}
