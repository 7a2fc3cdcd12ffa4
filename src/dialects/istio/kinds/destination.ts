import { object, port, type TypeOf, text } from '../../../config';

export const PORT_SELECTOR = object('Chooses a port of a service by its number.', {
  number: port('Number of the service port, not of the container port behind it.'),
});
export type PortSelector = TypeOf<typeof PORT_SELECTOR>;

export const DESTINATION = object(
  'A service, and optionally one subset and one port of it.',
  {
    host: text(
      'Name of the service in the registry. A name without a dot is completed with the namespace of this object, which is not always the namespace of the client.',
    ),
    subset: text('Subset of the service; a DestinationRule for the host has to define it.'),
    port: PORT_SELECTOR,
  },
  { required: ['host'] },
);
/** Where a route sends its traffic. */
export type Destination = TypeOf<typeof DESTINATION>;
