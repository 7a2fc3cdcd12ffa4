import type { ServiceNodeView } from '../../worker';
import { isRestartable } from '../commands/cluster-commands';
import { KIND_WORDS, STATE_WORDS } from '../model/describe';
import { nodeState, POD_WORDS, podMark } from '../model/health';
import { NO_TRAFFIC } from '../model/traffic';
import { CommandButton } from '../parts/command-button';
import { useMetricsStore } from '../stores/metrics-store';
import { select } from '../stores/selection-store';
import { useTopologyStore } from '../stores/topology-store';
import { PodShape } from '../topology/shapes';
import { BigNumbers, errorTone, Flags, KeyValues, Statuses } from './parts';

const STATE_BADGES = {
  healthy: 'badge badge-ok',
  degraded: 'badge',
  failing: 'badge badge-bad',
  idle: 'badge badge-idle',
  starting: 'badge badge-accent',
  outside: 'badge badge-idle',
} as const;

export function ServiceTitle({ id }: { readonly id: string }) {
  const service = useTopologyStore((state) => state.services.get(id));
  const traffic = useMetricsStore((state) => state.services.get(id));
  const idle = useMetricsStore((state) => state.idle.has(id));
  if (service === undefined) return <h2>Gone</h2>;
  const state = nodeState(service, traffic, idle);
  return (
    <>
      <h2>{service.name}</h2>
      <span className={STATE_BADGES[state]}>{STATE_WORDS[state]}</span>
      <span className="tone-3">
        {KIND_WORDS[service.kind]}
        {service.namespace === '' ? '' : ` in ${service.namespace}`}
      </span>
    </>
  );
}

export function ServiceInspector({ id }: { readonly id: string }) {
  const service = useTopologyStore((state) => state.services.get(id));
  const measured = useMetricsStore((state) => state.services.get(id));
  const traffic = measured ?? NO_TRAFFIC;
  if (service === undefined) return <p>This service is not there any more.</p>;
  return (
    <>
      <BigNumbers
        numbers={[
          { value: traffic.rate, label: 'req/s' },
          { value: traffic.errors, label: 'errors', tone: errorTone(traffic) },
          { value: traffic.p95, label: 'p95 ms' },
          { value: triesOf(traffic.ratePerS, traffic.retries), label: 'tries' },
        ]}
      />
      <Statuses statuses={traffic.statuses} />
      <Flags flags={traffic.flags} />
      <KeyValues
        rows={[
          ['p50, p99', `${traffic.p50}, ${traffic.p99} ms`],
          ['denied', traffic.deniedRatio > 0 ? `${traffic.denied} req/s` : 'none'],
          ['mutual TLS', traffic.mutualTlsPercent === undefined ? '–' : `${traffic.mutualTlsPercent}%`],
        ]}
      />
      <Versions service={service} percents={measured?.versionPercents} />
      <Pods service={service} />
      {service.kind !== 'client' && (
        <div className="popover-acts">
          <CommandButton command="chaos.break" icon="bolt" className="button-small">
            Break
          </CommandButton>
          {service.pods.some(isRestartable) && (
            <CommandButton command="cluster.restart" icon="restart" className="button-small">
              Restart pods
            </CommandButton>
          )}
        </div>
      )}
    </>
  );
}

/** Tries per request: 1 when nothing was retried. */
export function triesOf(ratePerS: number, retries: string): string {
  if (ratePerS === 0) return '–';
  const perS = Number.parseFloat(retries.replace('<', '')) || 0;
  return (1 + perS / ratePerS).toFixed(perS === 0 ? 0 : 2);
}

interface VersionsProps {
  readonly service: ServiceNodeView;
  readonly percents: readonly number[] | undefined;
}

function Versions({ service, percents }: VersionsProps) {
  if (service.versions.length < 2) return null;
  return (
    <section className="version-shares" aria-label="Versions">
      {service.versions.map(({ name, pods }, index) => {
        const percent = percents?.[index];
        return (
          <div key={name}>
            <span className="chip">{name}</span>
            <span className="share-bar">
              <i style={{ width: `${percent ?? 0}%` }} />
            </span>
            <span className="mono">{percent === undefined ? '–' : `${percent}%`}</span>
            <span className="tone-3">
              {pods} {pods === 1 ? 'pod' : 'pods'}
            </span>
          </div>
        );
      })}
    </section>
  );
}

function Pods({ service }: { readonly service: ServiceNodeView }) {
  if (service.pods.length === 0) return null;
  return (
    <section aria-label="Pods">
      <h3>Pods</h3>
      <ul className="pod-list">
        {service.pods.map((pod) => (
          <li key={pod.id}>
            <button type="button" className="pod-row" onClick={() => select({ kind: 'pod', id: pod.id })}>
              <PodShape mark={podMark(pod)} />
              <span className="mono">{pod.name}</span>
              <span className="chip">{pod.version}</span>
              <span className="tone-3">
                {pod.sidecar ? POD_WORDS[pod.state] : `${POD_WORDS[pod.state]}, no sidecar`}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
