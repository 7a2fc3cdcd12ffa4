import { describe, expect, it } from 'vitest';
import { cluster, listener, xdsNode, xdsSnapshot } from '../../../src/xds';
import type { Place } from '../../envoy/contract';
import { clientLoopback, serverLoopback } from '../../envoy/loopback';

const PLACE: Place = {
  scenario: 'test',
  port: 8080,
  clientIp: '127.9.1.1',
  ip: () => '127.9.1.10',
  appIp: () => '127.9.1.100',
  cluster: (name) => name,
};

const outbound = listener({
  name: '0.0.0.0_8080',
  address: { address: '0.0.0.0', port: 8080 },
  trafficDirection: 'OUTBOUND',
  bindToPort: false,
  listenerFilters: [{ kind: 'tlsInspector', disabledPorts: [] }],
});
const virtualOutbound = listener({
  name: 'virtualOutbound',
  address: { address: '0.0.0.0', port: 15001 },
  trafficDirection: 'OUTBOUND',
  useOriginalDst: true,
});
const virtualInbound = listener({
  name: 'virtualInbound',
  address: { address: '0.0.0.0', port: 15006 },
  trafficDirection: 'INBOUND',
  listenerFilters: [{ kind: 'originalDst' }, { kind: 'tlsInspector', disabledPorts: [] }],
});
const inbound = cluster({
  name: 'inbound|8080||',
  discovery: { kind: 'ORIGINAL_DST', useHttpHeader: false },
  lbPolicy: { kind: 'CLUSTER_PROVIDED' },
  upstreamBindAddress: '127.0.0.6',
});
const snapshot = xdsSnapshot({
  node: xdsNode({ id: 'test' }),
  listeners: [outbound, virtualOutbound, virtualInbound],
  clusters: [inbound],
});

describe('the way to loopback', () => {
  it("binds the client's listener of the scenario's port and leaves out what only redirection reaches", () => {
    const { mapListener } = clientLoopback(PLACE);
    const kept = snapshot.listeners.flatMap((each) => mapListener?.(each) ?? []);
    expect(kept).toEqual([{ ...outbound, address: { address: '127.9.1.1', port: 8080 }, bindToPort: true }]);
  });

  it("binds a server's inbound listener where clients look for the pod, without redirection but with TLS inspection", () => {
    const { mapListener } = serverLoopback(PLACE, 'b');
    const kept = snapshot.listeners.flatMap((each) => mapListener?.(each) ?? []);
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatchObject({ name: 'virtualInbound', address: { address: '127.9.1.10', port: 8080 } });
    expect(kept[0]?.listenerFilters.map(({ kind }) => kind)).toEqual(['tlsInspector']);
  });

  it('leads the way to the original destination to the application, and nowhere at a client', () => {
    const server = serverLoopback(PLACE, 'b').mapCluster?.(inbound);
    expect(server?.discovery).toMatchObject({
      kind: 'STATIC',
      loadAssignment: {
        endpoints: [{ lbEndpoints: [{ address: { address: '127.9.1.100', port: 8080 } }] }],
      },
    });
    expect(server?.upstreamBindAddress).toBeUndefined();
    expect(server?.lbPolicy).toEqual({ kind: 'ROUND_ROBIN' });
    const client = clientLoopback(PLACE).mapCluster?.(inbound);
    expect(client?.discovery).toMatchObject({ kind: 'STATIC', loadAssignment: { endpoints: [] } });
  });
});
