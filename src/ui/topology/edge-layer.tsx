import { memo } from 'react';
import type { GraphEdgeView } from '../../worker';
import { describeEdge } from '../model/describe';
import type { EdgeDisplay } from '../model/traffic';
import { useActivityStore } from '../stores/activity-store';
import { useMetricsStore } from '../stores/metrics-store';
import { useSelectionStore } from '../stores/selection-store';
import { useTopologyStore } from '../stores/topology-store';
import { type Cubic, pathOf, pointAt, tangentAt } from './bezier';
import { edgeWidth } from './geometry';
import { useGraphStore } from './graph-store';
import { setHoveredEdge, useHoverStore } from './hover-store';

export type EdgeLook = 'healthy' | 'failing' | 'denied' | 'tcp' | 'idle';

/** How a line is drawn; colour repeats what dash, width and marks say. */
export function edgeLook(edge: GraphEdgeView, traffic: EdgeDisplay | undefined, idle: boolean): EdgeLook {
  if (idle || traffic === undefined || traffic.ratePerS === 0) return 'idle';
  if (traffic.health === 'failing') return 'failing';
  if (traffic.deniedRatio > 0.5) return 'denied';
  return edge.protocol === 'tcp' ? 'tcp' : 'healthy';
}

/** All lines, below the cards. Its elements are focused by the arrow keys, from the cards. */
export function EdgeLayer({ onPick }: { readonly onPick: (id: string, event: React.MouseEvent) => void }) {
  const edges = useTopologyStore((state) => state.topology.edges);
  const hidden = useGraphStore((state) => state.level === 'namespaces');
  if (hidden) return null;
  return (
    <svg className="edge-layer" width="1" height="1" fill="none">
      <title>Calls between services</title>
      {edges.map((edge) => (
        <EdgeLine key={edge.id} edge={edge} onPick={onPick} />
      ))}
    </svg>
  );
}

interface EdgeLineProps {
  readonly edge: GraphEdgeView;
  readonly onPick: (id: string, event: React.MouseEvent) => void;
}

const EdgeLine = memo(function EdgeLine({ edge, onPick }: EdgeLineProps) {
  const curve = useGraphStore((state) => state.curves.get(edge.id));
  const traffic = useMetricsStore((state) => state.edges.get(edge.id));
  const idle = useMetricsStore((state) => state.idle.has(edge.id));
  const selected = useSelectionStore(({ selection }) => selection.kind === 'edge' && selection.id === edge.id);
  const faded = useSelectionStore(({ related }) => related !== undefined && !related.has(edge.id));
  const hovered = useHoverStore((state) => state.edgeId === edge.id);
  const partitioned = useIsPartitioned(edge.id);
  if (curve === undefined) return null;
  const path = pathOf(curve);
  const width = edgeWidth(traffic?.ratePerS ?? 0);
  const classes = ['edge', `look-${edgeLook(edge, traffic, idle)}`];
  if (selected) classes.push('is-selected');
  if (faded) classes.push('is-faded');
  if (hovered) classes.push('is-hovered');
  return (
    <g className={classes.join(' ')} style={{ '--width': width }} data-testid={`edge-${edge.id}`}>
      <path className="edge-halo" d={path} />
      <path className="edge-line" d={path} />
      <path className="edge-head" d="M-6-4 0 0l-6 4" style={{ translate: `${curve[6]}px ${curve[7]}px` }} />
      {partitioned && <path className="edge-cut" d={cutOf(curve)} />}
      <a
        href={`#edge=${encodeURIComponent(edge.id)}`}
        tabIndex={-1}
        className="edge-hit"
        data-edge={edge.id}
        aria-label={describeEdge(edge, traffic)}
        onClick={(event) => {
          event.preventDefault();
          onPick(edge.id, event);
        }}
        onPointerEnter={() => setHoveredEdge(edge.id)}
        onPointerLeave={() => setHoveredEdge(undefined)}
        onFocus={() => setHoveredEdge(edge.id)}
        onBlur={() => setHoveredEdge(undefined)}
      >
        <path d={path} />
      </a>
    </g>
  );
});

/** Two bars across the line. */
function cutOf(curve: Cubic): string {
  return [0.46, 0.54]
    .map((t) => {
      const { x, y } = pointAt(curve, t);
      const { x: dx, y: dy } = tangentAt(curve, t);
      return `M${x - dy * -8} ${y - dx * 8}L${x + dy * -8} ${y + dx * 8}`;
    })
    .join('');
}

function useIsPartitioned(id: string): boolean {
  return useActivityStore((state) => {
    for (const { anchor, spec } of state.injected.values()) {
      if (anchor === id && spec.scope === 'engine' && spec.fault.kind === 'partition') return true;
    }
    return false;
  });
}
