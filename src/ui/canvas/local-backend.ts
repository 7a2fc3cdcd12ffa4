import type { FromRenderer, ToRenderer } from './messages';
import { RenderLoop } from './render-loop';

/** The renderer on the page's own thread, for browsers that cannot hand a canvas to a worker. */
export function createLocalBackend(
  canvas: HTMLCanvasElement,
  onMessage: (message: FromRenderer) => void,
): (message: ToRenderer) => void {
  const loop = new RenderLoop({
    nowMs: () => performance.now(),
    requestFrame: (callback) => requestAnimationFrame(callback),
    post: onMessage,
  });
  const context = canvas.getContext('2d');
  if (context !== null) {
    loop.setSurface({
      context,
      resize(width, height) {
        canvas.width = width;
        canvas.height = height;
      },
    });
  }
  return (message) => loop.receive(message);
}
