import { choice, integer, intOrString, list, object, type TypeOf, text, withDefault } from '../schema';

const HTTP_GET = object(
  'Asks with an HTTP GET; a status from 200 to 399 is a success.',
  {
    path: withDefault(text('Path to ask for.'), '/'),
    port: intOrString('Number or name of the container port.'),
    host: text('Host to ask instead of the pod itself.'),
    scheme: withDefault(choice('Scheme of the request.', ['HTTP', 'HTTPS']), 'HTTP'),
    httpHeaders: list(
      'Headers to send.',
      object(
        'One header.',
        { name: text('Name of the header.'), value: text('Value of the header.') },
        { required: ['name', 'value'] },
      ),
    ),
  },
  { required: ['port'] },
);

const EXEC = object('Runs a command in the container; exit code 0 is a success.', {
  command: list('The command and its arguments; no shell.', text('One word.')),
});

const TCP_SOCKET = object(
  'Opens a TCP connection; that it opens is the success.',
  { port: intOrString('Number or name of the container port.'), host: text('Host to dial instead of the pod itself.') },
  { required: ['port'] },
);

const GRPC = object(
  'Asks the gRPC health service.',
  { port: integer('Number of the port.', { min: 1, max: 65535 }), service: text('Service to ask about.') },
  { required: ['port'] },
);

/** How kubelet asks a container whether it is well. Numbers default as the API server fills them in. */
export const PROBE = object(
  'How the node asks the container whether it is well.',
  {
    httpGet: HTTP_GET,
    exec: EXEC,
    tcpSocket: TCP_SOCKET,
    grpc: GRPC,
    initialDelaySeconds: withDefault(integer('Seconds after the start before the first probe.', { min: 0 }), 0),
    timeoutSeconds: withDefault(integer('Seconds after which a probe has failed.', { min: 1 }), 1),
    periodSeconds: withDefault(integer('Seconds between probes.', { min: 1 }), 10),
    successThreshold: withDefault(integer('Successes in a row that make up for a failure.', { min: 1 }), 1),
    failureThreshold: withDefault(integer('Failures in a row that count as failed.', { min: 1 }), 3),
    terminationGracePeriodSeconds: integer('Seconds to finish after this probe failed.', { min: 1 }),
  },
  { exactlyOne: [['httpGet', 'exec', 'tcpSocket', 'grpc']] },
);

export type Probe = TypeOf<typeof PROBE>;

/** What runs right after the start and right before the end of a container. */
export const LIFECYCLE = object('Hooks into the life of the container.', {
  postStart: object('Runs right after the start.', {
    exec: EXEC,
    httpGet: HTTP_GET,
    tcpSocket: TCP_SOCKET,
    sleep: object('Waits.', { seconds: integer('Seconds to wait.', { min: 0 }) }, { required: ['seconds'] }),
  }),
  preStop: object('Runs before the container is told to stop.', {
    exec: EXEC,
    httpGet: HTTP_GET,
    tcpSocket: TCP_SOCKET,
    sleep: object('Waits.', { seconds: integer('Seconds to wait.', { min: 0 }) }, { required: ['seconds'] }),
  }),
  stopSignal: text('Signal that stops the container.'),
});
