import { createClient, type WorkerLike } from './client';
import { Host, type HostShell } from './host';
import { createDispatcher } from './methods';
import type { FromWorker, SimulationClient, ToWorker } from './protocol';

/** The worker's half of a loopback: run it by hand, slice by slice. */
export interface Loopback {
  readonly client: SimulationClient;
  readonly host: Host;
}

/**
 * The same client without a worker, for tests and for places without workers. Messages are cloned as the border
 * would clone them, so that what cannot cross fails here too.
 */
export function createLoopback(shell: Pick<HostShell, 'nowMs'>): Loopback {
  let deliver: (message: FromWorker) => void = () => undefined;
  const host = new Host({
    nowMs: shell.nowMs,
    send: (event) => deliver(structuredClone({ kind: 'event', event })),
    sendFlights: () => undefined,
  });
  const dispatch = createDispatcher(host);
  const answer = (message: ToWorker): FromWorker | undefined => {
    if (message.kind === 'ackMetrics') host.acknowledgeMetrics();
    if (message.kind !== 'request') return undefined;
    const { id } = message.request;
    try {
      return { kind: 'response', id, ok: true, value: dispatch(message.request) };
    } catch (error) {
      return { kind: 'response', id, ok: false, message: String(error) };
    }
  };
  const worker: WorkerLike = {
    postMessage: (message) => {
      const response = answer(message.kind === 'attachRenderer' ? message : structuredClone(message));
      if (response !== undefined) deliver(structuredClone(response));
    },
    onMessage: (listener) => {
      deliver = listener;
    },
    onError: () => undefined,
    terminate: () => undefined,
  };
  return { client: createClient(() => worker), host };
}
