// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { setTopology } from '../stores/topology-store';
import { heroWorld } from '../testing/fake-world';
import { clearGraph, useGraphStore } from './graph-store';
import { layoutGraph } from './layout';
import { LayoutController } from './layout-controller';
import type { LayoutRequest, Positions } from './layout-model';

interface Asked {
  readonly id: number;
  readonly request: LayoutRequest;
}

/** Answers when it is told to. */
class SlowWorker extends EventTarget {
  readonly asked: Asked[] = [];

  postMessage(asked: Asked): void {
    this.asked.push(asked);
  }

  terminate(): void {}

  /** Answers the question that waits for the longest. */
  answer(): Positions {
    const [{ id, request } = { id: -1, request: undefined }] = this.asked.splice(0, 1);
    if (request === undefined) throw new Error('nobody has asked');
    const positions = layoutGraph(request);
    this.dispatchEvent(new MessageEvent('message', { data: { id, positions } }));
    return positions;
  }
}

const { topology } = heroWorld();
let worker: SlowWorker;
let controller: LayoutController;
let revision = 0;

/** The topology with its first calls. */
function show(calls: number): void {
  revision += 1;
  setTopology({ ...topology, revision, edges: topology.edges.slice(0, calls) });
}

beforeEach(() => {
  clearGraph();
  worker = new SlowWorker();
  vi.stubGlobal('Worker', function Worker() {
    return worker;
  });
  controller = new LayoutController();
  controller.start();
});

afterEach(() => {
  controller.stop();
  vi.unstubAllGlobals();
});

test('a call that comes while the layout is computed is part of the next one', () => {
  const all = topology.edges.length;
  show(all - 1);
  show(all);
  expect(worker.asked).toHaveLength(1);
  worker.answer();
  expect(useGraphStore.getState().layingOut).toBe(true);
  const whole = worker.answer();
  expect(useGraphStore.getState()).toMatchObject({ positions: whole, layingOut: false });
  expect(worker.asked).toHaveLength(0);
});

test('of the layouts that wait, only the newest is computed; a change that is none of the graph asks for none', () => {
  show(1);
  for (let calls = 2; calls <= topology.edges.length; calls++) show(calls);
  show(topology.edges.length);
  worker.answer();
  expect(worker.asked.map(({ request }) => request.edges.length)).toEqual([topology.edges.length]);
  worker.answer();
  expect(worker.asked).toHaveLength(0);
});

test('a layout that is under way does not take a card out of the hand, and what waited for it finds a place', () => {
  show(1);
  worker.answer();
  show(topology.edges.length);
  const [id = ''] = topology.services.map((service) => service.id);
  controller.move(id, 4_000, 3_000);
  worker.answer();
  const { positions, moved, layingOut } = useGraphStore.getState();
  expect(positions[id]).toEqual([4_000, 3_000]);
  expect({ moved, layingOut }).toEqual({ moved: true, layingOut: false });
  expect(Object.keys(positions).sort()).toEqual(topology.services.map((service) => service.id).sort());
});
