import { type Cluster, circuitBreakerThresholds, type Init, type TcpProxy } from '../../../src/xds';
import { clientOnly, clusterOf, MS } from '../configure';
import type { AnswerRule, PodScript, Scenario, Step } from '../contract';
import { burst, pod, times } from './support';

const TOPIC = 'TCP proxy';
const ANSWERING: readonly AnswerRule[] = [{}];
const SILENT: readonly AnswerRule[] = [{ delayMs: 2000 }];
/** Which end of a relayed connection is the first to close it. */
const CLOSING = ['destroy_local', 'destroy_remote', 'with_active_rq'];

const dial = (count: number): Step => times(count, { protocol: 'tcp' });

interface Relayed {
  readonly pods?: readonly PodScript[];
  readonly tcp?: Init<Omit<TcpProxy, 'cluster'>>;
  readonly cluster?: Init<Omit<Cluster, 'name'>>;
  readonly steps?: readonly Step[];
  readonly compare?: Scenario['compare'];
}

function relayed(name: string, claim: string, init: Relayed = {}): Scenario {
  const { pods = [pod('b', ANSWERING, 'tcp')], tcp = {}, cluster = {}, steps = [dial(1)], compare = {} } = init;
  return {
    name: `tcp-${name}`,
    topic: TOPIC,
    claim,
    pods,
    configure: (place) =>
      clientOnly(place, {
        clusters: [
          clusterOf(
            place,
            'b',
            pods.map((each) => each.name),
            cluster,
          ),
        ],
        tcp,
      }),
    steps,
    log: { sentTo: '%UPSTREAM_HOST%', received: '%BYTES_RECEIVED%', sent: '%BYTES_SENT%' },
    compare: { ...compare, ignoredStatistics: [...CLOSING, ...(compare.ignoredStatistics ?? [])] },
  };
}

const DOWN: readonly PodScript[] = [{ ...pod('b', ANSWERING, 'tcp'), startsUp: false }];

export const TCP: readonly Scenario[] = [
  relayed('relayed', 'bytes go to the host and back', { steps: [dial(3)] }),
  relayed('refused', 'a refused connection ends the one of the client with UF', { pods: DOWN }),
  relayed('refused-again', 'max_connect_attempts of 3 tries three times; UF and URX are left', {
    pods: DOWN,
    tcp: { maxConnectAttempts: 3 },
  }),
  relayed('no-host', 'a cluster without hosts ends the connection with UH', { pods: [] }),
  relayed('host-ends', 'a host that ends the connection ends that of the client', {
    pods: [pod('b', [{ reset: true }], 'tcp')],
  }),
  relayed('idle', 'a connection without bytes for 300 ms is closed', {
    pods: [pod('b', SILENT, 'tcp')],
    tcp: { idleTimeoutNs: 300 * MS },
  }),
  relayed('duration', 'a connection older than 300 ms is closed', {
    pods: [pod('b', SILENT, 'tcp')],
    tcp: { maxDownstreamConnectionDurationNs: 300 * MS },
  }),
  relayed('breaker', 'beyond max_connections of 1 a connection ends with UO', {
    pods: [pod('b', [{ delayMs: 400 }], 'tcp')],
    cluster: { circuitBreakers: { thresholds: [circuitBreakerThresholds({ maxConnections: 1 })] } },
    steps: [burst(2, { protocol: 'tcp' })],
    compare: { unordered: true },
  }),
  {
    ...relayed('weighted', 'connections are split 80:20 over two clusters'),
    pods: [pod('b', ANSWERING, 'tcp'), pod('c', ANSWERING, 'tcp')],
    configure: (place) => {
      const [b, c] = [clusterOf(place, 'b', ['b']), clusterOf(place, 'c', ['c'])];
      const clusters = [
        { name: b.name, weight: 80 },
        { name: c.name, weight: 20 },
      ];
      return clientOnly(place, { clusters: [b, c], tcp: { cluster: { kind: 'weightedClusters', clusters } } });
    },
    steps: [dial(300)],
    log: {},
    compare: {
      ignoredFields: ['cluster'],
      distribution: { field: 'host', shares: { b: 80, c: 20 } },
      ignoredStatistics: [...CLOSING, '_total', 'upstream_cx_destroy'],
    },
  },
];
