import { object, type TypeOf, text } from '../../../config';

/** Compares one text, in the three ways that the routing API offers. */
export const STRING_MATCH = object(
  'How a text is compared, case-sensitively. An empty object asks only that the value is there.',
  {
    exact: text('The value is exactly this text.'),
    prefix: text('The value starts with this text.'),
    regex: text('RE2 expression that has to match the whole value.'),
  },
  { atMostOne: [['exact', 'prefix', 'regex']] },
);
/** At most one of the three fields is set. */
export type StringMatch = TypeOf<typeof STRING_MATCH>;
