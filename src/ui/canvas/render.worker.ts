import type { FromRenderer, ToRenderer } from './messages';
import { RenderLoop } from './render-loop';

/** The shell: owns the canvas, hands everything else to the loop. */
const loop = new RenderLoop({
  nowMs: () => performance.now(),
  requestFrame: (callback) => self.requestAnimationFrame(callback),
  post: (message: FromRenderer) => self.postMessage(message),
});

function adopt(canvas: OffscreenCanvas): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  loop.setSurface({
    context,
    resize(width, height) {
      canvas.width = width;
      canvas.height = height;
    },
  });
}

self.addEventListener('message', ({ data }: MessageEvent<ToRenderer>) => {
  if (data.kind === 'canvas') adopt(data.canvas);
  else loop.receive(data);
});
