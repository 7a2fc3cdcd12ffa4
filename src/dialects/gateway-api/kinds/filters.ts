import { described, integer, list, object, type TypeOf, text, withDefault } from '../../../config';
import { headerName, headerValue } from './fields';
import { BACKEND_OBJECT_REFERENCE } from './references';

const HEADER = object(
  'A header with its value.',
  { name: headerName('Name of the header; case does not matter.'), value: headerValue('Value of the header.') },
  { required: ['name', 'value'] },
);

/** Changes to the headers of requests or responses. */
export const HEADER_MODIFIER = object('Changes to headers.', {
  set: list('Headers that get this value, whatever they had.', HEADER, { max: 16 }),
  add: list('Headers whose value is added to those that are there.', HEADER, { max: 16 }),
  remove: list('Names of headers that are taken away.', text('Name of a header.'), { max: 16 }),
});
export type HeaderModifier = TypeOf<typeof HEADER_MODIFIER>;

const FRACTION = object(
  'A share as a fraction.',
  {
    numerator: integer('How many of `denominator`.', { min: 0 }),
    denominator: withDefault(integer('Of how many.', { min: 1 }), 100),
  },
  { required: ['numerator'] },
);

/** A copy of requests for another backend. */
export const REQUEST_MIRROR = object(
  'Sends a copy of the requests to a further backend, whose answers are dropped.',
  {
    backendRef: described('Backend that gets the copies.', BACKEND_OBJECT_REFERENCE),
    percent: integer('Share of the requests in per cent. Default: all.', { min: 0, max: 100 }),
    fraction: FRACTION,
  },
  { required: ['backendRef'] },
);
export type RequestMirror = TypeOf<typeof REQUEST_MIRROR>;
