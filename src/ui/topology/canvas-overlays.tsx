import { CommandButton } from '../parts/command-button';
import { Icon } from '../parts/icon';
import { useScenarioStore } from '../stores/scenario-store';
import { useTopologyStore } from '../stores/topology-store';
import { useTransportStore } from '../stores/transport-store';
import { useGraphStore } from './graph-store';
import { type ParticleKind, ParticleShape } from './shapes';

const LEGEND: readonly { readonly kind: ParticleKind; readonly word: string }[] = [
  { kind: 'success', word: 'success' },
  { kind: 'retry', word: 'retry' },
  { kind: 'failure', word: 'failure' },
  { kind: 'denied', word: 'denied' },
  { kind: 'tcp', word: 'TCP' },
];

export function CanvasLegend() {
  return (
    <ul className="canvas-legend" aria-label="Legend">
      {LEGEND.map(({ kind, word }) => (
        <li key={kind}>
          <ParticleShape kind={kind} />
          {word}
        </li>
      ))}
      <li>
        <span className="sidecar-badge" aria-hidden="true">
          E
        </span>
        sidecar
      </li>
    </ul>
  );
}

export function CanvasTools() {
  const mutualTls = useGraphStore((state) => state.showMutualTls);
  const moved = useGraphStore((state) => state.moved);
  return (
    <div className="canvas-tools" role="toolbar" aria-label="Graph">
      {moved && <CommandButton command="view.tidy" className="button-small" />}
      <CommandButton command="view.mutualTls" className="button-small" pressed={mutualTls}>
        mTLS
      </CommandButton>
      <CommandButton command="view.text" className="button-small">
        Table
      </CommandButton>
      <CommandButton command="view.fit" className="button-small">
        Fit
      </CommandButton>
    </div>
  );
}

/** While time stands still: how to go on by one event. */
export function PausedPill() {
  const playing = useTransportStore((state) => state.playing);
  const ready = useTransportStore((state) => state.ready);
  if (playing || !ready) return null;
  return (
    <div className="paused-pill" data-testid="paused">
      <b>Paused</b>
      <span className="tone-3">one event further</span>
      <kbd>.</kbd>
    </div>
  );
}

/** Before the first picture: the shape of what is to come. */
export function GraphPlaceholder() {
  const ready = useGraphStore((state) => state.ready);
  const loading = useScenarioStore((state) => state.loading);
  const current = useScenarioStore((state) => state.current);
  const services = useTopologyStore((state) => state.topology.services.length);
  const loaded = useTopologyStore((state) => state.loaded);
  if (ready && services > 0) return null;
  if (!loading && current === undefined) return <EmptyGraph title="No scenario" detail="Pick one at the top." />;
  if (!loading && loaded && services === 0) {
    return (
      <EmptyGraph
        title="No workloads"
        detail="These manifests deploy nothing. Add a Deployment with a Service, or drop YAML files here."
      />
    );
  }
  return <GraphSkeleton />;
}

function EmptyGraph({ title, detail }: { readonly title: string; readonly detail: string }) {
  return (
    <div className="topology-empty">
      <div className="empty-card" data-testid="empty">
        <Icon name="hexagon" />
        <b>{title}</b>
        {detail}
      </div>
    </div>
  );
}

const SKELETON = [
  { left: '12%', top: '40%' },
  { left: '40%', top: '40%' },
  { left: '68%', top: '14%' },
  { left: '68%', top: '40%' },
  { left: '68%', top: '66%' },
];

function GraphSkeleton() {
  return (
    <div className="topology-empty" aria-hidden="true">
      {SKELETON.map((place) => (
        <div key={`${place.left} ${place.top}`} className="skeleton-card" style={place} />
      ))}
    </div>
  );
}

/** Nobody calls anybody: says so, and what to add. */
export function NoTraffic() {
  const services = useTopologyStore((state) => state.topology.services.length);
  const quiet = useTopologyStore((state) => state.topology.edges.length === 0);
  const ready = useGraphStore((state) => state.ready);
  if (!ready || !quiet || services === 0) return null;
  return (
    <div className="no-traffic empty-card">
      <Icon name="users" />
      <b>No traffic</b>
      Nobody calls these services. Add a TrafficSource to the manifests.
    </div>
  );
}
