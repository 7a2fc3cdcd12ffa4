import type {
  FromWorker,
  RequestMessage,
  SavedState,
  SimulationClient,
  ToWorker,
  WorkerEvent,
  WorkerMethods,
} from './protocol';

/** What a client talks to: a worker, or the loopback's stand-in for one. */
export interface WorkerLike {
  postMessage(message: ToWorker, transfer?: Transferable[]): void;
  onMessage(listener: (message: FromWorker) => void): void;
  onError(listener: (message: string) => void): void;
  terminate(): void;
}

const METHODS: readonly (keyof WorkerMethods)[] = [
  'load',
  'play',
  'pause',
  'setSpeed',
  'step',
  'seek',
  'restart',
  'check',
  'applyFiles',
  'overlay',
  'editorSchema',
  'flagSentences',
  'execute',
  'setSelection',
  'series',
  'totals',
  'clusterEvents',
  'accessLog',
  'recentTraces',
  'traceSummaries',
  'spans',
  'pods',
  'proxyStatistics',
  'proxyConfig',
  'explain',
  'locate',
  'traceHash',
  'saveState',
  'restoreState',
];

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Restarts in a row without a sign of life in between, after which the worker is left dead. */
const MAX_RESTARTS = 3;

class Connection {
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: WorkerEvent) => void>();
  #worker: WorkerLike;
  #nextId = 1;
  #saved: SavedState | undefined;
  #restarts = 0;
  #makeRendererPort: (() => MessagePort) | undefined;

  constructor(private readonly spawn: () => WorkerLike) {
    this.#worker = this.#start();
  }

  call(method: keyof WorkerMethods, args: readonly unknown[]): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      // The typed surface of the client ties arguments to methods.
      this.#worker.postMessage({ kind: 'request', request: { id, method, args } as RequestMessage });
    });
  }

  onEvent(listener: (event: WorkerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  attachRenderer(port: MessagePort): void {
    this.#worker.postMessage({ kind: 'attachRenderer', port }, [port]);
  }

  /** How to get a new port for the renderer when the worker is replaced. */
  setRendererSource(make: () => MessagePort): void {
    this.#makeRendererPort = make;
    this.attachRenderer(make());
  }

  dispose(): void {
    this.#worker.terminate();
    this.#listeners.clear();
    this.#rejectAll('The client was closed.');
  }

  #start(): WorkerLike {
    const worker = this.spawn();
    worker.onMessage((message) => this.#receive(message));
    worker.onError((message) => this.#died(message));
    return worker;
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'response') {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.ok) pending?.resolve(message.value);
      else pending?.reject(new Error(message.message));
      return;
    }
    const { event } = message;
    if (event.kind === 'failed') {
      this.#died(event.message);
      return;
    }
    if (event.kind === 'autosave') this.#saved = event.state;
    if (event.kind === 'metrics') {
      this.#restarts = 0;
      this.#worker.postMessage({ kind: 'ackMetrics' });
    }
    this.#emit(event);
  }

  #emit(event: WorkerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #rejectAll(message: string): void {
    for (const { reject } of this.#pending.values()) reject(new Error(message));
    this.#pending.clear();
  }

  /** A worker that died is replaced by one that replays the last saved state. */
  #died(message: string): void {
    this.#worker.terminate();
    this.#rejectAll(message);
    this.#emit({ kind: 'failed', message });
    this.#restarts += 1;
    if (this.#restarts > MAX_RESTARTS) return;
    this.#worker = this.#start();
    if (this.#makeRendererPort !== undefined) this.attachRenderer(this.#makeRendererPort());
    if (this.#saved !== undefined)
      this.call('restoreState', [this.#saved]).catch((error: unknown) =>
        this.#emit({ kind: 'failed', message: String(error) }),
      );
  }
}

/** A client over anything that speaks the protocol. */
export function createClient(spawn: () => WorkerLike): SimulationClient {
  const connection = new Connection(spawn);
  const methods = Object.fromEntries(
    METHODS.map((method) => [method, (...args: readonly unknown[]) => connection.call(method, args)]),
  );
  return {
    ...methods,
    onEvent: (listener: (event: WorkerEvent) => void) => connection.onEvent(listener),
    attachRenderer: (makePort: () => MessagePort) => connection.setRendererSource(makePort),
    dispose: () => connection.dispose(),
  } as SimulationClient;
}

/** The client of the page: the engine in a worker of its own. */
export function createWorkerClient(): SimulationClient {
  return createClient(() => {
    const worker = new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' });
    return {
      postMessage: (message, transfer) => worker.postMessage(message, transfer ?? []),
      onMessage: (listener) =>
        worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => listener(data)),
      onError: (listener) => worker.addEventListener('error', (event) => listener(event.message)),
      terminate: () => worker.terminate(),
    };
  });
}
