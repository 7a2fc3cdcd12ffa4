import { layoutGraph } from './layout';
import type { LayoutRequest } from './layout-model';

/** Layout of a thousand cards takes a good second: not on the thread that draws. */
self.addEventListener('message', ({ data }: MessageEvent<{ readonly id: number; readonly request: LayoutRequest }>) => {
  self.postMessage({ id: data.id, positions: layoutGraph(data.request) });
});
