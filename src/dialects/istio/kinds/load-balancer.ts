import {
  bool,
  choice,
  duration,
  integer,
  list,
  map,
  nullable,
  number,
  object,
  type TypeOf,
  text,
} from '../../../config';
import { texts, UINT32_MAX, uint32 } from './fields';

const HTTP_COOKIE = object(
  'Takes the hash from a cookie, which the proxy makes up when it is missing and has a lifetime.',
  {
    name: text('Name of the cookie.'),
    path: text('Path that the cookie is valid for.'),
    ttl: duration('Lifetime of a cookie that the proxy makes up; 0s for a session cookie. Absent: none is made up.'),
    attributes: list(
      'Further attributes of a cookie that the proxy makes up.',
      object(
        'One attribute of a cookie.',
        { name: text('Name of the attribute.'), value: text('Its value; empty for attributes without one.') },
        { required: ['name'] },
      ),
    ),
  },
  { required: ['name'] },
);
/** Cookie that carries the hash key. */
export type HttpCookie = TypeOf<typeof HTTP_COOKIE>;

export const CONSISTENT_HASH = object(
  'Sends requests with the same key to the same endpoint as long as it lives. Requests without the key go anywhere.',
  {
    httpHeaderName: text('Header whose value is the key.'),
    httpCookie: HTTP_COOKIE,
    useSourceIp: bool('The address of the client is the key. Works for TCP too.'),
    httpQueryParameterName: text('Query parameter whose value is the key.'),
    ringHash: object('Places endpoints and keys on a ring.', {
      minimumRingSize: integer('Least number of places on the ring. Default: 1024.', { min: 0 }),
    }),
    maglev: object('Looks the endpoint up in a table.', {
      tableSize: integer('Number of rows, a prime below 5000011. Default: 65537.', { min: 0 }),
    }),
    minimumRingSize: integer('Least number of places on the ring.', {
      min: 0,
      deprecated: 'Write `ringHash.minimumRingSize` instead.',
    }),
  },
  {
    atMostOne: [
      ['httpHeaderName', 'httpCookie', 'useSourceIp', 'httpQueryParameterName'],
      ['ringHash', 'maglev'],
    ],
  },
);
export type ConsistentHash = TypeOf<typeof CONSISTENT_HASH>;

const FAILOVERS = list(
  'Region that takes over when the endpoints of another are unhealthy.',
  object('One pair of regions.', {
    from: text('Region whose clients change over.'),
    to: text('Region that they change over to.'),
  }),
);
const FAILOVER_PRIORITY = texts(
  'Labels, or `label=value`, in order: the more of them an endpoint shares with the client from the front, the sooner it is used.',
);

export const LOCALITY_LB_SETTING = object('Prefers endpoints by where they stand.', {
  enabled: nullable(bool('Whether location counts at all. Default: as the mesh configuration says.')),
  distribute: list(
    'Fixed shares by location; locations that are not listed get nothing. Excludes failover.',
    object('Shares for the clients of one location.', {
      from: text('Location of the clients: `region/zone/subzone`, with `*` at the end for anything.'),
      to: map(
        'Shares in per cent by location; they have to add up to 100.',
        uint32('Share in per cent, 1 to 100.', { max: UINT32_MAX }),
      ),
    }),
  ),
  failover: FAILOVERS,
  failoverPriority: FAILOVER_PRIORITY,
});
export type LocalityLbSetting = TypeOf<typeof LOCALITY_LB_SETTING>;

export const ZONE_AWARE_LB_SETTING = object('Keeps traffic in the zone as far as the capacity there allows.', {
  enabled: nullable(bool('Whether the zone counts. Default: true.')),
  minClusterSize: nullable(uint32('Least number of endpoints for the zone to count. Default: 6.', { min: 1 })),
  failover: FAILOVERS,
  failoverPriority: FAILOVER_PRIORITY,
});
export type ZoneAwareLbSetting = TypeOf<typeof ZONE_AWARE_LB_SETTING>;

export const WARMUP = object(
  'Lets the share of a new endpoint grow slowly. Only with ROUND_ROBIN and LEAST_REQUEST.',
  {
    duration: duration('How long the share grows.'),
    minimumPercent: nullable(
      number('Share at the start, in per cent of the full one. Default: 10.', { min: 0, max: 100 }),
    ),
    aggression: nullable(
      number('Shape of the growth: 1 is linear, more is faster at the start. Default: 1.', { min: 0 }),
    ),
  },
  { required: ['duration'] },
);
export type Warmup = TypeOf<typeof WARMUP>;

const BACKEND_UTILIZATION = object('Weighs endpoints by the load that they report.', {
  errorUtilizationPenaltyPercent: uint32('How much errors count as load, in per cent.'),
  metricNamesForComputingUtilization: texts('Names of reported figures that count as load.'),
  weightExpirationPeriod: duration('How long a reported load stays valid.'),
  weightStabilizationPeriod: duration('How long an endpoint has to report before its weight counts.'),
  weightUpdatePeriod: duration('How often weights are computed.'),
});

export const LOAD_BALANCER = object(
  'How a proxy chooses among the endpoints of a destination.',
  {
    simple: choice(
      'A rule without parameters. Default: LEAST_REQUEST.',
      ['UNSPECIFIED', 'LEAST_CONN', 'RANDOM', 'PASSTHROUGH', 'ROUND_ROBIN', 'LEAST_REQUEST'],
      {
        docs: {
          UNSPECIFIED: 'Istio chooses: least request.',
          LEAST_CONN: 'Old name of LEAST_REQUEST.',
          RANDOM: 'Any endpoint, with equal chance.',
          PASSTHROUGH: 'The address that the client dialled.',
          ROUND_ROBIN: 'One after the other.',
          LEAST_REQUEST: 'Of two endpoints drawn at random, the one with fewer requests under way.',
        },
      },
    ),
    consistentHash: CONSISTENT_HASH,
    backendUtilization: BACKEND_UTILIZATION,
    localityLbSetting: LOCALITY_LB_SETTING,
    zoneAwareLbSetting: ZONE_AWARE_LB_SETTING,
    warmup: WARMUP,
    warmupDurationSecs: duration('How long the share of a new endpoint grows.', {
      deprecated: 'Write `warmup.duration` instead.',
    }),
  },
  { atMostOne: [['simple', 'consistentHash', 'backendUtilization']] },
);
export type LoadBalancerSettings = TypeOf<typeof LOAD_BALANCER>;
