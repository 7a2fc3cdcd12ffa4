import type { MutablePoint } from './edge-table';
import { OUTCOME } from './flight-store';
import type { RendererTheme } from './messages';

/** What drawing needs of a 2D context; the page's and the worker's both have it. */
export type DrawContext = Pick<
  OffscreenCanvasRenderingContext2D,
  | 'arc'
  | 'beginPath'
  | 'clearRect'
  | 'closePath'
  | 'fill'
  | 'fillRect'
  | 'fillStyle'
  | 'globalAlpha'
  | 'lineCap'
  | 'lineTo'
  | 'lineWidth'
  | 'moveTo'
  | 'rect'
  | 'setLineDash'
  | 'setTransform'
  | 'stroke'
  | 'strokeStyle'
>;

/** What a picture is drawn with. `scale` is 1 for particles 8.4 px across. */
export interface Brush {
  readonly context: DrawContext;
  readonly theme: RendererTheme;
  readonly scale: number;
}

/** Positions of one kind of particle: x, y interleaved, in CSS pixels. */
class Points {
  values = new Float32Array(256);
  count = 0;

  add(x: number, y: number): void {
    if (this.count * 2 + 2 > this.values.length) {
      const grown = new Float32Array(this.values.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.count * 2] = x;
    this.values[this.count * 2 + 1] = y;
    this.count += 1;
  }

  visit(draw: (x: number, y: number) => void): void {
    for (let index = 0; index < this.count; index++) {
      draw(this.values[index * 2] ?? 0, this.values[index * 2 + 1] ?? 0);
    }
  }
}

/** From this many of one kind on, they are squares without border: many arcs are slow to fill. */
const SIMPLE_FROM = 1_200;

const OUTCOMES = Object.keys(OUTCOME).length;

/** Collects a picture's particles by kind and draws each kind in one stroke of the brush. */
export class Batch {
  readonly #points = Array.from({ length: OUTCOMES }, () => new Points());
  /** Tails of responses: two points each. */
  readonly #tails = Array.from({ length: OUTCOMES }, () => new Points());

  clear(): void {
    for (const points of [...this.#points, ...this.#tails]) points.count = 0;
  }

  get count(): number {
    return this.#points.reduce((sum, points) => sum + points.count, 0);
  }

  add(outcome: number, x: number, y: number): void {
    this.#points[outcome]?.add(x, y);
  }

  addTail(outcome: number, from: MutablePoint, to: MutablePoint): void {
    const tails = this.#tails[outcome];
    tails?.add(from.x, from.y);
    tails?.add(to.x, to.y);
  }

  draw(brush: Brush, alpha: number): void {
    const { context } = brush;
    context.lineCap = 'round';
    this.#drawTails(brush, alpha);
    context.globalAlpha = alpha;
    this.#drawMirrored(brush);
    this.#drawFilled(brush);
    this.#drawRings(brush);
    this.#drawCrosses(brush);
    context.globalAlpha = 1;
  }

  #drawTails({ context, theme, scale }: Brush, alpha: number): void {
    context.globalAlpha = 0.45 * alpha;
    context.lineWidth = 3 * scale;
    this.#tails.forEach((tails, outcome) => {
      if (tails.count === 0) return;
      context.strokeStyle = colourOf(outcome, theme);
      context.beginPath();
      for (let index = 0; index < tails.count; index += 2) {
        context.moveTo(tails.values[index * 2] ?? 0, tails.values[index * 2 + 1] ?? 0);
        context.lineTo(tails.values[index * 2 + 2] ?? 0, tails.values[index * 2 + 3] ?? 0);
      }
      context.stroke();
    });
  }

  #drawFilled(brush: Brush): void {
    const { context, theme, scale } = brush;
    context.strokeStyle = theme.background;
    context.lineWidth = 1.5 * scale;
    this.#fill(brush, OUTCOME.success, (x, y) => circle(context, x, y, 4.2 * scale));
    this.#fill(brush, OUTCOME.denied, (x, y) => context.rect(x - 4 * scale, y - 4 * scale, 8 * scale, 8 * scale));
    this.#fill(brush, OUTCOME.tcp, (x, y) => diamond(context, x, y, 5 * scale));
  }

  #fill({ context, theme, scale }: Brush, outcome: number, trace: (x: number, y: number) => void): void {
    const points = this.#points[outcome];
    if (points === undefined || points.count === 0) return;
    context.fillStyle = colourOf(outcome, theme);
    if (points.count >= SIMPLE_FROM) {
      const size = 7 * scale;
      points.visit((x, y) => context.fillRect(x - size / 2, y - size / 2, size, size));
      return;
    }
    context.beginPath();
    points.visit(trace);
    context.fill();
    context.stroke();
  }

  #drawRings({ context, theme, scale }: Brush): void {
    const points = this.#points[OUTCOME.retry];
    if (points === undefined || points.count === 0) return;
    context.fillStyle = theme.background;
    context.strokeStyle = theme.retry;
    context.lineWidth = 2.2 * scale;
    context.beginPath();
    points.visit((x, y) => circle(context, x, y, 4.2 * scale));
    context.fill();
    context.stroke();
  }

  #drawMirrored({ context, theme, scale }: Brush): void {
    const points = this.#points[OUTCOME.mirrored];
    if (points === undefined || points.count === 0) return;
    context.fillStyle = theme.background;
    context.strokeStyle = theme.text3;
    context.lineWidth = 1.4 * scale;
    context.setLineDash([2 * scale, 1.6 * scale]);
    context.beginPath();
    points.visit((x, y) => circle(context, x, y, 3.4 * scale));
    context.fill();
    context.stroke();
    context.setLineDash([]);
  }

  #drawCrosses({ context, theme, scale }: Brush): void {
    const points = this.#points[OUTCOME.failure];
    if (points === undefined || points.count === 0) return;
    const reach = 4 * scale;
    context.beginPath();
    points.visit((x, y) => {
      context.moveTo(x - reach, y - reach);
      context.lineTo(x + reach, y + reach);
      context.moveTo(x + reach, y - reach);
      context.lineTo(x - reach, y + reach);
    });
    context.strokeStyle = theme.background;
    context.lineWidth = 5 * scale;
    context.stroke();
    context.strokeStyle = theme.bad;
    context.lineWidth = 2.4 * scale;
    context.stroke();
  }
}

function circle(context: DrawContext, x: number, y: number, radius: number): void {
  context.moveTo(x + radius, y);
  context.arc(x, y, radius, 0, Math.PI * 2);
}

function diamond(context: DrawContext, x: number, y: number, reach: number): void {
  context.moveTo(x, y - reach);
  context.lineTo(x + reach, y);
  context.lineTo(x, y + reach);
  context.lineTo(x - reach, y);
  context.closePath();
}

function colourOf(outcome: number, theme: RendererTheme): string {
  switch (outcome) {
    case OUTCOME.retry:
      return theme.retry;
    case OUTCOME.failure:
      return theme.bad;
    case OUTCOME.denied:
      return theme.deny;
    case OUTCOME.tcp:
      return theme.tcp;
    case OUTCOME.mirrored:
      return theme.text3;
    default:
      return theme.ok;
  }
}

/** The ring around a particle: thin under the pointer, thick and with a soft disc when it is picked up. */
export function drawRing(
  context: DrawContext,
  theme: RendererTheme,
  at: { readonly x: number; readonly y: number },
  kind: 'hover' | 'selected',
): void {
  context.beginPath();
  if (kind === 'selected') {
    circle(context, at.x, at.y, 17);
    context.globalAlpha = 0.14;
    context.fillStyle = theme.accent;
    context.fill();
    context.globalAlpha = 1;
    context.beginPath();
    circle(context, at.x, at.y, 12);
    context.strokeStyle = theme.accent;
    context.lineWidth = 2;
  } else {
    circle(context, at.x, at.y, 11);
    context.strokeStyle = theme.text2;
    context.lineWidth = 1.2;
  }
  context.stroke();
}
