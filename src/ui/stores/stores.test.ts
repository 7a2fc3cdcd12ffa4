// @vitest-environment jsdom
import { beforeEach, describe, expect, test } from 'vitest';
import type { EdgeMetrics, MetricsFrame, SeriesView, ServiceMetrics, TopologyView, TrafficSummary } from '../../worker';
import { addFiles, editFile, editFiles, markApplied, openFiles, useFilesStore } from './files-store';
import { clearMetrics, setMetrics, useMetricsStore } from './metrics-store';
import { clearSelection, relatedTo, select, stepBack, useSelectionStore } from './selection-store';
import { clearTopology, setTopology, useTopologyStore } from './topology-store';
import { setStatus, useTransportStore } from './transport-store';

const QUIET: TrafficSummary = {
  ratePerS: 0,
  errorRatio: undefined,
  successPerS: 0,
  failurePerS: 0,
  deniedPerS: 0,
  retriesPerS: 0,
  p50Ns: undefined,
  p95Ns: undefined,
  p99Ns: undefined,
  mutualTlsRatio: undefined,
  flags: [],
  statuses: [],
};
const BUSY: TrafficSummary = { ...QUIET, ratePerS: 142.2, errorRatio: 0, successPerS: 142.2, p95Ns: 9e6 };
const SERIES: SeriesView = {
  stepNs: 1e9,
  timesNs: [],
  successPerS: [],
  retryPerS: [],
  failurePerS: [],
  deniedPerS: [],
  p50Ms: [],
  p95Ms: [],
  p99Ms: [],
  successRatio: [],
};

function topology(revision: number): TopologyView {
  const service = (id: string, kind: 'client' | 'service') => ({
    id,
    namespace: kind === 'client' ? '' : 'hero',
    name: id,
    kind,
    protocol: 'http' as const,
    versions: [],
    pods: [],
  });
  const edge = (source: string, destination: string, row: number) => ({
    id: `${source}->${destination}`,
    source,
    destination,
    protocol: 'http' as const,
    rows: [row],
  });
  return {
    revision,
    namespaces: [],
    services: [service('users', 'client'), service('api', 'service'), service('auth', 'service')],
    edges: [edge('users', 'api', 0), edge('api', 'auth', 1)],
  };
}

function frame(nowNs: number, services: readonly ServiceMetrics[], edges: readonly EdgeMetrics[]): MetricsFrame {
  return { nowNs, windowNs: 10e9, mesh: QUIET, services, edges };
}

const service = (id: string, traffic: TrafficSummary): ServiceMetrics => ({ ...traffic, id, versionShares: undefined });

beforeEach(() => {
  clearTopology();
  clearMetrics();
  clearSelection();
});

describe('metrics', () => {
  test('keep the entry of whoever looks the same', () => {
    setMetrics(frame(0, [service('api', BUSY), service('auth', BUSY)], []), SERIES);
    const before = useMetricsStore.getState().services;
    const changed = { ...BUSY, ratePerS: 150 };
    setMetrics(frame(0, [service('api', { ...BUSY, ratePerS: 142.3 }), service('auth', changed)], []), SERIES);
    const after = useMetricsStore.getState().services;
    expect(after.get('api')).toBe(before.get('api'));
    expect(after.get('auth')?.rate).toBe('150');
  });

  test('of a client are those of the edges that leave it', () => {
    setTopology(topology(1));
    const edges = [{ ...BUSY, id: 'users->api', errorRatio: 0.5 }];
    setMetrics(frame(0, [service('users', QUIET), service('api', BUSY)], edges), SERIES);
    expect(useMetricsStore.getState().services.get('users')).toMatchObject({ rate: '142', errors: '50.0%' });
  });

  test('call idle what had no traffic for a minute', () => {
    const idleAt = (nowNs: number, traffic: TrafficSummary): boolean => {
      setMetrics(frame(nowNs, [service('api', traffic)], []), SERIES);
      return useMetricsStore.getState().idle.has('api');
    };
    expect(idleAt(0, BUSY)).toBe(false);
    expect(idleAt(59e9, QUIET)).toBe(false);
    expect(idleAt(60e9, QUIET)).toBe(true);
    expect(idleAt(61e9, BUSY)).toBe(false);
  });
});

test('a topology keeps the services that did not change', () => {
  setTopology(topology(1));
  const before = useTopologyStore.getState();
  setTopology(topology(2));
  const after = useTopologyStore.getState();
  expect(after.topology.revision).toBe(2);
  expect(after.services.get('api')).toBe(before.services.get('api'));
  expect(after.edges.get('api->auth')).toBe(before.edges.get('api->auth'));
});

describe('the selection', () => {
  test('is about a service, its edges and their other ends', () => {
    setTopology(topology(1));
    expect(relatedTo({ kind: 'service', id: 'users' })).toEqual(new Set(['users', 'users->api', 'api']));
    expect(relatedTo({ kind: 'edge', id: 'api->auth' })).toEqual(new Set(['api->auth', 'api', 'auth']));
    expect(relatedTo({ kind: 'mesh' })).toBeUndefined();
    expect(relatedTo({ kind: 'edge', id: 'gone' })).toBeUndefined();
  });

  test('goes back step by step', () => {
    setTopology(topology(1));
    select({ kind: 'service', id: 'api' }, 'chaos');
    expect(stepBack()).toBe(true);
    expect(useSelectionStore.getState()).toMatchObject({ panel: 'none', selection: { kind: 'service' } });
    expect(stepBack()).toBe(true);
    expect(useSelectionStore.getState().selection).toEqual({ kind: 'mesh' });
    expect(stepBack()).toBe(false);
  });
});

describe('files', () => {
  const file = (path: string, text: string) => ({ path, text });

  test('are dirty where they differ from what runs, also when one is gone', () => {
    openFiles([file('a.yaml', 'a'), file('b.yaml', 'b')]);
    editFile('a.yaml', 'changed');
    expect(useFilesStore.getState().dirty).toEqual(new Set(['a.yaml']));
    editFiles([file('a.yaml', 'a')]);
    expect(useFilesStore.getState()).toMatchObject({ dirty: new Set(['b.yaml']), activePath: 'a.yaml' });
    markApplied([file('a.yaml', 'a')]);
    expect(useFilesStore.getState().dirty.size).toBe(0);
  });

  test('that are added get a free name, unless they are there already', () => {
    openFiles([file('a.yaml', 'a')]);
    expect(addFiles([file('a.yaml', 'other'), file('a.yaml', 'a'), file('c', 'c')])).toBe('a-2.yaml');
    expect(useFilesStore.getState().files.map(({ path }) => path)).toEqual(['a.yaml', 'a-2.yaml', 'c']);
    expect(useFilesStore.getState().activePath).toBe('a-2.yaml');
  });
});

test('a machine that falls behind for a while is reported, one slow report is not', () => {
  const report = (effectiveSpeed: number): number | undefined => {
    setStatus({ nowNs: 0, playing: true, speed: 10, effectiveSpeed, seed: 1 });
    return useTransportStore.getState().reachedSpeed;
  };
  expect(report(6.21)).toBeUndefined();
  expect(report(9.9)).toBeUndefined();
  const reports = Array.from({ length: 10 }, () => report(6.21));
  expect(reports.at(-1)).toBe(6.2);
  expect(report(9.9)).toBeUndefined();
});
