import { forwardTo, fractionalPercent, type Init, type MirrorPolicy, mirrorPolicy, route } from '../../../src/xds';
import { clientOnly, clusterOf } from '../configure';
import type { AnswerRule, Scenario } from '../contract';
import { HTTP2, OK, pod, times } from './support';

const TOPIC = 'mirroring';

/** A copy may still be under way when the last answer is there. */
const SETTLED = { kind: 'wait', ms: 100 } as const;

/** Requests go to `b`, copies of them to `copy`. */
function mirroring(init: Init<MirrorPolicy> = {}, pods = ['c'], clusterInit: Parameters<typeof clusterOf>[3] = {}) {
  return (place: Parameters<Scenario['configure']>[0]) => {
    const b = clusterOf(place, 'b', ['b'], clusterInit);
    const copy = clusterOf(place, 'copy', pods, clusterInit);
    const requestMirrorPolicies = [mirrorPolicy({ cluster: copy.name, ...init })];
    return clientOnly(place, {
      clusters: [b, copy],
      routes: [route({ name: 'all', action: forwardTo(b.name, { timeoutNs: 0, requestMirrorPolicies }) })],
    });
  };
}

function mirrored(name: string, claim: string, answers: readonly AnswerRule[]): Scenario {
  return {
    name: `mirror-${name}`,
    topic: TOPIC,
    claim,
    pods: [pod('b'), pod('c', answers)],
    configure: mirroring(),
    steps: [times(3), SETTLED],
  };
}

export const MIRRORS: readonly Scenario[] = [
  mirrored('all', 'every request goes to both clusters, the client gets the answer of the first', OK),
  mirrored('fails', 'a copy that is answered 503 changes nothing for the client', [{ status: 503 }]),
  mirrored('cut', 'a copy whose answer is cut off changes nothing for the client', [
    { status: 200, bodyBytes: 10, reset: 'afterHeaders' },
  ]),
  mirrored('resets', 'a copy whose connection ends changes nothing for the client', [{ reset: true }]),
  {
    name: 'mirror-no-host',
    topic: TOPIC,
    claim: 'a mirror without hosts changes nothing for the client',
    pods: [pod('b')],
    configure: mirroring({}, []),
    steps: [times(2), SETTLED],
  },
  {
    name: 'mirror-unknown-cluster',
    topic: TOPIC,
    claim: 'a mirror that does not exist gets nothing',
    pods: [pod('b'), pod('c')],
    configure: mirroring({ cluster: 'nowhere' }),
    steps: [times(2), SETTLED],
  },
  {
    name: 'mirror-cluster-header',
    topic: TOPIC,
    claim: 'a header names the cluster of the copies',
    pods: [pod('b'), pod('c')],
    configure: mirroring({ cluster: '', clusterHeader: 'x-copy-to' }),
    steps: [times(2, { headers: { 'x-copy-to': 'mirror-cluster-header-copy' } }), times(1), SETTLED],
  },
  {
    name: 'mirror-none',
    topic: TOPIC,
    claim: 'a mirror of 0 % gets nothing',
    pods: [pod('b'), pod('c')],
    configure: mirroring({ runtimeFraction: { defaultValue: fractionalPercent(0), runtimeKey: '' } }),
    steps: [times(3), SETTLED],
  },
  {
    name: 'mirror-http2',
    topic: TOPIC,
    claim: 'copies of gRPC calls go over HTTP/2 of their own cluster',
    pods: [pod('b', [{ grpcStatus: 0 }], 'http2'), pod('c', [{ grpcStatus: 13 }], 'http2')],
    configure: mirroring({}, ['c'], HTTP2),
    steps: [times(3, { protocol: 'grpc', path: '/shop.Cart/Get' }), SETTLED],
  },
];
