/**
 * Layers for graphs that are too large for dagre to be quick: ranks by longest path, order by the mean of the neighbours.
 * Linear in nodes and edges but for a few sorts.
 */
import type { LayoutRequest } from './layout-model';

const COLUMN_PITCH = 304;
const ROW_PITCH = 168;
const SWEEPS = 6;

type Adjacency = ReadonlyMap<string, readonly string[]>;

function adjacency(edges: LayoutRequest['edges'], forward: boolean): Adjacency {
  const map = new Map<string, string[]>();
  for (const [source, destination] of edges) {
    const [from, to] = forward ? [source, destination] : [destination, source];
    const known = map.get(from);
    if (known === undefined) map.set(from, [to]);
    else known.push(to);
  }
  return map;
}

/** Edges without those that close a cycle, found by walking the graph once. */
function withoutCycles({ nodes, edges }: LayoutRequest): LayoutRequest['edges'] {
  const next = adjacency(edges, true);
  const state = new Map<string, 'open' | 'done'>();
  const kept: (readonly [string, string])[] = [];
  for (const { id } of nodes) {
    if (state.has(id)) continue;
    const stack = [{ id, at: 0 }];
    state.set(id, 'open');
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const target = next.get(frame.id)?.[frame.at++];
      if (target === undefined) {
        state.set(frame.id, 'done');
        stack.pop();
      } else if (state.get(target) !== 'open') {
        kept.push([frame.id, target]);
        if (!state.has(target)) {
          state.set(target, 'open');
          stack.push({ id: target, at: 0 });
        }
      }
    }
  }
  return kept;
}

/** The longest way from any start to each node, in edges. */
function ranks({ nodes }: LayoutRequest, edges: LayoutRequest['edges']): Map<string, number> {
  const next = adjacency(edges, true);
  const waiting = new Map(nodes.map((node) => [node.id, 0]));
  for (const [, destination] of edges) waiting.set(destination, (waiting.get(destination) ?? 0) + 1);
  const rank = new Map<string, number>();
  const ready = nodes.filter((node) => waiting.get(node.id) === 0).map((node) => node.id);
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    const own = rank.get(id) ?? 0;
    rank.set(id, own);
    for (const target of next.get(id) ?? []) {
      rank.set(target, Math.max(rank.get(target) ?? 0, own + 1));
      const left = (waiting.get(target) ?? 1) - 1;
      waiting.set(target, left);
      if (left === 0) ready.push(target);
    }
  }
  return rank;
}

/** Orders each layer by the mean place of its neighbours, forwards and backwards in turn. */
function order(layers: readonly string[][], edges: LayoutRequest['edges']): Map<string, number> {
  const neighbours = [adjacency(edges, false), adjacency(edges, true)];
  const place = new Map<string, number>();
  for (const layer of layers) remember(layer, place);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const near = neighbours[sweep % 2] ?? new Map<string, readonly string[]>();
    for (const layer of sweep % 2 === 0 ? layers : [...layers].reverse()) {
      const wish = new Map(layer.map((id) => [id, mean(near.get(id), place) ?? place.get(id) ?? 0]));
      layer.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
      remember(layer, place);
    }
  }
  return place;
}

/** Places within a layer, as shares of its height. */
function remember(layer: readonly string[], place: Map<string, number>): void {
  for (const [index, id] of layer.entries()) place.set(id, index / layer.length);
}

function mean(ids: readonly string[] | undefined, place: ReadonlyMap<string, number>): number | undefined {
  if (ids === undefined || ids.length === 0) return undefined;
  return ids.reduce((sum, id) => sum + (place.get(id) ?? 0), 0) / ids.length;
}

/** Centres of all nodes. */
export function layerCentres(request: LayoutRequest): Map<string, { x: number; y: number }> {
  const known = new Set(request.nodes.map((node) => node.id));
  const edges = withoutCycles({
    ...request,
    edges: request.edges.filter(([source, destination]) => known.has(source) && known.has(destination)),
  });
  const rank = ranks(request, edges);
  const layers: string[][] = [];
  for (const { id } of request.nodes) {
    const own = rank.get(id) ?? 0;
    while (layers.length <= own) layers.push([]);
    layers[own]?.push(id);
  }
  order(layers, edges);
  const tallest = Math.max(1, ...layers.map((layer) => layer.length));
  return new Map(
    layers.flatMap((layer, column) =>
      layer.map((id, row) => {
        const y = (row + (tallest - layer.length) / 2) * ROW_PITCH;
        return [id, { x: column * COLUMN_PITCH, y }] as const;
      }),
    ),
  );
}
