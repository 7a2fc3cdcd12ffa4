import {
  bool,
  choice,
  defineKind,
  described,
  duration,
  integer,
  list,
  nullable,
  number,
  type ObjectOf,
  object,
  port,
  type TypeOf,
  text,
} from '../../../config';
import { CONNECTION_POOL } from './connection-pool';
import { PORT_SELECTOR } from './destination';
import { int32, textMap, texts, uint32 } from './fields';
import { LOAD_BALANCER } from './load-balancer';
import { POLICY_SELECTOR } from './selector';
import { ISTIO_STATUS } from './status';

export const OUTLIER_DETECTION = object(
  'Takes endpoints out of the pool for a while when they keep failing. Without this block none is taken out.',
  {
    consecutive5xxErrors: nullable(
      uint32('Answers with 5xx in a row before an endpoint is ejected; 0 switches this off. Default: 5.'),
    ),
    consecutiveGatewayErrors: nullable(
      uint32('Answers with 502, 503 or 504 in a row before an endpoint is ejected. Default: off.'),
    ),
    consecutiveErrors: int32('Old name of `consecutiveGatewayErrors`.', {
      deprecated: 'Write `consecutiveGatewayErrors` or `consecutive5xxErrors` instead.',
    }),
    splitExternalLocalOriginErrors: bool(
      'Count failures that the proxy saw itself, such as refused connections, apart from answers of the endpoint.',
    ),
    consecutiveLocalOriginFailures: nullable(
      uint32(
        'Failures seen by the proxy itself, in a row, before an endpoint is ejected. Needs `splitExternalLocalOriginErrors`. Default: 5.',
      ),
    ),
    interval: duration('Time between two sweeps over the endpoints. Default: 10s.'),
    baseEjectionTime: duration(
      'Length of the first ejection; it grows with every further one, to 300s at most. Default: 30s.',
    ),
    maxEjectionPercent: int32(
      'Share of the endpoints that may be out at once, in per cent; one may always. Default: 10.',
    ),
    minHealthPercent: int32('Share of healthy endpoints, in per cent, below which all are used again. Default: 0.'),
    outlierDetectionHttpErrorCodes: list(
      'Statuses that count as errors, in place of all 5xx.',
      integer('A status.', { min: 100, max: 599 }),
    ),
  },
);
export type OutlierDetection = TypeOf<typeof OUTLIER_DETECTION>;

export const CLIENT_TLS_SETTINGS = object(
  'How clients secure connections to the destination. Without this block sidecars use mutual TLS where the other side can.',
  {
    mode: choice('Kind of security. Default: DISABLE.', ['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'], {
      docs: {
        DISABLE: 'Plain text.',
        SIMPLE: 'TLS; only the server shows a certificate.',
        MUTUAL: 'TLS with a client certificate that you provide.',
        ISTIO_MUTUAL: 'TLS with the certificates that Istio hands out.',
      },
    }),
    clientCertificate: text('File with the certificate of the client, for MUTUAL.'),
    privateKey: text('File with the private key of the client, for MUTUAL.'),
    caCertificates: text('File with the authorities that may sign the certificate of the server.'),
    caCrl: text('File with revoked certificates.'),
    credentialName: text('Secret with the certificates, in place of the files.'),
    subjectAltNames: texts('Names, one of which the certificate of the server has to carry.'),
    sni: text('Server name in the greeting. Default: derived from the destination or the host of the request.'),
    insecureSkipVerify: nullable(bool('Accept any certificate of the server. Default: false.')),
  },
);
export type ClientTlsSettings = TypeOf<typeof CLIENT_TLS_SETTINGS>;

export const PORT_TRAFFIC_POLICY = object(
  'Policy for one port. It replaces the policy above whole: blocks that are missing here fall back to the mesh defaults.',
  {
    port: described('Port of the service that the policy is for.', PORT_SELECTOR),
    loadBalancer: LOAD_BALANCER,
    connectionPool: CONNECTION_POOL,
    outlierDetection: OUTLIER_DETECTION,
    tls: CLIENT_TLS_SETTINGS,
  },
);
export type PortTrafficPolicy = TypeOf<typeof PORT_TRAFFIC_POLICY>;

export const TUNNEL_SETTINGS = object(
  'Wraps TCP traffic into an HTTP tunnel through the destination.',
  {
    protocol: text('Method that opens the tunnel: CONNECT or POST. Default: CONNECT.'),
    targetHost: text('Host at the far end of the tunnel, a name or an address.'),
    targetPort: port('Port at the far end of the tunnel.'),
  },
  { required: ['targetHost', 'targetPort'] },
);
export type TunnelSettings = TypeOf<typeof TUNNEL_SETTINGS>;

export const PROXY_PROTOCOL = object('Puts the address of the client in front of the connection.', {
  version: choice('Version of the PROXY protocol. Default: V1.', ['V1', 'V2'], {
    docs: { V1: 'The text form.', V2: 'The binary form.' },
  }),
});
export type ProxyProtocol = TypeOf<typeof PROXY_PROTOCOL>;

export const RETRY_BUDGET = object('Limits retries by the number of requests under way, in place of a fixed number.', {
  percent: nullable(
    number('Retries at once, in per cent of the requests under way. Default: 20.', { min: 0, max: 100 }),
  ),
  minRetryConcurrency: uint32('Retries that are always allowed at once. Default: 3.'),
  budgetInterval: duration('Span over which requests are counted. Default: only those under way.'),
});
export type RetryBudget = TypeOf<typeof RETRY_BUDGET>;

export const TRAFFIC_POLICY = object('How clients treat a destination.', {
  loadBalancer: LOAD_BALANCER,
  connectionPool: CONNECTION_POOL,
  outlierDetection: OUTLIER_DETECTION,
  tls: CLIENT_TLS_SETTINGS,
  portLevelSettings: list('Policies for single ports.', PORT_TRAFFIC_POLICY, { max: 4096 }),
  tunnel: TUNNEL_SETTINGS,
  proxyProtocol: PROXY_PROTOCOL,
  retryBudget: RETRY_BUDGET,
});
export type TrafficPolicy = TypeOf<typeof TRAFFIC_POLICY>;

export const SUBSET = object(
  'A named part of the endpoints of the host.',
  {
    name: text('Name by which routes refer to the subset.'),
    labels: textMap('Labels that an endpoint has to carry to belong to the subset. Empty: every endpoint does.'),
    trafficPolicy: described(
      'Policy for the subset; blocks that are missing here are inherited. It holds only for traffic that a route sends to the subset by name.',
      TRAFFIC_POLICY,
    ),
  },
  { required: ['name'] },
);
export type Subset = TypeOf<typeof SUBSET>;

export const DESTINATION_RULE_SPEC = object(
  'Policy for traffic to a host, applied after routing.',
  {
    host: text('Service that the rule is for; a name without a dot is completed with the namespace of this object.'),
    trafficPolicy: TRAFFIC_POLICY,
    subsets: list('Named parts of the endpoints, most often versions.', SUBSET),
    exportTo: texts('Namespaces whose clients follow the rule: `*` for all, `.` for its own. Default: all.'),
    workloadSelector: described(
      'Clients that follow the rule, all in this namespace. Default: every client that can see it.',
      POLICY_SELECTOR,
    ),
  },
  { required: ['host'] },
);
export type DestinationRuleSpec = TypeOf<typeof DESTINATION_RULE_SPEC>;

export const DESTINATION_RULE_KIND = defineKind({
  group: 'networking.istio.io',
  versions: ['v1', 'v1beta1', 'v1alpha3'],
  kind: 'DestinationRule',
  plural: 'destinationrules',
  namespaced: true,
  support: {
    level: 'partial',
    notSimulated: [
      'trafficPolicy.tunnel',
      'trafficPolicy.proxyProtocol',
      'trafficPolicy.loadBalancer.backendUtilization',
      'trafficPolicy.connectionPool.tcp.tcpKeepalive',
      'trafficPolicy.connectionPool.http.http2KeepAlive',
    ],
  },
  summary: 'What happens to traffic to a service once it is routed: subsets, load balancing, limits, ejection, TLS.',
  link: 'https://istio.io/latest/docs/reference/config/networking/destination-rule/',
  fields: { spec: DESTINATION_RULE_SPEC, status: ISTIO_STATUS },
  nullMeans: 'wrong-type',
});
export type DestinationRuleObject = ObjectOf<typeof DESTINATION_RULE_KIND>;
