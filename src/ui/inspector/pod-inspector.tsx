import type { PodObservation, PodStatusView } from '../../worker';
import { useApp } from '../app-context';
import { POD_WORDS, podMark } from '../model/health';
import { CommandButton } from '../parts/command-button';
import { announce } from '../stores/notices-store';
import { clearSelection, select } from '../stores/selection-store';
import { useTopologyStore } from '../stores/topology-store';
import { PodShape } from '../topology/shapes';
import { BigNumbers, KeyValues } from './parts';
import { usePolled } from './use-polled';

const POLL_MS = 500;

function usePod(id: string): { readonly pod: PodStatusView | undefined; readonly owner: string | undefined } {
  const owner = useTopologyStore((state) => state.podOwners.get(id));
  const service = useTopologyStore((state) => (owner === undefined ? undefined : state.services.get(owner)));
  return { pod: service?.pods.find((candidate) => candidate.id === id), owner };
}

export function PodTitle({ id }: { readonly id: string }) {
  const { pod } = usePod(id);
  if (pod === undefined) return <h2>Gone</h2>;
  return (
    <>
      <PodShape mark={podMark(pod)} />
      <h2 className="mono">{pod.name}</h2>
      <span className={pod.state === 'ready' ? 'badge badge-ok' : 'badge badge-bad'}>{POD_WORDS[pod.state]}</span>
    </>
  );
}

export function PodInspector({ id }: { readonly id: string }) {
  const { client } = useApp();
  const { pod, owner } = usePod(id);
  const observations = usePolled(() => client.pods(), id, POLL_MS);
  const observed = observations?.find((candidate) => candidate.id === id);
  if (pod === undefined) return <p>This pod is not there any more.</p>;
  return (
    <>
      <BigNumbers numbers={podNumbers(observed)} />
      <KeyValues rows={podRows(pod, observed)} />
      <div className="popover-acts">
        <CommandButton command="chaos.break" icon="bolt" className="button-small">
          Break
        </CommandButton>
        {owner !== undefined && (
          <button type="button" className="button button-small" onClick={() => select({ kind: 'service', id: owner })}>
            Whole service
          </button>
        )}
        <button
          type="button"
          className="button button-small button-danger popover-act-last"
          onClick={() => {
            void client.execute({ kind: 'deletePod', pod: id });
            announce(`Deleted pod ${pod.name}`);
            clearSelection();
          }}
        >
          Delete pod
        </button>
      </div>
    </>
  );
}

function podNumbers(observed: PodObservation | undefined) {
  const show = (value: number | undefined): string => (value === undefined ? '–' : String(value));
  return [
    { value: show(observed?.busyWorkers), label: 'busy workers' },
    { value: show(observed?.queuedRequests), label: 'in the queue' },
    { value: show(observed?.completed), label: 'answered' },
    {
      value: show(observed?.errors),
      label: 'errors',
      tone: observed !== undefined && observed.errors > 0 ? 'bad' : '',
    },
  ] as const;
}

function podRows(pod: PodStatusView, observed: PodObservation | undefined) {
  const proxy = pod.sidecar ? (pod.synced ? 'Envoy, in step' : 'Envoy, runs on an older configuration') : 'none';
  const ejectedBy = observed?.ejectedBy.length ?? 0;
  return [
    ['workload', pod.workload],
    ['version', pod.version],
    [
      'address',
      <span key="ip" className="mono">
        {pod.ip === '' ? '–' : pod.ip}
      </span>,
    ],
    ['node', pod.nodeName === '' ? '–' : pod.nodeName],
    ['restarts', String(pod.restarts)],
    ['sidecar', proxy],
    ['ejected by', ejectedBy === 0 ? 'nobody' : `${ejectedBy} ${ejectedBy === 1 ? 'proxy' : 'proxies'}`],
  ] as const;
}
