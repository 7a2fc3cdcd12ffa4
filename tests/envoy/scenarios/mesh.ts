import type { Scenario, Step } from '../contract';
import { istio } from '../istio';
import { bearer, ISSUER, issuer } from '../tokens';
import { ATTEMPT, burst, failing, OK, once, pod, times } from './support';

const TLS = 'mutual TLS';
const MESH = 'Istio configuration';

function peerAuthentication(mode: 'STRICT' | 'PERMISSIVE' | 'DISABLE'): string {
  return `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: default }
spec: { mtls: { mode: ${mode} } }
`;
}

function destinationRule(policy: string, subsets = ''): string {
  return `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: b, namespace: default }
spec:
  host: b
  trafficPolicy: ${policy}
${subsets}`;
}

const V1_AND_V2 = `  subsets:
  - { name: v1, labels: { version: b } }
  - { name: v2, labels: { version: c } }
`;

function virtualService(http: string): string {
  return `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: b, namespace: default }
spec:
  hosts: [ b ]
  http:
${http}`;
}

function authorization(spec: string): string {
  return `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: policy, namespace: default }
spec:
  selector: { matchLabels: { app: b } }
${spec}`;
}

const join = (...manifests: readonly string[]) => manifests.join('---\n');
const PLAINTEXT = destinationRule('{ tls: { mode: DISABLE } }');

function meshed(
  name: string,
  claim: string,
  manifests: Parameters<typeof istio>[0],
  rest: Partial<Scenario> = {},
): Scenario {
  const pods = rest.pods ?? [pod('b')];
  return {
    name,
    topic: MESH,
    claim,
    pods,
    configure: istio(
      manifests,
      pods.map((each) => each.name),
    ),
    steps: once,
    ...rest,
  };
}

function secured(name: string, claim: string, manifests: string, rest: Partial<Scenario> = {}): Scenario {
  return meshed(name, claim, manifests, {
    topic: TLS,
    log: { peer: '%DOWNSTREAM_PEER_URI_SAN%' },
    ...rest,
  });
}

const SECURITY: readonly Scenario[] = [
  secured('mtls', 'sidecars speak mutual TLS and the server learns who calls', peerAuthentication('STRICT'), {
    steps: [times(3)],
  }),
  secured('mtls-permissive', 'a permissive server takes plaintext', join(peerAuthentication('PERMISSIVE'), PLAINTEXT)),
  secured(
    'mtls-plaintext-to-strict',
    'a strict server closes plaintext before a byte is answered: UC',
    join(peerAuthentication('STRICT'), PLAINTEXT),
  ),
  secured(
    'mtls-wrong-identity',
    'a server with another name than expected is refused: UF',
    peerAuthentication('STRICT'),
    {
      credentials: { b: { account: 'other' } },
    },
  ),
  secured('mtls-expired', 'an expired server certificate is refused: UF', peerAuthentication('STRICT'), {
    credentials: { b: { isExpired: true } },
  }),
  secured('mtls-expired-client', 'an expired client certificate is refused', peerAuthentication('STRICT'), {
    credentials: { client: { isExpired: true } },
  }),
  secured(
    'mtls-to-plaintext',
    'TLS to a server that speaks none ends the handshake: UF',
    join(peerAuthentication('DISABLE'), destinationRule('{ tls: { mode: ISTIO_MUTUAL } }')),
    // The server logs bytes that are no HTTP; the simulated one never sees any.
    { compare: { clientOnly: true } },
  ),
  secured(
    'authorization-principal',
    'a policy admits the account of the client',
    authorization(`  rules: [ { from: [ { source: { principals: [ cluster.local/ns/default/sa/client ] } } ] } ]\n`),
  ),
  secured(
    'authorization-other-principal',
    'a policy that admits another account denies with 403',
    authorization(`  rules: [ { from: [ { source: { principals: [ cluster.local/ns/default/sa/other ] } } ] } ]\n`),
  ),
  secured(
    'authorization-deny',
    'a DENY policy for a method and path stands above everything',
    authorization(
      `  action: DENY\n  rules: [ { to: [ { operation: { methods: [ GET ], paths: [ "/admin*" ] } } ] } ]\n`,
    ),
    { steps: [times(1), times(1, { path: '/admin/x' }), times(1, { path: '/admin/x', method: 'POST' })] },
  ),
];

const authenticated = (): string => `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: jwt, namespace: default }
spec:
  selector: { matchLabels: { app: b } }
  jwtRules: [ { issuer: "${ISSUER}", audiences: [ shop ], jwks: '${issuer().keySet}' } ]
`;
const withToken = (claims: Parameters<typeof bearer>[0]): Step => ({
  kind: 'send',
  request: () => ({ headers: { authorization: bearer(claims) } }),
});

const TOKENS: readonly Scenario[] = [
  meshed(
    'jwt',
    'good tokens pass; expired, foreign and broken ones are 401, those for another audience 403; none at all passes',
    authenticated,
    {
      topic: 'JSON web tokens',
      steps: [
        withToken({}),
        withToken({ isExpired: true }),
        withToken({ iss: 'https://other.example' }),
        withToken({ aud: 'other' }),
        { kind: 'send', request: () => ({ headers: { authorization: `${bearer()}x` } }) },
        { kind: 'send', request: { headers: { authorization: 'Bearer nonsense' } } },
        { kind: 'send', request: { headers: { authorization: 'Basic abc' } } },
        times(1),
      ],
    },
  ),
  meshed(
    'jwt-required',
    'a policy on request principals denies requests without a token with 403',
    () =>
      join(
        authenticated(),
        authorization(`  rules: [ { from: [ { source: { requestPrincipals: [ "${ISSUER}/jane" ] } } ] } ]\n`),
      ),
    {
      topic: 'JSON web tokens',
      steps: [withToken({}), withToken({ sub: 'joe' }), times(1)],
    },
  ),
];

const TWO = [pod('b'), pod('c')];

const TRAFFIC: readonly Scenario[] = [
  meshed(
    'istio-canary',
    'weights of a VirtualService split 90:10 over subsets',
    join(
      destinationRule('{ loadBalancer: { simple: ROUND_ROBIN } }', V1_AND_V2),
      virtualService(`  - route:
    - { destination: { host: b, subset: v1 }, weight: 90 }
    - { destination: { host: b, subset: v2 }, weight: 10 }
`),
    ),
    {
      pods: TWO,
      steps: [times(300)],
      compare: {
        clientOnly: true,
        ignoredFields: ['cluster'],
        distribution: { field: 'host', shares: { b: 90, c: 10 } },
        ignoredStatistics: ['_total', 'completed', '_2xx', '_200', 'handshake', '_rq_active'],
      },
    },
  ),
  meshed(
    'istio-header-match',
    'a header of a VirtualService chooses the subset, a rewrite changes the path',
    join(
      destinationRule('{ loadBalancer: { simple: ROUND_ROBIN } }', V1_AND_V2),
      virtualService(`  - name: canary
    match: [ { headers: { x-user: { regex: "j.*" } }, uri: { prefix: /old } } ]
    rewrite: { uri: /new }
    route: [ { destination: { host: b, subset: v2 } } ]
  - name: main
    route: [ { destination: { host: b, subset: v1 } } ]
`),
    ),
    {
      pods: [pod('b'), pod('c', [{ path: '/new', status: 201 }])],
      steps: [
        times(1, { path: '/old/x', headers: { 'x-user': 'jane' } }),
        times(1, { path: '/old/x', headers: { 'x-user': 'bob' } }),
        times(1, { path: '/other', headers: { 'x-user': 'jane' } }),
      ],
      compare: { hosts: 'same' },
    },
  ),
  meshed(
    'istio-original-path',
    'behind a rewrite by the sidecar of the client the log of the server still shows the path that was asked for',
    virtualService(`  - match: [ { uri: { prefix: /v1/ } } ]
    rewrite: { uri: / }
    route: [ { destination: { host: b } } ]
  - route: [ { destination: { host: b } } ]
`),
    {
      pods: [pod('b', [{ path: '/heroes', status: 200 }])],
      steps: [times(1, { path: '/v1/heroes?page=2' }), times(1, { path: '/heroes' }), times(1, { path: '/v2/heroes' })],
      log: { asked: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%', path: '%REQ(:PATH)%' },
    },
  ),
  meshed(
    'istio-retries',
    'the retries of a VirtualService try again after a 503',
    virtualService(`  - retries: { attempts: 3, retryOn: "503", backoff: 10ms }
    route: [ { destination: { host: b } } ]
`),
    { pods: [pod('b', failing({ status: 503 }, 2))] },
  ),
  meshed('istio-default-retries', 'without a VirtualService a 503 of the application is not retried', '', {
    pods: [pod('b', [{ status: 503 }])],
  }),
  meshed(
    'istio-timeout',
    'the timeout of a VirtualService answers 504 with UT',
    virtualService(`  - timeout: 300ms
    route: [ { destination: { host: b } } ]
`),
    { pods: [pod('b', [{ status: 200, delayMs: 1500 }])] },
  ),
  meshed(
    'istio-per-try-timeout',
    'perTryTimeout tries a slow host again',
    virtualService(`  - retries: { attempts: 2, perTryTimeout: 300ms, retryOn: 5xx, backoff: 10ms }
    route: [ { destination: { host: b } } ]
`),
    { pods: [pod('b', [{ when: { [ATTEMPT]: '1' }, delayMs: 1500 }, ...OK])] },
  ),
  meshed(
    'istio-fault',
    'a fault of a VirtualService delays and aborts',
    virtualService(`  - fault:
      delay: { fixedDelay: 300ms, percentage: { value: 100 } }
      abort: { httpStatus: 418, percentage: { value: 100 } }
    route: [ { destination: { host: b } } ]
`),
  ),
  meshed(
    'istio-redirect',
    'a redirect of a VirtualService',
    virtualService(`  - match: [ { uri: { exact: /moved } } ]
    redirect: { uri: /new, authority: new.example, redirectCode: 302 }
  - route: [ { destination: { host: b } } ]
`),
    { steps: [times(1, { path: '/moved' }), times(1, { path: '/else' })], log: { location: '%RESP(LOCATION)%' } },
  ),
  meshed(
    'istio-headers',
    'header operations of a VirtualService reach the host and the client',
    virtualService(`  - headers:
      request: { set: { x-set: one }, add: { x-add: two }, remove: [ x-gone ] }
      response: { set: { x-answer: three } }
    route: [ { destination: { host: b } } ]
`),
    {
      pods: [pod('b', [{ when: { 'x-set': 'one', 'x-add': 'two' }, status: 201 }])],
      steps: [times(1, { headers: { 'x-set': 'zero', 'x-gone': '1' } })],
      log: { answer: '%RESP(X-ANSWER)%', gone: '%REQ(X-GONE)%' },
    },
  ),
  meshed(
    'istio-consistent-hash',
    'consistentHash by a header leads every key to the same pod',
    destinationRule('{ loadBalancer: { consistentHash: { httpHeaderName: x-key } } }'),
    {
      pods: [pod('b'), pod('c'), pod('d')],
      steps: [times(40, (index) => ({ headers: { 'x-key': `key-${index}` } }))],
      compare: { hosts: 'same' },
    },
  ),
  meshed(
    'istio-connection-pool',
    'connectionPool of one connection and one pending request overflows with UO',
    destinationRule('{ connectionPool: { tcp: { maxConnections: 1 }, http: { http1MaxPendingRequests: 1 } } }'),
    {
      pods: [pod('b', [{ status: 200, delayMs: 400 }])],
      steps: [burst(3)],
      compare: { unordered: true },
    },
  ),
  meshed(
    'istio-outlier',
    'outlierDetection ejects a pod after three errors',
    destinationRule(
      '{ outlierDetection: { consecutive5xxErrors: 3, interval: 100ms, baseEjectionTime: 60s, maxEjectionPercent: 100 } }',
    ),
    {
      pods: [pod('b', [{ status: 500 }]), pod('c')],
      steps: [times(12, {}, 20), { kind: 'wait', ms: 300 }, times(10)],
      compare: {
        preparing: 12,
        ignoredStatistics: [
          '_total',
          'completed',
          '_2xx',
          '_200',
          '_5xx',
          '_500',
          'handshake',
          'cx_destroy',
          'cx_destroy_local',
        ],
      },
    },
  ),
];

export const MESHES: readonly Scenario[] = [...SECURITY, ...TOKENS, ...TRAFFIC];
