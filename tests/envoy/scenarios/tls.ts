import {
  type CommonTls,
  commonTls,
  type DownstreamTlsContext,
  downstreamTlsContext,
  filterChainMatch,
  forwardTo,
  type Init,
  type Listener,
  retryPolicy,
  route,
  type StringMatcher,
  stringMatcher,
  type UpstreamTlsContext,
  upstreamTlsContext,
  type XdsSnapshot,
} from '../../../src/xds';
import { clientAndServer, clusterOf, identityOf, MS } from '../configure';
import type { Credential, Place, ProxyConfigs, Scenario } from '../contract';
import { once, pod, times } from './support';

const TOPIC = 'TLS';
const MESH = 'ROOTCA';
const OTHER = 'other-authority';
const LOG = { peer: '%DOWNSTREAM_PEER_URI_SAN%', server: '%REQUESTED_SERVER_NAME%' };

const IDENTITY: CommonTls['certificates'] = [{ kind: 'sds', secretName: 'default' }];

/** Trust in an authority, and the names that a peer must show one of. */
function trust(secretName: string, names: readonly StringMatcher[] = []): NonNullable<CommonTls['validation']> {
  return { trustBundle: { kind: 'sds', secretName }, matchSubjectAltNames: names };
}

interface Sides {
  /** Of the client; absent: plaintext. */
  readonly client?: Init<CommonTls>;
  readonly context?: Init<UpstreamTlsContext>;
  /** Of the server; absent: plaintext. */
  readonly server?: Init<CommonTls>;
  readonly requireClientCertificate?: boolean;
  /** Server names of the one filter chain. */
  readonly serverNames?: readonly string[];
  readonly retryOn?: string;
}

/** Both authorities are known to a proxy by name. */
function withBundles(snapshot: XdsSnapshot): XdsSnapshot {
  return { ...snapshot, secrets: [{ name: OTHER, kind: 'trustBundle', subjectAltNames: [] }] };
}

function secured(listener: Listener, tls: DownstreamTlsContext | undefined, serverNames: readonly string[]): Listener {
  return {
    ...listener,
    listenerFilters: [{ kind: 'tlsInspector', disabledPorts: [] }, ...listener.listenerFilters],
    filterChains: listener.filterChains.map((chain) => ({
      ...chain,
      match: filterChainMatch({ serverNames }),
      ...(tls === undefined ? {} : { tls }),
    })),
  };
}

function between({ client, context, server, requireClientCertificate = true, serverNames = [], retryOn }: Sides) {
  return (place: Place): ProxyConfigs => {
    const b = clusterOf(
      place,
      'b',
      ['b'],
      client === undefined
        ? {}
        : {
            transportSocket: {
              kind: 'tls',
              tls: upstreamTlsContext({ common: commonTls(client), sni: 'b.example', ...context }),
            },
          },
    );
    const policy =
      retryOn === undefined ? {} : { retryPolicy: retryPolicy({ retryOn, backOff: { baseIntervalNs: 10 * MS } }) };
    const plain = clientAndServer(
      place,
      {},
      { clusters: [b], routes: [route({ name: 'all', action: forwardTo(b.name, { timeoutNs: 0, ...policy }) })] },
    );
    const tls =
      server === undefined ? undefined : downstreamTlsContext({ common: commonTls(server), requireClientCertificate });
    const servers = [...plain.servers].map(([name, snapshot]): [string, XdsSnapshot] => [
      name,
      withBundles({
        ...snapshot,
        listeners: snapshot.listeners.map((listener) => secured(listener, tls, serverNames)),
      }),
    ]);
    return { ...plain, client: withBundles(plain.client), servers: new Map(servers) };
  };
}

const MUTUAL: Sides = {
  client: { certificates: IDENTITY, validation: trust(MESH, [stringMatcher('exact', identityOf('b'))]) },
  server: { certificates: IDENTITY, validation: trust(MESH) },
};

function tls(
  name: string,
  claim: string,
  sides: Sides,
  credentials: Readonly<Record<string, Credential>> = {},
): Scenario {
  return {
    name: `tls-${name}`,
    topic: TOPIC,
    claim,
    pods: [pod('b')],
    configure: between(sides),
    credentials,
    steps: once,
    log: LOG,
  };
}

/** The client takes part in TLS 1.3, which tells it of a refusal only after the handshake. */
function newest(sides: Sides): Sides {
  return { ...sides, client: { ...sides.client, maximumVersion: 'TLSv1_3' } };
}

const NAMELESS: Sides = { ...MUTUAL, client: { validation: trust(MESH) } };

const GOOD: readonly Scenario[] = [
  { ...tls('mutual', 'both sides prove who they are, and requests share the connection', MUTUAL), steps: [times(3)] },
  tls('mutual-newest', 'TLS 1.3 makes no difference to a good connection', newest(MUTUAL)),
  tls('one-way', 'a server that requires no certificate takes a client without one', {
    ...NAMELESS,
    requireClientCertificate: false,
  }),
  tls(
    'unverified',
    'a client that verifies nothing takes any certificate',
    { ...MUTUAL, client: { certificates: IDENTITY } },
    {
      b: { account: 'other', isExpired: true },
    },
  ),
  tls('name-prefix', 'names are matched by prefix, too', {
    ...MUTUAL,
    client: {
      ...MUTUAL.client,
      validation: trust(MESH, [stringMatcher('prefix', 'spiffe://cluster.local/ns/default/')]),
    },
  }),
  tls('server-name', 'a filter chain for a server name takes the connection that asks for it', {
    ...MUTUAL,
    serverNames: ['b.example'],
  }),
  tls('server-name-wildcard', 'a filter chain for a wildcard takes it as well', {
    ...MUTUAL,
    serverNames: ['*.example'],
  }),
];

const BAD: readonly Scenario[] = [
  tls('plaintext-to-tls', 'plaintext to a server of TLS ends with UC', { server: MUTUAL.server ?? {} }),
  {
    ...tls('tls-to-plaintext', 'TLS to a server without ends the handshake: UF', { client: MUTUAL.client ?? {} }),
    // The server's proxy logs the bytes that it could not read as a request.
    compare: { clientOnly: true },
  },
  tls('no-client-certificate', 'a client without the certificate that is required is refused: UF', NAMELESS),
  tls(
    'no-client-certificate-newest',
    'with TLS 1.3 a client without the required certificate learns it after the handshake',
    newest(NAMELESS),
  ),
  tls('wrong-identity', 'a server with another name is refused: UF', MUTUAL, { b: { account: 'other' } }),
  tls('expired-server', 'an expired certificate of the server is refused: UF', MUTUAL, { b: { isExpired: true } }),
  tls('expired-client', 'an expired certificate of the client is refused by the server', MUTUAL, {
    client: { isExpired: true },
  }),
  tls('expired-client-newest', 'with TLS 1.3 an expired client learns it after the handshake', newest(MUTUAL), {
    client: { isExpired: true },
  }),
  tls('untrusted-server', 'a server of an unknown authority is refused: UF', {
    ...MUTUAL,
    client: { certificates: IDENTITY, validation: trust(OTHER) },
  }),
  tls('untrusted-client', 'a client of an unknown authority is refused by the server', {
    ...MUTUAL,
    server: { certificates: IDENTITY, validation: trust(OTHER) },
  }),
  tls('wrong-client-name', 'a client with another name than the server admits is refused', {
    ...MUTUAL,
    server: { certificates: IDENTITY, validation: trust(MESH, [stringMatcher('exact', identityOf('somebody'))]) },
  }),
  tls('versions', 'no common version ends the handshake', {
    ...MUTUAL,
    server: { ...MUTUAL.server, minimumVersion: 'TLSv1_3' },
  }),
  tls('no-chain', 'a server name that no filter chain is for cuts the handshake off', {
    ...MUTUAL,
    serverNames: ['c.example'],
  }),
  tls(
    'retried',
    'a handshake that fails is retried as a connect failure',
    { ...MUTUAL, retryOn: 'connect-failure' },
    {
      b: { account: 'other' },
    },
  ),
];

export const TLS: readonly Scenario[] = [...GOOD, ...BAD];
