import './text-view.css';
import type { ServiceNodeView } from '../../worker';
import InspectorContent from '../inspector/inspector-content';
import { KIND_WORDS, STATE_WORDS, shortName } from '../model/describe';
import { nodeState, podNote } from '../model/health';
import { NO_TRAFFIC } from '../model/traffic';
import { CommandButton } from '../parts/command-button';
import { useMetricsStore } from '../stores/metrics-store';
import { select, useSelectionStore } from '../stores/selection-store';
import { useTopologyStore } from '../stores/topology-store';

/** The picture in words: services with their numbers, and who calls whom. */
export default function TextView() {
  const services = useTopologyStore((state) => state.topology.services);
  const edges = useTopologyStore((state) => state.topology.edges);
  return (
    <section className="text-view" aria-label="Topology as a table" data-testid="text-view">
      <div className="text-view-head">
        <h2>Topology</h2>
        <CommandButton command="view.text" className="button-small">
          Back to the graph
        </CommandButton>
      </div>
      <Selected />
      <table>
        <caption>Services</caption>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">Namespace</th>
            <th scope="col">State</th>
            <th scope="col">Requests, per s</th>
            <th scope="col">Errors, %</th>
            <th scope="col">p95, ms</th>
            <th scope="col">Versions, share in %</th>
            <th scope="col">Pods</th>
          </tr>
        </thead>
        <tbody>
          {services.map((service) => (
            <ServiceRow key={service.id} service={service} />
          ))}
        </tbody>
      </table>
      <table>
        <caption>Calls</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">Requests, per s</th>
            <th scope="col">Errors, %</th>
            <th scope="col">Retries, per s</th>
            <th scope="col">p95, ms</th>
            <th scope="col">Mutual TLS, %</th>
          </tr>
        </thead>
        <tbody>
          {edges.map((edge) => (
            <EdgeRow key={edge.id} id={edge.id} source={edge.source} destination={edge.destination} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What is selected stands above the tables: there is no picture it could hang from. */
function Selected() {
  const open = useSelectionStore((state) => state.panel === 'inspector');
  return open ? (
    <section className="text-view-selected" aria-label="Selected">
      <InspectorContent />
    </section>
  ) : null;
}

function ServiceRow({ service }: { readonly service: ServiceNodeView }) {
  const metrics = useMetricsStore((state) => state.services.get(service.id));
  const idle = useMetricsStore((state) => state.idle.has(service.id));
  const traffic = metrics ?? NO_TRAFFIC;
  const versions = service.versions.map(({ name }, index) => {
    const percent = metrics?.versionPercents?.[index];
    return percent === undefined ? name : `${name} ${percent}`;
  });
  return (
    <tr>
      <th scope="row">
        <button type="button" className="link-button" onClick={() => select({ kind: 'service', id: service.id })}>
          {service.name}
        </button>
        {service.kind !== 'service' && <span className="tone-3"> {KIND_WORDS[service.kind]}</span>}
      </th>
      <td>{service.namespace === '' ? '–' : service.namespace}</td>
      <td>{STATE_WORDS[nodeState(service, metrics, idle)]}</td>
      <td>{traffic.rate}</td>
      <td>{traffic.errors}</td>
      <td>{traffic.p95}</td>
      <td>{versions.length === 0 ? '–' : versions.join(', ')}</td>
      <td>{service.pods.length === 0 ? '–' : podNote(service).text}</td>
    </tr>
  );
}

interface EdgeRowProps {
  readonly id: string;
  readonly source: string;
  readonly destination: string;
}

function EdgeRow({ id, source, destination }: EdgeRowProps) {
  const traffic = useMetricsStore((state) => state.edges.get(id)) ?? NO_TRAFFIC;
  return (
    <tr>
      <th scope="row">{shortName(source)}</th>
      <td>{shortName(destination)}</td>
      <td>{traffic.rate}</td>
      <td>{traffic.errors}</td>
      <td>{traffic.retries === '' ? '–' : traffic.retries}</td>
      <td>{traffic.p95}</td>
      <td>{traffic.mutualTlsPercent ?? '–'}</td>
    </tr>
  );
}
