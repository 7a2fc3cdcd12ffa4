/**
 * Many services: every namespace is a band of its own, and within a band each column is folded into as many side by side
 * as make the whole picture about as wide as the canvas.
 */
import { type Column, type LayoutNode, type LayoutRequest, type Positions, ROW_GAP } from './layout-model';

const COLUMN_GAP = 168;
/** Between the parts of a folded column. */
const FOLD_GAP = 64;
/** Between bands: room for the borders of two boxes and a label. */
const BAND_GAP = 110;
const MAX_FOLDS = 24;

interface Band {
  /** Nodes of each column, from top to bottom. */
  readonly columns: readonly (readonly LayoutNode[])[];
}

function bandsOf(
  { nodes }: LayoutRequest,
  columns: readonly Column[],
  centres: ReadonlyMap<string, { readonly y: number }>,
): Band[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const height = (node: LayoutNode): number => centres.get(node.id)?.y ?? 0;
  const sums = new Map<string, { sum: number; count: number }>();
  for (const node of nodes) {
    const entry = sums.get(node.namespace) ?? { sum: 0, count: 0 };
    sums.set(node.namespace, { sum: entry.sum + height(node), count: entry.count + 1 });
  }
  const namespaces = [...sums].sort(([, a], [, b]) => a.sum / a.count - b.sum / b.count).map(([name]) => name);
  return namespaces.map((namespace) => ({
    columns: columns.map(({ ids }) =>
      ids
        .flatMap((id) => byId.get(id) ?? [])
        .filter((node) => node.namespace === namespace)
        .sort((a, b) => height(a) - height(b)),
    ),
  }));
}

interface Folding {
  /** How many parts each column is folded into. */
  readonly parts: readonly number[];
  readonly rows: number;
}

/** Columns of at most `rows` cards, in every band. */
function fold(bands: readonly Band[], rows: number): Folding {
  const count = bands[0]?.columns.length ?? 0;
  const parts = Array.from({ length: count }, (_, column) =>
    Math.max(1, ...bands.map((band) => Math.ceil((band.columns[column]?.length ?? 0) / rows))),
  );
  return { parts, rows };
}

function bandHeight(band: Band, { parts }: Folding, pitch: number): number {
  const rows = Math.max(...band.columns.map((nodes, column) => Math.ceil(nodes.length / (parts[column] ?? 1))));
  return rows * pitch - ROW_GAP;
}

function pictureSize(bands: readonly Band[], folding: Folding, node: LayoutNode): { width: number; height: number } {
  const pitch = node.height + ROW_GAP;
  const width = folding.parts.reduce((sum, parts) => sum + parts * (node.width + FOLD_GAP) - FOLD_GAP + COLUMN_GAP, 0);
  const height = bands.reduce((sum, band) => sum + bandHeight(band, folding, pitch) + BAND_GAP, 0);
  return { width, height };
}

/** The folding whose picture is nearest to the canvas in shape. */
function chooseFolding(bands: readonly Band[], node: LayoutNode, room: LayoutRequest['room']): Folding {
  const tallest = Math.max(...bands.flatMap((band) => band.columns.map((nodes) => nodes.length)));
  const wanted = room.width / room.height;
  let best = fold(bands, tallest);
  let bestError = Number.POSITIVE_INFINITY;
  for (let parts = 1; parts <= MAX_FOLDS; parts++) {
    const folding = fold(bands, Math.max(1, Math.ceil(tallest / parts)));
    const { width, height } = pictureSize(bands, folding, node);
    const error = Math.abs(Math.log(width / height / wanted));
    if (error < bestError) {
      best = folding;
      bestError = error;
    }
  }
  return best;
}

/** @see the head of this file */
export function layoutBands(
  request: LayoutRequest,
  columns: readonly Column[],
  centres: ReadonlyMap<string, { readonly y: number }>,
): Positions {
  const bands = bandsOf(request, columns, centres);
  const size = {
    id: '',
    namespace: '',
    width: Math.max(...request.nodes.map((node) => node.width)),
    height: Math.max(...request.nodes.map((node) => node.height)),
  };
  const folding = chooseFolding(bands, size, request.room);
  const pitch = size.height + ROW_GAP;
  const positions: Record<string, readonly [number, number]> = {};
  let top = 0;
  for (const band of bands) {
    const height = bandHeight(band, folding, pitch);
    let left = 0;
    band.columns.forEach((nodes, column) => {
      const parts = folding.parts[column] ?? 1;
      placeColumn({ nodes, parts, left, top, height }, size, positions);
      left += parts * (size.width + FOLD_GAP) - FOLD_GAP + COLUMN_GAP;
    });
    top += height + BAND_GAP;
  }
  return positions;
}

interface FoldedColumn {
  readonly nodes: readonly LayoutNode[];
  readonly parts: number;
  readonly left: number;
  readonly top: number;
  readonly height: number;
}

function placeColumn(
  { nodes, parts, left, top, height }: FoldedColumn,
  size: LayoutNode,
  positions: Record<string, readonly [number, number]>,
): void {
  const rows = Math.ceil(nodes.length / parts);
  const pitch = size.height + ROW_GAP;
  const free = height - (rows * pitch - ROW_GAP);
  nodes.forEach((node, index) => {
    // Row by row, so that neighbours in height stay neighbours.
    const part = index % parts;
    const row = Math.floor(index / parts);
    const x = left + part * (size.width + FOLD_GAP) + (size.width - node.width) / 2;
    const y = top + free / 2 + row * pitch + (size.height - node.height) / 2;
    positions[node.id] = [Math.round(x), Math.round(y)];
  });
}
