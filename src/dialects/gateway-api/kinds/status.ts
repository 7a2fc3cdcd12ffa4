import { choice, integer, list, object, text } from '../../../config';
import { apiGroup, controllerName, kindName } from './fields';
import { PARENT_REFERENCE } from './references';

const CONDITION = object(
  'One aspect of the state of the object.',
  {
    type: text('Name of the aspect.', { maxLength: 316 }),
    status: choice('Whether it holds.', ['True', 'False', 'Unknown']),
    reason: text('Why, as one word.', { minLength: 1, maxLength: 1024 }),
    message: text('Why, as a sentence.', { maxLength: 32_768 }),
    lastTransitionTime: text('When it last changed.', { format: 'timestamp' }),
    observedGeneration: integer('Generation of the specification that this is about.', { min: 0 }),
  },
  { required: ['lastTransitionTime', 'message', 'reason', 'status', 'type'] },
);

export const CONDITIONS = list('Aspects of the state.', CONDITION, { max: 8 });

/** A kind of route, as a listener allows or supports it. */
export const ROUTE_GROUP_KIND = object(
  'A kind of route.',
  { group: apiGroup('Group of the kind. Default: that of the Gateway API.'), kind: kindName('Name of the kind.') },
  { required: ['kind'] },
);

const PARENT_STATUS = object(
  'What one controller says of one parent.',
  {
    parentRef: PARENT_REFERENCE,
    controllerName: controllerName('Controller that wrote it.'),
    conditions: CONDITIONS,
  },
  { required: ['conditions', 'controllerName', 'parentRef'] },
);

/** What controllers write back on a route. It is kept and has no effect here. */
export const ROUTE_STATUS = object(
  'Written by controllers; nothing reads it here.',
  { parents: list('State of the route at each of its parents.', PARENT_STATUS, { max: 32 }) },
  { required: ['parents'] },
);

const LISTENER_STATUS = object(
  'State of one listener.',
  {
    name: text('Name of the listener.'),
    attachedRoutes: integer('Number of routes at the listener.'),
    supportedKinds: list('Kinds of routes that the listener takes.', ROUTE_GROUP_KIND, { max: 8 }),
    conditions: CONDITIONS,
  },
  { required: ['attachedRoutes', 'conditions', 'name'] },
);

export const LISTENER_STATUSES = list('State of each listener.', LISTENER_STATUS, { max: 64 });
