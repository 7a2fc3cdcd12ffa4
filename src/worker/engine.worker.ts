import { Host } from './host';
import { createDispatcher } from './methods';
import type { FromWorker, ToWorker } from './protocol';

/** The shell: receives, asks the host, posts. Everything that decides anything is in the host. */
const IDLE_MS = 8;

let renderer: MessagePort | undefined;
const post = (message: FromWorker) => self.postMessage(message);
const host = new Host({
  nowMs: () => performance.now(),
  send: (event) => post({ kind: 'event', event }),
  sendFlights: (frame, transfer) => renderer?.postMessage(frame, transfer),
});
const dispatch = createDispatcher(host);

// A message to oneself comes back after waiting messages; a timer would be clamped to 4 ms.
const tick = new MessageChannel();
let scheduled = false;

function schedule(atOnce: boolean): void {
  if (scheduled || !host.isPlaying) return;
  scheduled = true;
  if (atOnce) tick.port2.postMessage(0);
  else setTimeout(() => tick.port2.postMessage(0), IDLE_MS);
}

tick.port1.addEventListener('message', () => {
  scheduled = false;
  try {
    schedule(host.slice());
  } catch (error) {
    post({ kind: 'event', event: { kind: 'failed', message: String(error) } });
  }
});
tick.port1.start();

function attachRenderer(port: MessagePort): void {
  renderer = port;
  port.addEventListener('message', () => host.acknowledgeFrame());
  port.start();
  host.attachRenderer();
}

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'attachRenderer') return attachRenderer(data.port);
  if (data.kind === 'ackMetrics') return host.acknowledgeMetrics();
  const { request } = data;
  try {
    post({ kind: 'response', id: request.id, ok: true, value: dispatch(request) });
  } catch (error) {
    post({ kind: 'response', id: request.id, ok: false, message: String(error) });
  }
  schedule(true);
});
