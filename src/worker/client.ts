import { NS_PER_S, type Ns } from '../base';
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

/** A method that is missing here does not compile. */
const METHODS: Readonly<Record<keyof WorkerMethods, true>> = {
  load: true,
  play: true,
  pause: true,
  setSpeed: true,
  step: true,
  seek: true,
  restart: true,
  check: true,
  applyFiles: true,
  overlay: true,
  editorSchema: true,
  flagSentences: true,
  execute: true,
  setSelection: true,
  series: true,
  totals: true,
  clusterEvents: true,
  accessLog: true,
  recentTraces: true,
  traceSummaries: true,
  spans: true,
  pods: true,
  proxyStatistics: true,
  proxyConfig: true,
  explain: true,
  locate: true,
  traceHash: true,
  saveState: true,
  restoreState: true,
};

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Deaths at one place of the run after which the worker is left dead. */
const MAX_DEATHS = 4;
/** Simulated time beyond a death from which on the run counts as past it. */
const PAST_NS: Ns = NS_PER_S;

class Connection {
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: WorkerEvent) => void>();
  #worker: WorkerLike;
  #nextId = 1;
  #saved: SavedState | undefined;
  #deaths = 0;
  /** Last sign of life before the newest death. */
  #diedAtNs: Ns = 0;
  #nowNs: Ns = 0;
  /** Why there is no worker any more. */
  #end: string | undefined;
  #makeRendererPort: (() => MessagePort) | undefined;

  constructor(private readonly spawn: () => WorkerLike) {
    this.#worker = this.#start();
  }

  call(method: keyof WorkerMethods, args: readonly unknown[]): Promise<unknown> {
    if (this.#end !== undefined) return Promise.reject(new Error(this.#end));
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
    this.#listeners.clear();
    this.#end = 'The client was closed.';
    this.#worker.terminate();
    this.#rejectAll(this.#end);
  }

  #start(): WorkerLike {
    const worker = this.spawn();
    // What a worker that was given up had posted before may still arrive.
    const current = () => this.#worker === worker && this.#end === undefined;
    worker.onMessage((message) => current() && this.#receive(message));
    worker.onError((message) => current() && this.#die(message));
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
      this.#die(event.message);
      return;
    }
    if (event.kind === 'autosave') this.#saved = event.state;
    if (event.kind === 'status') this.#survive(event.status.nowNs);
    if (event.kind === 'metrics') this.#worker.postMessage({ kind: 'ackMetrics' });
    this.#emit(event);
  }

  #emit(event: WorkerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #rejectAll(message: string): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(new Error(message));
  }

  #survive(nowNs: Ns): void {
    this.#nowNs = nowNs;
    if (nowNs > this.#diedAtNs + PAST_NS) this.#deaths = 0;
  }

  /** A worker that died is replaced by one that replays the last saved state. The same run would fail at the same moment again, so not for ever. */
  #die(message: string): void {
    this.#diedAtNs = Math.max(this.#diedAtNs, this.#nowNs);
    this.#deaths += 1;
    if (this.#deaths === MAX_DEATHS) this.#end = message;
    this.#worker.terminate();
    this.#rejectAll(message);
    this.#emit({ kind: 'failed', message });
    if (this.#end !== undefined) return;
    this.#worker = this.#start();
    if (this.#makeRendererPort !== undefined) this.attachRenderer(this.#makeRendererPort());
    if (this.#saved !== undefined)
      this.call('restoreState', [this.#saved]).catch((error: unknown) => this.#fail(error));
  }

  /** The new worker could not replay the state either. */
  #fail(error: unknown): void {
    if (this.#end === undefined) this.#emit({ kind: 'failed', message: String(error) });
  }
}

/** A client over anything that speaks the protocol. */
export function createClient(spawn: () => WorkerLike): SimulationClient {
  const connection = new Connection(spawn);
  const methods = Object.fromEntries(
    Object.keys(METHODS).map((method) => [
      method,
      (...args: readonly unknown[]) => connection.call(method as keyof WorkerMethods, args),
    ]),
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
