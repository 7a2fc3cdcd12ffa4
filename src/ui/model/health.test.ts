import { describe, expect, test } from 'vitest';
import type { PodState, PodStatusView, ServiceNodeView } from '../../worker';
import { nodeState, podNote, shownPods, sidecarBadge } from './health';
import { displayService, NO_TRAFFIC } from './traffic';

function pod(state: PodState, change: Partial<PodStatusView> = {}): PodStatusView {
  return {
    id: Math.random().toString(),
    name: 'p',
    version: 'v1',
    state,
    sidecar: true,
    nodeName: 'n',
    ip: '10.0.0.1',
    restarts: 0,
    workload: 'w',
    workloadKind: 'Deployment',
    synced: true,
    ...change,
  };
}

function service(pods: readonly PodStatusView[], kind: ServiceNodeView['kind'] = 'service'): ServiceNodeView {
  return { id: 'a/b', namespace: 'a', name: 'b', kind, protocol: 'http', versions: [], pods };
}

function traffic(errorRatio: number) {
  return displayService({
    id: 'a/b',
    ratePerS: 10,
    errorRatio,
    successPerS: 10,
    failurePerS: 0,
    deniedPerS: 0,
    retriesPerS: 0,
    p50Ns: 1,
    p95Ns: 1,
    p99Ns: 1,
    mutualTlsRatio: 1,
    flags: [],
    statuses: [],
    versionShares: undefined,
  });
}

describe('a card', () => {
  const healthy = service([pod('ready')]);
  test.each([
    ['healthy', healthy, 0],
    ['degraded', healthy, 0.006],
    ['failing', healthy, 0.1],
    ['degraded', service([pod('ready'), pod('ejected')]), 0],
    ['failing', service([pod('ready'), pod('ejected')]), 0.2],
    ['failing', service([pod('ready'), pod('crashed')]), 0],
    ['degraded', service([pod('ready', { synced: false })]), 0],
    ['outside', service([pod('ready', { sidecar: false })]), 0],
  ] as const)('is %s', (state, node, errors) => {
    expect(nodeState(node, traffic(errors), false)).toBe(state);
  });

  test('is idle or starting without traffic', () => {
    const none = { ...NO_TRAFFIC, id: 'a/b', versionPercents: undefined };
    expect(nodeState(healthy, none, true)).toBe('idle');
    expect(nodeState(healthy, undefined, false)).toBe('healthy');
    expect(nodeState(service([pod('starting')]), none, true)).toBe('starting');
  });
});

test.each([
  ['3/3 ready', [pod('ready'), pod('ready'), pod('ready')]],
  ['1/2 · starting', [pod('ready'), pod('starting')]],
  ['1 failing', [pod('ready'), pod('failing'), pod('ejected')]],
  ['1 ejected', [pod('ready'), pod('ejected')]],
  ['CrashLoop ×4', [pod('ready'), pod('crashed', { restarts: 4 })]],
  ['1 crashed', [pod('crashed')]],
  ['push pending', [pod('ready', { synced: false })]],
  ['1/1, no sidecar', [pod('ready', { sidecar: false }), pod('terminating')]],
] as const)('its note says %s', (text, pods) => {
  expect(podNote(service(pods)).text).toBe(text);
});

test('of many pods the worst are shown and the rest is counted', () => {
  const pods = [...Array.from({ length: 9 }, () => pod('ready')), pod('ejected'), pod('failing')];
  const { shown, more } = shownPods(pods);
  expect(shown.map(({ state }) => state).slice(0, 3)).toEqual(['failing', 'ejected', 'ready']);
  expect([shown.length, more]).toEqual([7, 4]);
  expect(shownPods(pods.slice(0, 8))).toEqual({ shown: pods.slice(0, 8), more: 0 });
});

test('the badge tells which proxies there are', () => {
  expect(sidecarBadge(service([pod('ready')]))).toBe('envoy');
  expect(sidecarBadge(service([pod('ready'), pod('ready', { sidecar: false })]))).toBe('partial');
  expect(sidecarBadge(service([pod('ready', { sidecar: false })]))).toBe('none');
  expect(sidecarBadge(service([pod('ready', { synced: false })]))).toBe('stale');
  expect(sidecarBadge(service([], 'client'))).toBeUndefined();
});
