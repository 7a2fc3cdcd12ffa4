import { choice, object, text, withDefault } from '../../../config';
import { gatewayDuration, headerName } from './fields';

/** Keeps a client at the backend that served it first. */
export const SESSION_PERSISTENCE = object('Keeps a client at the backend that served it first.', {
  type: withDefault(choice('What carries the session.', ['Cookie', 'Header']), 'Cookie'),
  absoluteTimeout: gatewayDuration('Time after which a session ends in any case.'),
  cookie: object('The cookie that carries the session.', {
    name: headerName('Name of the cookie. Default: one is made up.'),
    path: withDefault(text('Path for which the cookie holds.', { maxLength: 1024 }), '/'),
    lifetimeType: withDefault(choice('Whether the cookie outlives the browser.', ['Permanent', 'Session']), 'Session'),
  }),
  header: object(
    'The header that carries the session.',
    { name: headerName('Name of the header.') },
    { required: ['name'] },
  ),
});
