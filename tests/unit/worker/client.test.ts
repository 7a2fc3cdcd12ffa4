import { describe, expect, it } from 'vitest';
import {
  createClient,
  createLoopback,
  type FromWorker,
  type ToWorker,
  type WorkerEvent,
  type WorkerLike,
} from '../../../src/worker';
import { Host } from '../../../src/worker/host';
import { createDispatcher } from '../../../src/worker/methods';
import { file, S, SHOP, scenario, traffic, withFiles } from '../session/shop';

/** A worker that can be made to die, and that notes what reaches it. */
class FakeWorker implements WorkerLike {
  terminated = false;
  ports = 0;
  acknowledged = 0;
  #deliver: (message: FromWorker) => void = () => undefined;
  #fail: (message: string) => void = () => undefined;
  readonly host = new Host({
    nowMs: () => 0,
    send: (event) => this.#deliver(structuredClone({ kind: 'event', event })),
    sendFlights: () => undefined,
  });
  readonly #dispatch = createDispatcher(this.host);

  postMessage(message: ToWorker): void {
    if (message.kind === 'attachRenderer') this.ports += 1;
    if (message.kind === 'ackMetrics') this.acknowledged += 1;
    if (message.kind !== 'request' || this.terminated) return;
    const { id } = message.request;
    try {
      this.#deliver({ kind: 'response', id, ok: true, value: this.#dispatch(structuredClone(message.request)) });
    } catch (error) {
      this.#deliver({ kind: 'response', id, ok: false, message: String(error) });
    }
  }

  onMessage(listener: (message: FromWorker) => void): void {
    this.#deliver = listener;
  }

  onError(listener: (message: string) => void): void {
    this.#fail = listener;
  }

  terminate(): void {
    this.terminated = true;
  }

  die(message = 'out of memory'): void {
    this.#fail(message);
  }

  say(event: WorkerEvent): void {
    this.#deliver({ kind: 'event', event });
  }
}

function supervised() {
  const workers: FakeWorker[] = [];
  const client = createClient(() => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  });
  const events: WorkerEvent[] = [];
  client.onEvent((event) => events.push(event));
  const current = () => {
    const worker = workers.at(-1);
    if (worker === undefined) throw new Error('there is no worker');
    return worker;
  };
  return { client, workers, current, failures: () => events.filter(({ kind }) => kind === 'failed'), events };
}

describe('a worker that dies', () => {
  it('is replaced by one that stands where the last save was', async () => {
    const { client, workers, current, failures } = supervised();
    await client.load(scenario(SHOP));
    await client.applyFiles(withFiles(SHOP, file('traffic.yaml', traffic(20))));
    await client.seek(4 * S);
    const hash = await client.traceHash();
    const [first] = workers;
    current().die();
    expect(workers).toHaveLength(2);
    expect(first?.terminated).toBe(true);
    expect(failures()).toEqual([{ kind: 'failed', message: 'out of memory' }]);
    expect(await client.traceHash()).toBe(hash);
    expect(current().host.session.files[2]?.text).toBe(traffic(20));
  });

  it('is replaced right after the load, before anything was played', async () => {
    const { client, current } = supervised();
    await client.load(scenario(SHOP));
    current().die();
    expect(current().host.isLoaded).toBe(true);
  });

  it('rejects what was asked of it, and answers what is asked of the new one', async () => {
    const workers: FakeWorker[] = [];
    const silent: WorkerLike = {
      postMessage: () => undefined,
      onMessage: () => undefined,
      onError: (listener) => {
        fail = listener;
      },
      terminate: () => undefined,
    };
    let fail: (message: string) => void = () => undefined;
    const client = createClient(() => {
      if (workers.length === 0) {
        workers.push(new FakeWorker());
        return silent;
      }
      return new FakeWorker();
    });
    const pending = client.traceHash();
    fail('gone');
    await expect(pending).rejects.toThrow('gone');
    await expect(client.load(scenario(SHOP))).resolves.toMatchObject({ accepted: true });
  });

  it('gives the new one a line to the renderer', async () => {
    const { client, current } = supervised();
    const channels: MessageChannel[] = [];
    client.attachRenderer(() => {
      const channel = new MessageChannel();
      channels.push(channel);
      return channel.port1;
    });
    current().die();
    expect([channels.length, current().ports]).toEqual([2, 1]);
    for (const { port1, port2 } of channels) {
      port1.close();
      port2.close();
    }
  });

  it('again and again at one place is given up', async () => {
    const { client, workers, current, failures } = supervised();
    await client.load(scenario(SHOP));
    await client.seek(3 * S);
    for (let death = 0; death < 10; death++) {
      current().die('the same again');
      if (workers.length === death + 1) break;
    }
    expect(workers).toHaveLength(4);
    expect(failures()).toHaveLength(4);
    expect(current().terminated).toBe(true);
    await expect(client.traceHash()).rejects.toThrow('the same again');
  });

  it('here and there on a long way is always replaced', async () => {
    const { client, workers, current } = supervised();
    await client.load(scenario(SHOP));
    for (let death = 1; death <= 8; death++) {
      await client.seek(death * 5 * S);
      current().die();
      expect(workers).toHaveLength(death + 1);
    }
    expect(await client.traceHash()).toHaveLength(16);
  });

  it('by an exception in a slice counts as dead', async () => {
    const { client, workers, current } = supervised();
    await client.load(scenario(SHOP));
    current().say({ kind: 'failed', message: 'AssertionError: a gauge is negative' });
    expect(workers).toHaveLength(2);
    expect(workers[0]?.terminated).toBe(true);
  });

  it('says nothing more once it was replaced', async () => {
    const { client, workers, current, events } = supervised();
    await client.load(scenario(SHOP));
    current().die();
    const count = events.length;
    workers[0]?.say({ kind: 'failed', message: 'an echo' });
    workers[0]?.die('an echo');
    expect(events).toHaveLength(count);
    expect(workers).toHaveLength(2);
  });
});

describe('a client', () => {
  it('acknowledges every metrics frame', async () => {
    const { client, current, events } = supervised();
    await client.load(scenario(SHOP));
    expect(current().acknowledged).toBe(events.filter(({ kind }) => kind === 'metrics').length);
  });

  it('rejects with the words of what went wrong, and goes on', async () => {
    const { client, workers } = supervised();
    await expect(client.series({ kind: 'mesh' }, 10)).rejects.toThrow('a scenario is loaded');
    await client.load(scenario(SHOP));
    await expect(client.seek(S)).resolves.toBeUndefined();
    expect(workers).toHaveLength(1);
  });

  it('that was closed answers nothing and starts nothing', async () => {
    const { client, workers, current } = supervised();
    client.dispose();
    current().die();
    expect(workers).toHaveLength(1);
    await expect(client.traceHash()).rejects.toThrow('closed');
  });

  it('stops telling a listener that left', async () => {
    const { client } = supervised();
    const heard: WorkerEvent[] = [];
    const leave = client.onEvent((event) => heard.push(event));
    leave();
    await client.load(scenario(SHOP));
    expect(heard).toEqual([]);
  });
});

describe('the loopback', () => {
  it('answers every method with data that crosses the border', async () => {
    let nowMs = 0;
    const { client, host } = createLoopback({ nowMs: () => nowMs });
    const events: WorkerEvent[] = [];
    client.onEvent((event) => events.push(event));
    expect(await client.editorSchema()).toBeDefined();
    expect(await client.flagSentences(['UF', 'NR'])).toMatchObject({ UF: expect.any(String), NR: expect.any(String) });
    expect(await client.load(scenario(SHOP))).toMatchObject({ accepted: true, nowNs: 0 });
    await client.play();
    for (; nowMs < 3_000; nowMs += 8) host.slice();
    await client.pause();
    await client.setSpeed(2);
    await client.step();
    await client.setSelection({ kind: 'service', id: 'shop/cart' });
    const pods = await client.pods();
    const pod = pods[0]?.id ?? '';
    expect(pods).toHaveLength(6);
    expect(await client.series({ kind: 'pod', id: pod }, 10)).toMatchObject({ stepNs: S });
    expect((await client.totals({ kind: 'mesh' }, 'start')).requests).toBeGreaterThan(200);
    expect(await client.clusterEvents(10)).toEqual([]);
    expect(await client.check([file('x.yaml', 'a: [')])).toHaveLength(1);
    const overlaid = await client.overlay([file('traffic.yaml', traffic(5))]);
    expect(overlaid).toHaveLength(3);
    expect(await client.overlay([file('b.yaml', traffic(5))], SHOP)).toHaveLength(4);
    expect(await client.applyFiles(overlaid)).toMatchObject({ accepted: true });
    await client.execute({ kind: 'deletePod', pod });
    expect(await client.clusterEvents(10)).not.toEqual([]);
    expect(Array.isArray(await client.accessLog({ selection: { kind: 'mesh' }, limit: 5, onlyFailures: false }))).toBe(
      true,
    );
    expect(Array.isArray(await client.recentTraces(5))).toBe(true);
    expect(Array.isArray(await client.traceSummaries({ kind: 'mesh' }, 5))).toBe(true);
    expect(await client.spans('none')).toEqual([]);
    expect(await client.proxyStatistics(pod)).toBeUndefined();
    expect(await client.proxyConfig(pod, 'clusters')).toBe('');
    const origin = { ref: { group: '', kind: 'Service', namespace: 'shop', name: 'cart' }, path: ['spec', 'ports', 0] };
    expect(await client.locate(origin)).toMatchObject({ file: 'workloads.yaml' });
    const state = await client.saveState();
    const hash = await client.traceHash();
    await client.restart({ keepFiles: false });
    expect(await client.traceHash()).not.toBe(hash);
    expect(await client.restoreState(state)).toMatchObject({ accepted: true });
    expect(await client.traceHash()).toBe(hash);
    await client.seek(10 * S);
    expect(new Set(events.map(({ kind }) => kind))).toEqual(
      new Set(['status', 'topology', 'metrics', 'marks', 'autosave']),
    );
  });
});
