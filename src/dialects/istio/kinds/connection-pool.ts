import { bool, choice, duration, object, type TypeOf } from '../../../config';
import { int32, uint32 } from './fields';

export const TCP_KEEPALIVE = object('Probes that keep an idle connection alive and notice when the peer is gone.', {
  probes: uint32(
    'Probes without an answer before the connection counts as dead. Default: as the operating system has it.',
  ),
  time: duration('Idle time before the first probe. Default: as the operating system has it.'),
  interval: duration('Time between probes. Default: as the operating system has it.'),
});
export type TcpKeepalive = TypeOf<typeof TCP_KEEPALIVE>;

export const TCP_SETTINGS = object('Limits on connections, for every protocol.', {
  maxConnections: int32('Connections that one proxy opens to the destination. Default: no limit; 0 counts as absent.'),
  connectTimeout: duration('Time limit for opening a connection. Default: 10s.'),
  idleTimeout: duration('How long a connection without traffic stays open; 0s for ever. Default: 1h.'),
  maxConnectionDuration: duration('How old a connection may become. Default: no limit.'),
  tcpKeepalive: TCP_KEEPALIVE,
});
export type TcpSettings = TypeOf<typeof TCP_SETTINGS>;

export const HTTP2_KEEPALIVE = object('Pings that notice when the peer of an HTTP/2 connection is gone.', {
  interval: duration('Time between pings.'),
  timeout: duration('How long an answer may take before the connection is closed.'),
});
export type Http2Keepalive = TypeOf<typeof HTTP2_KEEPALIVE>;

export const HTTP_SETTINGS = object('Limits on HTTP requests and connections.', {
  http1MaxPendingRequests: int32(
    'Requests that may wait for a connection, HTTP/2 included; one more is answered with 503. Default: no limit; 0 counts as absent.',
  ),
  http2MaxRequests: int32(
    'Requests that may be under way at once, HTTP/1.1 included. Default: no limit; 0 counts as absent.',
  ),
  maxRequestsPerConnection: int32(
    'Requests before a connection is closed; 1 switches keep-alive off. Default: no limit.',
  ),
  maxRetries: int32('Retries that may be under way at once. Default: no limit; 0 counts as absent.'),
  idleTimeout: duration('How long a connection without requests stays open. Default: 1h.'),
  h2UpgradePolicy: choice(
    'Whether HTTP/1.1 requests travel over HTTP/2 to the destination. Default: DEFAULT.',
    ['DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE'],
    {
      docs: {
        DEFAULT: 'As the mesh configuration says.',
        DO_NOT_UPGRADE: 'The protocol of the port is used.',
        UPGRADE: 'HTTP/2 is used.',
      },
    },
  ),
  useClientProtocol: bool('Use the protocol that the client spoke. Excludes UPGRADE.'),
  maxConcurrentStreams: int32('Requests at once on one HTTP/2 connection. Default: 2147483647.'),
  http2KeepAlive: HTTP2_KEEPALIVE,
});
export type HttpSettings = TypeOf<typeof HTTP_SETTINGS>;

export const CONNECTION_POOL = object(
  'Limits of the connection pool that each proxy keeps for a destination; what goes over them is answered with 503 at once.',
  { tcp: TCP_SETTINGS, http: HTTP_SETTINGS },
);
export type ConnectionPoolSettings = TypeOf<typeof CONNECTION_POOL>;
