import { choice, described, LABEL_SELECTOR, list, object, port, type TypeOf, text, withDefault } from '../../../config';
import { hostname, sectionName, textMap } from './fields';
import { SECRET_REFERENCE } from './references';
import { ROUTE_GROUP_KIND } from './status';

const PROTOCOL_PATTERN =
  '^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9]+$';

const FROM_SAME = { from: 'Same' } as const;

const LISTENER_TLS = object('How TLS ends at the listener, or does not.', {
  mode: withDefault(
    choice('Where TLS ends.', ['Terminate', 'Passthrough'], {
      docs: {
        Terminate: 'At the gateway, with the certificates below.',
        Passthrough: 'At the backend; only the server name is read.',
      },
    }),
    'Terminate',
  ),
  certificateRefs: list('Certificates that the gateway shows.', SECRET_REFERENCE, { max: 64 }),
  options: textMap('Settings of the implementation, such as `gateway.istio.io/tls-terminate-mode`.', { max: 16 }),
});
export type ListenerTls = TypeOf<typeof LISTENER_TLS>;

const ALLOWED_ROUTES = object('Routes that may attach to the listener.', {
  namespaces: withDefault(
    object('Namespaces whose routes may attach.', {
      from: withDefault(
        choice('Which namespaces.', ['All', 'Selector', 'Same'], {
          docs: {
            All: 'Every namespace.',
            Selector: 'Those whose labels `selector` chooses.',
            Same: 'Only that of the Gateway.',
          },
        }),
        'Same',
      ),
      selector: described('Labels of the namespaces, for `from: Selector`.', LABEL_SELECTOR),
    }),
    FROM_SAME,
  ),
  kinds: list('Kinds of routes that may attach. Default: those that fit the protocol.', ROUTE_GROUP_KIND, { max: 8 }),
});

export const LISTENER = object(
  'One thing that is served: a port, a protocol, and perhaps a host.',
  {
    name: sectionName('Name of the listener, unique in its object.'),
    hostname: hostname('Host that is served. Default: every host.'),
    port: port('Port that clients connect to.'),
    protocol: text('HTTP, HTTPS, TLS or TCP.', { pattern: PROTOCOL_PATTERN, minLength: 1, maxLength: 255 }),
    tls: LISTENER_TLS,
    allowedRoutes: withDefault(ALLOWED_ROUTES, { namespaces: FROM_SAME }),
  },
  { required: ['name', 'port', 'protocol'] },
);
export type GatewayListener = TypeOf<typeof LISTENER>;
