/** Automatic layout: layers from left to right by dagre, namespaces kept together, columns as close as the room asks for. */
import dagre from '@dagrejs/dagre';
import { layoutBands } from './layout-bands';
import { layerCentres } from './layout-layers';
import { addLoneNodes } from './layout-lone';
import { type Column, type LayoutRequest, type Positions, ROW_GAP } from './layout-model';

/** What an edge and its label want between two columns, and what they make do with before cards shrink. */
const COLUMN_GAPS = [200, 168, 140, 116, 96] as const;
/** Free border around a fitted picture, as a share of the room. */
const FIT_SHARE = 0.94;
/** Scales worth closer columns: full size, full cards, small cards; each with the gap that may be given up for it. */
const WISHES = [
  { zoom: 0.95, least: 140 },
  { zoom: 0.86, least: 140 },
  { zoom: 0.8, least: 96 },
  { zoom: 0.52, least: 96 },
] as const;
/** Below this scale even small cards are tight, and every pixel goes to them. */
const TIGHT_ZOOM = 0.52;
const BOX_MARGIN = 44;
/** Rows stand at most this many times further apart than need be, and fill this much of the height. */
const MAX_STRETCH = 1.6;
const FILL_SHARE = 0.86;

function runDagre({ nodes, edges }: LayoutRequest): Map<string, { x: number; y: number }> {
  const graph = new dagre.graphlib.Graph({ compound: true });
  graph.setGraph({ rankdir: 'LR', nodesep: ROW_GAP, ranksep: 120, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(nodes.map((node) => node.id));
  const namespaces = new Set(nodes.map((node) => node.namespace).filter((name) => name !== ''));
  // One namespace needs no box to hold it together, and layouts without boxes are tighter.
  const boxed = namespaces.size > 1;
  if (boxed) for (const name of namespaces) graph.setNode(`box:${name}`, {});
  for (const { id, namespace, width, height } of nodes) {
    graph.setNode(id, { width, height });
    if (boxed && namespace !== '') graph.setParent(id, `box:${namespace}`);
  }
  for (const [source, destination] of edges) {
    if (source !== destination && known.has(source) && known.has(destination)) graph.setEdge(source, destination);
  }
  dagre.layout(graph);
  return new Map(
    nodes.map(({ id }) => {
      const placed = graph.node(id);
      return [id, { x: placed.x, y: placed.y }];
    }),
  );
}

/** Nodes that dagre put above each other, from left to right. */
function columnsOf(request: LayoutRequest, centres: ReadonlyMap<string, { x: number }>): Column[] {
  const byX = new Map<number, LayoutRequest['nodes'][number][]>();
  for (const node of request.nodes) {
    const x = Math.round(centres.get(node.id)?.x ?? 0);
    byX.set(x, [...(byX.get(x) ?? []), node]);
  }
  return [...byX]
    .sort(([a], [b]) => a - b)
    .map(([, nodes]) => ({
      ids: nodes.map((node) => node.id),
      width: Math.max(...nodes.map((node) => node.width)),
    }));
}

function totalWidth(columns: readonly Column[], gap: number): number {
  return columns.reduce((sum, column) => sum + column.width, 0) + gap * Math.max(0, columns.length - 1);
}

/** The widest gap that still allows the most detailed cards the room can show at all. */
function chooseGap(columns: readonly Column[], height: number, room: LayoutRequest['room']): number {
  const zoomAt = (gap: number): number =>
    FIT_SHARE *
    Math.min(
      room.width / (totalWidth(columns, gap) + BOX_MARGIN),
      room.height / (height + BOX_MARGIN + 2 * BOX_MARGIN),
    );
  for (const { zoom, least } of WISHES) {
    const fitting = COLUMN_GAPS.find((gap) => gap >= least && zoomAt(gap) >= zoom);
    if (fitting !== undefined) return fitting;
  }
  return room.width / totalWidth(columns, COLUMN_GAPS[0]) < TIGHT_ZOOM ? 96 : COLUMN_GAPS[0];
}

/** Rows move apart where the columns leave height unused: the picture fills its room, and labels find theirs. */
function chooseStretch(columns: readonly Column[], height: number, gap: number, room: LayoutRequest['room']): number {
  const zoom = Math.min(1, (FIT_SHARE * room.width) / (totalWidth(columns, gap) + BOX_MARGIN));
  const free = (room.height * FIT_SHARE * FILL_SHARE) / zoom - 3 * BOX_MARGIN;
  return Math.min(MAX_STRETCH, Math.max(1, free / height));
}

/** Lays the whole graph out anew. */
export function layoutGraph(request: LayoutRequest): Positions {
  const linked = new Set(request.edges.filter(([source, destination]) => source !== destination).flat());
  const connected = { ...request, nodes: request.nodes.filter((node) => linked.has(node.id)) };
  const lone = request.nodes.filter((node) => !linked.has(node.id));
  const positions = connected.nodes.length === 0 ? {} : layoutConnected(connected);
  return addLoneNodes(lone, request, positions);
}

function layoutConnected(request: LayoutRequest): Positions {
  const centres = request.nodes.length > MAX_DAGRE_NODES ? layerCentres(request) : runDagre(request);
  const columns = columnsOf(request, centres);
  const tops = request.nodes.map((node) => (centres.get(node.id)?.y ?? 0) - node.height / 2);
  const bottoms = request.nodes.map((node) => (centres.get(node.id)?.y ?? 0) + node.height / 2);
  const top = Math.min(...tops);
  const height = Math.max(...bottoms) - top;
  const gap = chooseGap(columns, height, request.room);
  if (isTooTall(request, height, totalWidth(columns, gap))) return layoutBands(request, columns, centres);
  const stretch = chooseStretch(columns, height, gap, request.room);
  const nodes = new Map(request.nodes.map((node) => [node.id, node]));
  const positions: Record<string, readonly [number, number]> = {};
  let left = 0;
  for (const column of columns) {
    for (const id of column.ids) {
      const node = nodes.get(id);
      if (node === undefined) continue;
      const y = ((centres.get(id)?.y ?? 0) - top) * stretch - node.height / 2;
      positions[id] = [Math.round(left + (column.width - node.width) / 2), Math.round(y)];
    }
    left += column.width + gap;
  }
  return positions;
}

/** Dagre takes seconds for more. */
const MAX_DAGRE_NODES = 160;

/** From here on, columns are folded: a picture of a hundred rows shows nothing. */
const FOLD_FROM_NODES = 20;
const FOLD_FROM_ASPECT = 1.5;

function isTooTall({ nodes, room }: LayoutRequest, height: number, width: number): boolean {
  return nodes.length >= FOLD_FROM_NODES && height / width > FOLD_FROM_ASPECT * (room.height / room.width);
}
