// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import { clearSelection, selectFlight } from '../stores/selection-store';
import { useTransportStore } from '../stores/transport-store';
import { createFakeClient, type FakeClient } from '../testing/fake-client';
import { heroWorld } from '../testing/fake-world';
import { connect } from './connect';
import { pauseForFlights } from './flight-pause';

const FLIGHT = { requestId: 7, edgeId: 'a->b', outcome: 0, direction: 0, anchor: { x: 0, y: 0 } };
let fake: FakeClient;

beforeEach(async () => {
  clearSelection();
  fake = createFakeClient(heroWorld());
  connect(fake.client);
  pauseForFlights(fake.client);
  await fake.client.play();
});

function isPlaying(): boolean {
  return useTransportStore.getState().playing;
}

test('picking up a request holds the time until it is let go', () => {
  selectFlight(FLIGHT);
  expect(isPlaying()).toBe(false);
  selectFlight({ ...FLIGHT, requestId: 8 });
  expect(isPlaying()).toBe(false);
  clearSelection();
  expect(isPlaying()).toBe(true);
});

test('a request that has ended holds nothing', () => {
  selectFlight({ ...FLIGHT, ended: true });
  expect(isPlaying()).toBe(true);
  selectFlight(FLIGHT);
  expect(isPlaying()).toBe(false);
});

test('a pause of the user stays', async () => {
  await fake.client.pause();
  selectFlight(FLIGHT);
  clearSelection();
  expect(isPlaying()).toBe(false);
});

test('a pause after an own play stays too', async () => {
  selectFlight(FLIGHT);
  await fake.client.play();
  await fake.client.pause();
  clearSelection();
  expect(isPlaying()).toBe(false);
});
