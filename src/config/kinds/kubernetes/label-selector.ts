import { choice, list, map, object, type TypeOf, text } from '../schema';

/** The operators of a selector requirement. */
export const SELECTOR_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

/** A selector over labels: every label and every requirement must hold. An empty selector selects everything. */
export const LABEL_SELECTOR = object('Selects objects by their labels. Everything that is written must hold.', {
  matchLabels: map('Labels that must be present with these values.', text('Value of the label.')),
  matchExpressions: list(
    'Requirements on labels, for what equality cannot say.',
    object(
      'One requirement on one label.',
      {
        key: text('Label that the requirement is about.', { format: 'label-key' }),
        operator: choice('How the label is compared.', SELECTOR_OPERATORS, {
          docs: {
            In: 'The label has one of the values.',
            NotIn: 'The label is absent or has none of the values.',
            Exists: 'The label is present, whatever its value.',
            DoesNotExist: 'The label is absent.',
          },
        }),
        values: list('Values to compare with; none for Exists and DoesNotExist.', text('One value.')),
      },
      { required: ['key', 'operator'] },
    ),
  ),
});

export type LabelSelector = TypeOf<typeof LABEL_SELECTOR>;
