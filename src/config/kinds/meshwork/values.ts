import {
  choice,
  either,
  integer,
  map,
  number,
  object,
  quantity,
  type Schema,
  type TextOptions,
  type TypeOf,
  text,
  withDefault,
} from '../schema';

/** A length of time that simulated time can hold: not negative. */
export function span(doc: string, options?: TextOptions): Schema<string> {
  return text(doc, { format: 'span', ...options });
}

const PERCENTILE_FIELDS = {
  min: span('The shortest.'),
  p25: span('A quarter is shorter.'),
  p50: span('Half is shorter: the median.'),
  p75: span('Three quarters are shorter.'),
  p90: span('90 % are shorter.'),
  p95: span('95 % are shorter.'),
  p99: span('99 % are shorter.'),
  p999: span('99.9 % are shorter.'),
  max: span('The longest.'),
};

const DISTRIBUTION_FORMS = object(
  'A length of time that differs from one time to the next.',
  {
    constant: span('Always the same.'),
    exponential: span('Exponentially distributed with this mean: many short ones, few long ones.'),
    lognormal: object(
      'Log-normally distributed, as most services are.',
      {
        median: span('Half is shorter.'),
        sigma: number('Spread: 0 is constant, 0.5 is calm, 1 has a long tail.', { min: 0, max: 3 }),
      },
      { required: ['median', 'sigma'] },
    ),
    uniform: object(
      'Every length between two bounds is equally likely.',
      { min: span('The shortest.'), max: span('The longest.') },
      { required: ['min', 'max'] },
    ),
    percentiles: object('Measured percentiles; between them it is interpolated.', PERCENTILE_FIELDS, {
      required: ['p50', 'p99'],
    }),
  },
  { exactlyOne: [['constant', 'exponential', 'lognormal', 'uniform', 'percentiles']] },
);

export type DistributionForms = TypeOf<typeof DISTRIBUTION_FORMS>;
/** A duration text stands for a constant. */
export type DistributionSpec = string | DistributionForms;

/** A length of time: `5ms`, or a distribution. */
export function distribution(doc: string): Schema<DistributionSpec> {
  return either(doc, [span('A constant length of time.', { examples: ['5ms'] }), DISTRIBUTION_FORMS]);
}

/** A share: a number from 0 to 1, or a percentage. Read it with `parseShare`. */
export type ShareSpec = number | string;

export function share(doc: string): Schema<ShareSpec> {
  return either(`${doc} A number from 0 to 1, or a percentage such as \`12.5%\`.`, [
    number('A number from 0 to 1.', { min: 0, max: 1 }),
    text('A percentage.', { pattern: '^(?:100(?:\\.0{1,6})?|\\d{1,2}(?:\\.\\d{1,6})?)%$' }),
  ]);
}

/** Request headers by name. */
export const HEADERS = map('Headers to send, by name.', text('Value of the header.'));

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

export function method(doc: string) {
  return choice(doc, METHODS);
}

/** A size in bytes: a number, or a quantity such as `2Ki`. */
export function size(doc: string): Schema<number | string> {
  return quantity(doc, { examples: ['2Ki'] });
}

/** Relative weight among alternatives. */
export const WEIGHT = withDefault(number('How often, compared with the other entries.', { min: 0, max: 1_000_000 }), 1);

export const STATUS_CODE = integer('HTTP status.', { min: 100, max: 599 });

/** grpc/grpc doc/statuscodes.md: 0 is OK, 14 is UNAVAILABLE. */
export const GRPC_STATUS = integer('gRPC status: 0 is OK, 4 DEADLINE_EXCEEDED, 13 INTERNAL, 14 UNAVAILABLE.', {
  min: 0,
  max: 16,
});
