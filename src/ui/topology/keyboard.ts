/** Walking the graph by arrow keys: from a card along its edges, and between cards of a column. */
import { useTopologyStore } from '../stores/topology-store';
import { useGraphStore } from './graph-store';

type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

export type GraphFocus = { readonly kind: 'service' | 'edge'; readonly id: string };

function isArrow(key: string): key is Arrow {
  return key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown';
}

/** Edges of one side of a card, from top to bottom. */
function edgesOn(id: string, side: 'source' | 'destination'): readonly string[] {
  const { curves } = useGraphStore.getState();
  const at = side === 'source' ? 1 : 7;
  return useTopologyStore
    .getState()
    .topology.edges.filter((edge) => edge[side] === id && curves.has(edge.id))
    .map((edge) => edge.id)
    .sort((a, b) => (curves.get(a)?.[at] ?? 0) - (curves.get(b)?.[at] ?? 0));
}

/** The next card straight up or down: the nearest whose columns overlap. */
function neighbourOf(id: string, arrow: 'ArrowUp' | 'ArrowDown'): string | undefined {
  const { cards } = useGraphStore.getState();
  const own = cards.get(id);
  if (own === undefined) return undefined;
  const sign = arrow === 'ArrowUp' ? -1 : 1;
  const candidates = [...cards]
    .filter(([, card]) => card.x < own.x + own.width && own.x < card.x + card.width)
    .map(([other, card]) => ({ other, distance: (card.y - own.y) * sign }))
    .filter(({ distance }) => distance > 0)
    .sort((a, b) => a.distance - b.distance);
  return candidates[0]?.other;
}

/** Where an arrow key leads from a card or an edge; undefined: nowhere. */
export function walk(from: GraphFocus, key: string): GraphFocus | undefined {
  if (!isArrow(key)) return undefined;
  return from.kind === 'service' ? walkFromService(from.id, key) : walkFromEdge(from.id, key);
}

function walkFromService(id: string, key: Arrow): GraphFocus | undefined {
  if (key === 'ArrowUp' || key === 'ArrowDown') {
    const other = neighbourOf(id, key);
    return other === undefined ? undefined : { kind: 'service', id: other };
  }
  const edges = edgesOn(id, key === 'ArrowRight' ? 'source' : 'destination');
  const middle = edges[Math.floor((edges.length - 1) / 2)];
  return middle === undefined ? undefined : { kind: 'edge', id: middle };
}

/** Up and down walk the edges that share the end one came from. */
let cameFrom: 'source' | 'destination' = 'source';

export function rememberWay(from: GraphFocus, to: GraphFocus): void {
  if (from.kind !== 'service' || to.kind !== 'edge') return;
  const edge = useTopologyStore.getState().edges.get(to.id);
  cameFrom = edge?.source === from.id ? 'source' : 'destination';
}

function walkFromEdge(id: string, key: Arrow): GraphFocus | undefined {
  const edge = useTopologyStore.getState().edges.get(id);
  if (edge === undefined) return undefined;
  if (key === 'ArrowRight') return { kind: 'service', id: edge.destination };
  if (key === 'ArrowLeft') return { kind: 'service', id: edge.source };
  const siblings = edgesOn(edge[cameFrom], cameFrom);
  const next = siblings[siblings.indexOf(id) + (key === 'ArrowUp' ? -1 : 1)];
  return next === undefined ? undefined : { kind: 'edge', id: next };
}

/** Cards in reading order: columns from left to right, each from top to bottom. */
export function readingOrder(ids: readonly string[]): readonly string[] {
  const { cards } = useGraphStore.getState();
  const place = (id: string) => cards.get(id) ?? { x: 0, y: 0, width: 0, height: 0 };
  return [...ids].sort((a, b) => {
    const [first, second] = [place(a), place(b)];
    const centres = first.x + first.width / 2 - second.x - second.width / 2;
    return Math.abs(centres) > 60 ? centres : first.y - second.y;
  });
}
