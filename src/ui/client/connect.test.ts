// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { useActivityStore } from '../stores/activity-store';
import { useNoticesStore } from '../stores/notices-store';
import { useTopologyStore } from '../stores/topology-store';
import { useTransportStore } from '../stores/transport-store';
import { createFakeClient, type FakeClient } from '../testing/fake-client';
import { heroWorld } from '../testing/fake-world';
import { connect } from './connect';
import { breakNow, mendAll } from './faults';

const NS_PER_S = 1_000_000_000;
let fake: FakeClient;
let stop: () => void;

beforeEach(async () => {
  fake = createFakeClient(heroWorld());
  stop = connect(fake.client);
  await fake.client.load({ id: 'x', title: 'X', dialect: 'istio', seed: 1, notes: '', files: [], presets: [] });
  await fake.client.play();
});

afterEach(() => {
  stop();
  useNoticesStore.setState({ banners: [], toasts: [] });
});

function banners(): readonly string[] {
  return useNoticesStore.getState().banners.map((banner) => banner.title);
}

test('what the worker reports reaches the stores', () => {
  expect(useTopologyStore.getState().topology.services).toHaveLength(9);
  expect(useTransportStore.getState()).toMatchObject({ ready: true, playing: true, seed: 1 });
});

test('a fault with a time ends when it is over, in simulated time', async () => {
  await breakNow(fake.client, {
    label: 'crash of auth',
    spec: { scope: 'engine', fault: { kind: 'crash', target: {} } },
    anchor: 'heroes/auth',
    durationNs: 10 * NS_PER_S,
  });
  expect(useActivityStore.getState().anchors).toEqual(new Set(['heroes/auth']));
  fake.tick(9_000);
  fake.report();
  expect(useActivityStore.getState().faults).toHaveLength(1);
  fake.tick(1_100);
  fake.report();
  await vi.waitFor(() => expect(useActivityStore.getState().faults).toHaveLength(0));
  expect(useActivityStore.getState().anchors.size).toBe(0);
});

test('an outage of the control plane stays in sight until it is mended', async () => {
  await breakNow(fake.client, {
    label: 'control plane down',
    spec: { scope: 'controlPlane', kind: 'down' },
    anchor: '',
    durationNs: undefined,
  });
  expect(banners()).toEqual(['Control plane is down since 00:00']);
  await mendAll(fake.client);
  expect(banners()).toEqual([]);
  expect(useNoticesStore.getState().toasts.at(-1)?.title).toBe('Mended 1 fault');
});

test('a dead worker is reported, and its restart too', () => {
  fake.fail('out of memory.');
  expect(banners()).toEqual(['The simulation stopped']);
  fake.report();
  expect(banners()).toEqual(['The simulation was restarted from its last checkpoint']);
});

test('a worker that stays dead is given up', () => {
  vi.useFakeTimers();
  fake.fail('out of memory.');
  vi.advanceTimersByTime(20_000);
  expect(banners()).toEqual(['The simulation stopped and could not be restarted']);
  vi.useRealTimers();
});
