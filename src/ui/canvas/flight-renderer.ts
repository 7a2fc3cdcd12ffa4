import type {
  CanvasSize,
  EdgeGeometryMessage,
  FlightHit,
  FromRenderer,
  RendererTheme,
  ToRenderer,
  Viewport,
} from './messages';

/**
 * The page's handle on the particles. It owns the canvas element, which is made once and moved where it is needed,
 * because a canvas can be handed to a worker only once.
 */
export class FlightRenderer {
  readonly canvas: HTMLCanvasElement;
  #send: ((message: ToRenderer, transfer?: Transferable[]) => void) | undefined;
  #waiting: { readonly message: ToRenderer; readonly transfer: Transferable[] }[] = [];
  #hits = new Map<number, (hit: FlightHit | undefined) => void>();
  #nextHit = 1;
  #viewport: Viewport = { x: 0, y: 0, zoom: 1 };
  readonly #countListeners = new Set<(flights: number) => void>();
  readonly #hoverListeners = new Set<(over: boolean) => void>();

  constructor() {
    this.canvas = document.createElement('canvas');
    this.canvas.className = 'flight-canvas';
    this.canvas.setAttribute('aria-hidden', 'true');
    if (typeof this.canvas.transferControlToOffscreen === 'function') this.#startWorker();
    else this.#startLocal();
  }

  /** Calls back when the number of particles in the picture has changed, at most twice a second. */
  onCount(listener: (flights: number) => void): () => void {
    this.#countListeners.add(listener);
    return () => this.#countListeners.delete(listener);
  }

  /** Calls back when the pointer comes over a particle or leaves it. */
  onHovering(listener: (over: boolean) => void): () => void {
    this.#hoverListeners.add(listener);
    return () => this.#hoverListeners.delete(listener);
  }

  /** A new line for the engine worker; the old one, if any, is dropped. */
  makePort(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#post({ kind: 'port', port: port2 }, [port2]);
    return port1;
  }

  setSize(size: CanvasSize): void {
    this.canvas.style.width = `${size.width}px`;
    this.canvas.style.height = `${size.height}px`;
    this.#post({ kind: 'size', size });
  }

  /**
   * The picture follows a frame later than the document does. Until it has, the old picture is moved to where it belongs.
   */
  setViewport(viewport: Viewport): void {
    this.#viewport = viewport;
    this.#post({ kind: 'viewport', viewport });
    this.#align();
  }

  setEdges(edges: EdgeGeometryMessage): void {
    this.#post({ kind: 'edges', edges });
  }

  setTheme(theme: RendererTheme): void {
    this.#post({ kind: 'theme', theme });
  }

  setReducedMotion(reduced: boolean): void {
    this.#post({ kind: 'motion', reduced });
  }

  focus(edges: readonly number[] | undefined, requestId: number | undefined): void {
    this.#post({ kind: 'focus', edges, requestId });
  }

  hover(x: number, y: number, inside: boolean): void {
    this.#post({ kind: 'hover', x, y, inside });
  }

  /** The particle at a point of the canvas, if any. */
  hitTest(x: number, y: number): Promise<FlightHit | undefined> {
    const id = this.#nextHit++;
    return new Promise((resolve) => {
      this.#hits.set(id, resolve);
      this.#post({ kind: 'hit', id, x, y });
    });
  }

  #painted: Viewport = { x: 0, y: 0, zoom: 1 };

  #align(): void {
    const { x, y, zoom } = this.#viewport;
    const ratio = zoom / this.#painted.zoom;
    const dx = x - this.#painted.x * ratio;
    const dy = y - this.#painted.y * ratio;
    const still = Math.abs(dx) < 0.01 && Math.abs(dy) < 0.01 && Math.abs(ratio - 1) < 1e-6;
    this.canvas.style.transform = still ? '' : `translate(${dx}px, ${dy}px) scale(${ratio})`;
  }

  #post(message: ToRenderer, transfer: Transferable[] = []): void {
    if (this.#send === undefined) this.#waiting.push({ message, transfer });
    else this.#send(message, transfer);
  }

  #start(send: (message: ToRenderer, transfer?: Transferable[]) => void): void {
    this.#send = send;
    for (const { message, transfer } of this.#waiting.splice(0)) send(message, transfer);
  }

  #startWorker(): void {
    const worker = new Worker(new URL('./render.worker.ts', import.meta.url), { type: 'module', name: 'renderer' });
    worker.addEventListener('message', ({ data }: MessageEvent<FromRenderer>) => this.#receive(data));
    const canvas = this.canvas.transferControlToOffscreen();
    this.#start((message, transfer) => worker.postMessage(message, transfer ?? []));
    this.#post({ kind: 'canvas', canvas }, [canvas]);
  }

  #startLocal(): void {
    import('./local-backend')
      .then(({ createLocalBackend }) => {
        this.#start(createLocalBackend(this.canvas, (message) => this.#receive(message)));
      })
      .catch(() => undefined);
  }

  #receive(message: FromRenderer): void {
    switch (message.kind) {
      case 'hit':
        this.#hits.get(message.id)?.(message.hit);
        this.#hits.delete(message.id);
        return;
      case 'painted':
        this.#painted = message.viewport;
        this.#align();
        return;
      case 'count':
        this.canvas.dataset['flights'] = String(message.flights);
        for (const listener of this.#countListeners) listener(message.flights);
        return;
      case 'hovering':
        for (const listener of this.#hoverListeners) listener(message.over);
        return;
    }
  }
}
