import { describe, expect, it } from 'vitest';
import type { Simulation } from '../../../src/engine';
import {
  type AccessLogConfig,
  circuitBreakerThresholds,
  clusterLoadAssignment,
  headerMatcher,
  lbEndpoint,
  localityLbEndpoints,
  stringMatcher,
} from '../../../src/xds';
import { clientWorld, send, server } from './client-world';
import {
  applySnapshots,
  MUTUAL_TLS,
  outboundCluster,
  SIDECAR_ONE_WORKER,
  serviceRoutes,
  sidecarSnapshot,
} from './mesh';
import { addPods, constantNetwork, MS, podSpec, serviceEntry, simulate } from './world';

function logOf(textFormat: string): AccessLogConfig {
  return { name: 'envoy.access_loggers.file', path: '/dev/stdout', textFormat };
}

function lastLine(simulation: Simulation, side: 'source' | 'destination' = 'source'): string {
  return simulation.accessLog(10).find(({ reporter }) => reporter.side === side)?.text ?? '';
}

describe('log lines', () => {
  const b = server('b', 1, { computeNs: 7 * MS });

  it('name the host, the chain and the protocol, and tell the times of the response', () => {
    const format =
      '%HOSTNAME% %FILTER_CHAIN_NAME% %UPSTREAM_PROTOCOL% %UPSTREAM_HOST_NAME% %UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT% ' +
      '%REQUEST_DURATION% %RESPONSE_DURATION% %RESPONSE_TX_DURATION%';
    const simulation = simulate(1, clientWorld([b], { hcm: { accessLog: [logOf(format)] } }));
    send(simulation);
    const [entry] = simulation.accessLog(1);
    const durationMs = Math.floor((entry?.durationNs ?? 0) / MS);
    expect(durationMs).toBeGreaterThanOrEqual(9);
    expect(entry?.text).toBe(`a-1 http HTTP/1.1 10.0.2.1:80 10.0.1.1 0 ${durationMs} 0`);
  });

  it('show metadata of cluster and host as the proxy was told it, structures as JSON', () => {
    const endpoint = lbEndpoint(b.ip, 80, {
      hostname: 'b.example:80',
      lbMetadata: { version: 'v1' },
      extra: { metadata: { filterMetadata: { owner: { z: [1, true], a: 'x' } } } },
    });
    const simulation = simulate(
      1,
      clientWorld([b], {
        cluster: {
          discovery: {
            kind: 'STATIC',
            loadAssignment: clusterLoadAssignment({
              clusterName: 'b',
              endpoints: [localityLbEndpoints({ lbEndpoints: [endpoint] })],
            }),
          },
        },
        hcm: {
          accessLog: [
            logOf(
              '%UPSTREAM_HOST_NAME% %UPSTREAM_HOST_NAME_WITHOUT_PORT% %UPSTREAM_METADATA(envoy.lb:version)% ' +
                '%UPSTREAM_METADATA(owner)% %CLUSTER_METADATA(istio)% %CLUSTER_METADATA(none)%',
            ),
          ],
        },
      }),
    );
    send(simulation);
    expect(lastLine(simulation)).toBe(
      'b.example:80 b.example v1 {"a":"x","z":[1,true]} ' +
        '{"services":[{"host":"b.default.svc.cluster.local","name":"b","namespace":"default"}]} -',
    );
  });

  it('name no protocol and no times of a response where there was no connection', () => {
    const format = '%RESPONSE_FLAGS% %UPSTREAM_PROTOCOL% %UPSTREAM_LOCAL_ADDRESS% %RESPONSE_DURATION% %STREAM_ID%';
    const simulation = simulate(
      1,
      clientWorld([b], {
        cluster: { circuitBreakers: { thresholds: [circuitBreakerThresholds({ maxPendingRequests: 0 })] } },
        hcm: { accessLog: [logOf(format)] },
      }),
    );
    send(simulation, { headers: [['x-request-id', 'one']] });
    expect(lastLine(simulation)).toBe('UO - - - one');
  });

  it('name the virtual cluster of what was routed', () => {
    const routes = serviceRoutes('b');
    const [host] = routes.virtualHosts;
    const virtualClusters = [{ name: 'items', headers: [headerMatcher(':path', stringMatcher('prefix', '/items'))] }];
    const a = podSpec('a', 1, { proxy: SIDECAR_ONE_WORKER });
    const snapshot = sidecarSnapshot(
      a,
      {
        clusters: [outboundCluster('b', [b])],
        routes: { ...routes, virtualHosts: host === undefined ? [] : [{ ...host, virtualClusters }] },
        hcm: { accessLog: [logOf('%VIRTUAL_CLUSTER_NAME%')] },
      },
      undefined,
    );
    const simulation = simulate(1, [...clientWorld([b]), ...applySnapshots([[a, snapshot]])]);
    send(simulation, { path: '/items/1' });
    expect(lastLine(simulation)).toBe('items');
    send(simulation, { path: '/else' });
    expect(lastLine(simulation)).toBe('-');
  });

  it('name the certificates of both ends, also after a checkpoint', () => {
    const a = podSpec('a', 1, { proxy: SIDECAR_ONE_WORKER });
    const secured = podSpec('b', 1, { proxy: SIDECAR_ONE_WORKER });
    const hcm = {
      accessLog: [logOf('%UPSTREAM_PEER_URI_SAN% %DOWNSTREAM_LOCAL_URI_SAN% %UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%')],
    };
    const cluster = outboundCluster('b', [secured], { transportSocket: MUTUAL_TLS });
    const simulation = simulate(1, [
      ...addPods([a, secured]),
      { kind: 'setServices', services: [serviceEntry('b', [secured])] },
      { kind: 'setNetwork', network: constantNetwork(MS) },
      ...applySnapshots([
        [a, sidecarSnapshot(a, { clusters: [cluster], routes: serviceRoutes('b'), hcm }, undefined)],
        [secured, sidecarSnapshot(secured, undefined, { mode: 'STRICT', hcm })],
      ]),
    ]);
    send(simulation);
    const lines = () => [lastLine(simulation), lastLine(simulation, 'destination')];
    const expected = [`${secured.identity} - 10.0.1.1`, `- ${secured.identity} 127.0.0.6`];
    expect(lines()).toEqual(expected);
    const saved = simulation.checkpoint();
    const other = simulate(2, []);
    other.restore(saved);
    expect(
      other
        .accessLog(2)
        .map(({ text }) => text)
        .sort(),
    ).toEqual([...expected].sort());
  });

  it('name the ends of a relayed connection', () => {
    const a = podSpec('a', 1, { proxy: SIDECAR_ONE_WORKER });
    const relaying = podSpec('b', 1, { proxy: SIDECAR_ONE_WORKER });
    const format =
      '%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_PEER_URI_SAN% ' +
      '%DOWNSTREAM_LOCAL_URI_SAN% %FILTER_CHAIN_NAME% %UPSTREAM_PROTOCOL%';
    const cluster = outboundCluster('b', [relaying], { transportSocket: MUTUAL_TLS });
    const tcp = { accessLog: [logOf(format)], idleTimeoutNs: 100 * MS };
    const simulation = simulate(1, [
      ...addPods([a, relaying]),
      { kind: 'setServices', services: [serviceEntry('b', [relaying])] },
      { kind: 'setNetwork', network: constantNetwork(MS) },
      ...applySnapshots([
        [a, sidecarSnapshot(a, { clusters: [cluster], routes: serviceRoutes('b') }, undefined)],
        [relaying, sidecarSnapshot(relaying, undefined, { mode: 'STRICT', tcp })],
      ]),
    ]);
    send(simulation);
    const ends = `10.0.2.1:80 10.0.1.1 ${a.identity} ${relaying.identity}`;
    expect(lastLine(simulation, 'destination')).toBe(`${ends} 0.0.0.0_80 -`);
  });
});
