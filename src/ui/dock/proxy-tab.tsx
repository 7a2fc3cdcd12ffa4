import './dock.css';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { Selection } from '../../worker';
import { useApp } from '../app-context';
import { Menu } from '../parts/menu';
import { Segments } from '../parts/segments';
import { useActivityStore } from '../stores/activity-store';
import { useSelectionStore } from '../stores/selection-store';
import { useTopologyStore } from '../stores/topology-store';
import { type ConfigEntry, listEntries } from './config-entries';
import { usePoll } from './use-poll';

const JsonView = lazy(() => import('../editor/monaco/json-view').then((module) => ({ default: module.JsonView })));

type Part = 'listeners' | 'routes' | 'clusters' | 'endpoints';

const PARTS: readonly { readonly value: Part; readonly label: string }[] = [
  { value: 'clusters', label: 'clusters' },
  { value: 'listeners', label: 'listeners' },
  { value: 'routes', label: 'routes' },
  { value: 'endpoints', label: 'endpoints' },
];

interface ProxyPod {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly service: string;
}

/** Pods that have a proxy to ask. */
function useProxies(): readonly ProxyPod[] {
  const topology = useTopologyStore((state) => state.topology);
  return useMemo(
    () =>
      topology.services.flatMap((service) =>
        service.pods
          .filter((pod) => pod.sidecar || service.kind === 'gateway')
          .map((pod) => ({ id: pod.id, name: pod.name, namespace: service.namespace, service: service.id })),
      ),
    [topology],
  );
}

/** The pod that was chosen here, else the selected one, else the first of the selected service, else the first of all. */
function usePod(proxies: readonly ProxyPod[]): readonly [ProxyPod | undefined, (id: string) => void] {
  const selection = useSelectionStore((state) => state.selection);
  const [choice, setChoice] = useState<{ readonly id: string; readonly selection: Selection }>();
  // A new selection is a new wish.
  const chosen = choice?.selection === selection ? choice.id : undefined;
  const wanted = (pod: ProxyPod): boolean => {
    if (selection.kind === 'pod') return pod.id === selection.id;
    return selection.kind === 'service' && pod.service === selection.id;
  };
  const pod = proxies.find(({ id }) => id === chosen) ?? proxies.find(wanted) ?? proxies[0];
  return [pod, (id) => setChoice({ id, selection })];
}

interface NamesProps {
  readonly entries: readonly ConfigEntry[];
  readonly chosen: number | undefined;
  choose(line: number): void;
}

function Names({ entries, chosen, choose }: NamesProps) {
  return (
    <ul className="proxy-names" aria-label="Names">
      {entries.map(({ name, line }) => (
        <li key={`${line}`}>
          <button
            type="button"
            className={line === chosen ? 'is-chosen' : ''}
            title={name}
            onClick={() => choose(line)}
          >
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What the control plane pushed to one proxy, as Envoy's own JSON. */
export function ProxyTab() {
  const { client } = useApp();
  const proxies = useProxies();
  const [pod, choosePod] = usePod(proxies);
  const [part, setPart] = useState<Part>('routes');
  const [place, setPlace] = useState<{ readonly text: string; readonly line: number }>();
  // A push follows an apply; asking once a second would draw megabytes anew for nothing.
  const applies = useActivityStore((state) => state.marks.length);
  const synced = useTopologyStore((state) => state.topology.revision);
  const key = `${pod?.id ?? ''} ${part} ${applies} ${synced}`;
  const text = usePoll(() => (pod === undefined ? Promise.resolve('') : client.proxyConfig(pod.id, part)), key);
  const entries = useMemo(() => listEntries(text ?? ''), [text]);
  // Another text has other lines.
  const line = place?.text === text ? place?.line : undefined;
  if (pod === undefined) {
    return (
      <div className="dock-empty">
        <b>No proxies</b>
        <p>No pod has a sidecar. Label a namespace with istio-injection: enabled and restart its workloads.</p>
      </div>
    );
  }
  return (
    <div className="proxy-tab">
      <div className="dock-tools">
        <Menu
          name={`Proxy: ${pod.name}`}
          className="proxy-picker"
          selected={pod.id}
          options={proxies.map(({ id, name, namespace }) => ({ id, label: name, detail: namespace }))}
          onSelect={choosePod}
        >
          <b>{pod.name}</b> · {pod.namespace}
        </Menu>
        <Segments name="Part of the configuration" options={PARTS} value={part} onChange={(value) => setPart(value)} />
        <code className="proxy-command">
          istioctl proxy-config {part} {pod.name}.{pod.namespace} -o json
        </code>
      </div>
      <div className="proxy-body">
        <Names entries={entries} chosen={line} choose={(to) => setPlace({ text: text ?? '', line: to })} />
        <Suspense fallback={<div className="panel-loading">Loading the editor …</div>}>
          <JsonView name={`${part} of ${pod.name}`} text={text ?? ''} line={line} />
        </Suspense>
      </div>
    </div>
  );
}
