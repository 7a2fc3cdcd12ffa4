import { choice, intOrString, list, object, text } from '../../../config';

const CONDITION = object('One aspect of the state of the object.', {
  type: text('Name of the aspect.'),
  status: text('`True`, `False` or `Unknown`.'),
  reason: text('Why, as one word.'),
  message: text('Why, as a sentence.'),
  lastProbeTime: text('When the aspect was last looked at.', { format: 'timestamp' }),
  lastTransitionTime: text('When it last changed.', { format: 'timestamp' }),
  observedGeneration: intOrString('Generation of the specification that this is about.'),
});

const VALIDATION_MESSAGE = object('What an analyzer found.', {
  documentationUrl: text('Page that explains the message.'),
  level: choice('How serious it is.', ['UNKNOWN', 'ERROR', 'WARNING', 'INFO']),
  type: object('Which message it is.', {
    code: text('Code of the message, such as `IST0101`.'),
    name: text('Name of the message.'),
  }),
});

/** What the control plane writes back. It is kept and has no effect here. */
export const ISTIO_STATUS = object(
  'Written by the control plane; nothing reads it here.',
  {
    conditions: list('Aspects of the state of the object.', CONDITION),
    observedGeneration: intOrString('Generation of the specification that this is about.'),
    validationMessages: list('What analyzers found.', VALIDATION_MESSAGE),
  },
  { open: true },
);
