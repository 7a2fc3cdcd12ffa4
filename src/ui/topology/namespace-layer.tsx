import { useMemo } from 'react';
import { formatPercent, formatRate } from '../format/numbers';
import type { EdgeDisplay } from '../model/traffic';
import { FAILING_ERROR_RATIO } from '../model/traffic';
import { useMetricsStore } from '../stores/metrics-store';
import { useTopologyStore } from '../stores/topology-store';
import { pathOf } from './bezier';
import { captionOf, summaryRoom } from './box-caption';
import { edgeWidth, type Rect, routeEdges } from './geometry';
import { labelUnit, type NamespaceBox, useGraphStore } from './graph-store';

/** Namespaces as dashed boxes below everything; from far away they carry the numbers themselves. */
export function NamespaceLayer() {
  const boxes = useGraphStore((state) => state.boxes);
  const far = useGraphStore((state) => state.level === 'namespaces');
  const unit = useGraphStore(labelUnit);
  const curves = useGraphStore((state) => state.curves);
  const captions = useMemo(() => boxes.map((box) => captionOf(box, unit, curves.values())), [boxes, unit, curves]);
  return (
    <div className="namespace-layer">
      {far && <NamespaceEdges />}
      {boxes.map((box, index) => (
        <div
          key={box.name}
          className="namespace-box"
          data-testid={`namespace-${box.name}`}
          style={{ left: box.rect.x, top: box.rect.y, width: box.rect.width, height: box.rect.height }}
        >
          {far ? (
            <NamespaceSummary box={box} unit={unit} />
          ) : (
            <b style={{ left: captions[index]?.left }}>{captions[index]?.text}</b>
          )}
        </div>
      ))}
    </div>
  );
}

interface Flow {
  readonly ratePerS: number;
  readonly errorRatio: number;
}

function sumFlows(edges: readonly EdgeDisplay[]): Flow {
  const ratePerS = edges.reduce((sum, edge) => sum + edge.ratePerS, 0);
  const errors = edges.reduce((sum, edge) => sum + edge.ratePerS * edge.errorRatio, 0);
  return { ratePerS, errorRatio: ratePerS > 0 ? errors / ratePerS : 0 };
}

/** What enters a namespace from outside of it, or what its services answer if nothing does. */
function NamespaceSummary({ box, unit }: { readonly box: NamespaceBox; readonly unit: number }) {
  const edges = useTopologyStore((state) => state.topology.edges);
  const services = useTopologyStore((state) => state.services);
  const metrics = useMetricsStore((state) => state.edges);
  const inside = (id: string): boolean => services.get(id)?.namespace === box.name;
  const entering = edges.filter((edge) => inside(edge.destination) && !inside(edge.source));
  const counted = entering.length > 0 ? entering : edges.filter((edge) => inside(edge.destination));
  const { ratePerS, errorRatio } = sumFlows(counted.flatMap((edge) => metrics.get(edge.id) ?? []));
  const tone = errorRatio >= FAILING_ERROR_RATIO ? 'tone-bad' : errorRatio > 0 ? 'tone-warn' : '';
  const { name, numbers } = summaryRoom(box, unit);
  return (
    <span className="namespace-summary" title={box.name}>
      {name !== '' && <strong>{name}</strong>}
      {numbers && (
        <>
          <span>{formatRate(ratePerS)} req/s</span>
          <span className={tone}>{formatPercent(ratePerS > 0 ? errorRatio : undefined)}</span>
        </>
      )}
    </span>
  );
}

/** Edges summed between boxes; whatever stands in no box keeps its own. */
function NamespaceEdges() {
  const boxes = useGraphStore((state) => state.boxes);
  const cards = useGraphStore((state) => state.cards);
  const edges = useTopologyStore((state) => state.topology.edges);
  const services = useTopologyStore((state) => state.services);
  const metrics = useMetricsStore((state) => state.edges);
  const summed = useMemo(() => {
    const ends = (id: string): string => services.get(id)?.namespace || id;
    const groups = new Map<string, { source: string; destination: string; ids: string[] }>();
    for (const edge of edges) {
      const [source, destination] = [ends(edge.source), ends(edge.destination)];
      if (source === destination) continue;
      const id = `${source}->${destination}`;
      const group = groups.get(id) ?? { source, destination, ids: [] };
      group.ids.push(edge.id);
      groups.set(id, group);
    }
    const rects = new Map<string, Rect>([...cards, ...boxes.map((box) => [box.name, box.rect] as const)]);
    const curves = routeEdges(
      [...groups].map(([id, { source, destination }]) => ({ id, source, destination })),
      rects,
    );
    return [...groups].flatMap(([id, { ids }]) => {
      const curve = curves.get(id);
      return curve === undefined ? [] : [{ id, ids, path: pathOf(curve) }];
    });
  }, [edges, services, cards, boxes]);
  return (
    <svg className="edge-layer" width="1" height="1" fill="none">
      <title>Calls between namespaces</title>
      {summed.map(({ id, ids, path }) => {
        const { ratePerS, errorRatio } = sumFlows(ids.flatMap((edge) => metrics.get(edge) ?? []));
        const look = ratePerS === 0 ? 'idle' : errorRatio >= FAILING_ERROR_RATIO ? 'failing' : 'healthy';
        return (
          <g key={id} className={`edge look-${look}`} style={{ '--width': edgeWidth(ratePerS) }}>
            <path className="edge-line" d={path} />
          </g>
        );
      })}
    </svg>
  );
}
