import { shortName } from '../model/describe';
import { NO_TRAFFIC } from '../model/traffic';
import { CommandButton } from '../parts/command-button';
import { useMetricsStore } from '../stores/metrics-store';
import { select } from '../stores/selection-store';
import { useTopologyStore } from '../stores/topology-store';
import { ParticleShape } from '../topology/shapes';
import { BigNumbers, errorTone, Flags, KeyValues, Statuses } from './parts';
import { triesOf } from './service-inspector';

export function EdgeTitle({ id }: { readonly id: string }) {
  const edge = useTopologyStore((state) => state.edges.get(id));
  if (edge === undefined) return <h2>Gone</h2>;
  return (
    <>
      <h2>
        {shortName(edge.source)} <span className="tone-3">→</span> {shortName(edge.destination)}
      </h2>
      <span className="chip">{edge.protocol === 'http' ? 'HTTP' : edge.protocol === 'grpc' ? 'gRPC' : 'TCP'}</span>
    </>
  );
}

export function EdgeInspector({ id }: { readonly id: string }) {
  const edge = useTopologyStore((state) => state.edges.get(id));
  const traffic = useMetricsStore((state) => state.edges.get(id)) ?? NO_TRAFFIC;
  if (edge === undefined) return <p>Nothing takes this way any more.</p>;
  return (
    <>
      <BigNumbers
        numbers={[
          { value: traffic.rate, label: edge.protocol === 'tcp' ? 'connections/s' : 'req/s' },
          { value: traffic.errors, label: 'errors', tone: errorTone(traffic) },
          { value: traffic.p95, label: 'p95 ms' },
          { value: triesOf(traffic.ratePerS, traffic.retries), label: 'tries' },
        ]}
      />
      <ul className="outcome-row" aria-label="Outcomes">
        <li>
          <ParticleShape kind="success" /> {traffic.success}/s success
        </li>
        <li>
          <ParticleShape kind="retry" /> {traffic.retries === '' ? '–' : `${traffic.retries}/s`} retries
        </li>
        <li>
          <ParticleShape kind="failure" /> {traffic.failure}/s failure
        </li>
        <li>
          <ParticleShape kind="denied" /> {traffic.denied}/s denied
        </li>
      </ul>
      <Statuses statuses={traffic.statuses} />
      <Flags flags={traffic.flags} />
      <KeyValues
        rows={[
          ['p50, p99', `${traffic.p50}, ${traffic.p99} ms`],
          ['mutual TLS', traffic.mutualTlsPercent === undefined ? '–' : `${traffic.mutualTlsPercent}% of requests`],
        ]}
      />
      <div className="popover-acts">
        <CommandButton command="chaos.break" icon="bolt" className="button-small">
          Break
        </CommandButton>
        <EndButton id={edge.source} />
        <EndButton id={edge.destination} />
      </div>
    </>
  );
}

function EndButton({ id }: { readonly id: string }) {
  return (
    <button type="button" className="button button-small" onClick={() => select({ kind: 'service', id })}>
      {shortName(id)}
    </button>
  );
}
