import type { FlightFrame } from '../../worker';
import type { FromRenderer, ToRenderer, Viewport } from './messages';
import type { DrawContext } from './paint';
import { Scene } from './scene';

/** A surface the loop draws on; sizes in device pixels. */
export interface Surface {
  readonly context: DrawContext;
  resize(width: number, height: number): void;
}

/** What the loop borrows from where it runs. */
export interface LoopHost {
  nowMs(): number;
  requestFrame(callback: () => void): void;
  post(message: FromRenderer): void;
}

const COUNT_INTERVAL_MS = 500;
/** With reduced motion particles stand still and are drawn anew this often. */
const STILL_INTERVAL_MS = 1_000;

/** Draws when there is something new to draw: time flows, or the picture was changed from outside. */
export class RenderLoop {
  readonly #scene = new Scene();
  #surface: Surface | undefined;
  #port: MessagePort | undefined;
  #scheduled = false;
  #dirty = false;
  #reduced = false;
  #paintedMs = 0;
  #countedMs = 0;
  #counted = -1;
  #hovering = false;
  #shown: Viewport | undefined;

  constructor(private readonly host: LoopHost) {}

  setSurface(surface: Surface): void {
    this.#surface = surface;
    this.#resize();
  }

  receive(message: ToRenderer): void {
    switch (message.kind) {
      case 'port':
        this.#listen(message.port);
        return;
      case 'hit': {
        const hit = this.#scene.hit(message.x, message.y, this.host.nowMs());
        this.host.post({ kind: 'hit', id: message.id, hit });
        return;
      }
      case 'size':
        this.#scene.size = message.size;
        this.#resize();
        return;
      case 'viewport':
        this.#scene.viewport = message.viewport;
        break;
      case 'edges':
        this.#scene.setEdges(message.edges);
        break;
      case 'theme':
        this.#scene.theme = message.theme;
        break;
      case 'motion':
        this.#reduced = message.reduced;
        break;
      case 'focus':
        this.#scene.focus(message.edges, message.requestId);
        break;
      case 'hover':
        this.#scene.point(message.inside ? { x: message.x, y: message.y } : undefined);
        break;
      case 'canvas':
        // The shell that owns the context has taken it.
        return;
    }
    this.#invalidate();
  }

  #listen(port: MessagePort): void {
    this.#port?.close();
    this.#port = port;
    port.addEventListener('message', ({ data }: MessageEvent<FlightFrame>) => {
      port.postMessage({ ack: data.frame });
      this.#scene.addFrame(data, this.host.nowMs());
      if (data.count > 0 || data.reset || data.rate === 0) this.#dirty = true;
      this.#schedule();
    });
    port.start();
  }

  #resize(): void {
    const { width, height, pixelRatio } = this.#scene.size;
    this.#surface?.resize(Math.max(1, Math.round(width * pixelRatio)), Math.max(1, Math.round(height * pixelRatio)));
    // A canvas is empty after its size was set: paint at once rather than in the next frame.
    this.#paint();
  }

  #invalidate(): void {
    this.#dirty = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.host.requestFrame(() => {
      this.#scheduled = false;
      this.#tick();
    });
  }

  #tick(): void {
    const nowMs = this.host.nowMs();
    const flowing = this.#scene.flights.count > 0 && this.#scene.flights.clock.rate > 0;
    const still = this.#reduced && nowMs - this.#paintedMs < STILL_INTERVAL_MS;
    if (this.#dirty || (flowing && !still)) this.#paint();
    if (flowing) this.#schedule();
  }

  #paint(): void {
    if (this.#surface === undefined) return;
    const nowMs = this.host.nowMs();
    this.#dirty = false;
    this.#paintedMs = nowMs;
    const { viewport } = this.#scene;
    const count = this.#scene.paint(this.#surface.context, nowMs);
    if (viewport !== this.#shown) this.host.post({ kind: 'painted', viewport });
    this.#shown = viewport;
    this.#report(count, nowMs);
  }

  #report(count: number, nowMs: number): void {
    const hovering = this.#scene.isHovering(nowMs);
    if (hovering !== this.#hovering) {
      this.#hovering = hovering;
      this.host.post({ kind: 'hovering', over: hovering });
    }
    const first = this.#counted <= 0 && count > 0;
    if (count === this.#counted || (!first && nowMs - this.#countedMs < COUNT_INTERVAL_MS)) return;
    this.#countedMs = nowMs;
    this.#counted = count;
    this.host.post({ kind: 'count', flights: count });
  }
}
