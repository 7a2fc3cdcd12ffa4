/** How a picture that people have learned to read grows: what stands stays, what is new finds a free place near its callers. */
import { type LayoutNode, type LayoutRequest, type Positions, ROW_GAP } from './layout-model';

const COLUMN_STEP = 200;
/** Positions tried above and below the wished one. */
const MAX_TRIES = 200;
/** A change this large is another picture: it is laid out anew. */
const ANEW_SHARE = 0.3;

function connected(edges: LayoutRequest['edges']): Set<string> {
  return new Set(edges.flat());
}

/**
 * Nodes that have no place yet, or had one only for want of edges.
 * `before` are the edges that the standing layout knew.
 */
export function unplaced(request: LayoutRequest, standing: Positions, before: LayoutRequest['edges']): Set<string> {
  const was = connected(before);
  const is = connected(request.edges);
  return new Set(
    request.nodes.filter(({ id }) => standing[id] === undefined || (is.has(id) && !was.has(id))).map((node) => node.id),
  );
}

/** true when so much is new that keeping the rest in place would spoil the picture. */
export function needsNewLayout(request: LayoutRequest, news: ReadonlySet<string>): boolean {
  return news.size > request.nodes.length * ANEW_SHARE;
}

/** Whether a call that the standing layout did not know runs against its direction, from left to right. */
export function runsBack(request: LayoutRequest, standing: Positions, before: LayoutRequest['edges']): boolean {
  const known = new Set(before.map(([source, destination]) => `${source} ${destination}`));
  const widths = new Map(request.nodes.map(({ id, width }) => [id, width]));
  return request.edges.some(([source, destination]) => {
    const [from, to] = [standing[source], standing[destination]];
    if (from === undefined || to === undefined || source === destination) return false;
    return !known.has(`${source} ${destination}`) && from[0] + (widths.get(source) ?? 0) > to[0];
  });
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function collides(a: Box, b: Box): boolean {
  return (
    a.x < b.x + b.width + 40 &&
    b.x < a.x + a.width + 40 &&
    a.y < b.y + b.height + ROW_GAP &&
    b.y < a.y + a.height + ROW_GAP
  );
}

function wishedPlace(
  node: LayoutNode,
  request: LayoutRequest,
  placed: ReadonlyMap<string, Box>,
): { readonly x: number; readonly y: number } {
  const callers = request.edges.flatMap(([source, destination]) =>
    destination === node.id ? (placed.get(source) ?? []) : [],
  );
  const callees = request.edges.flatMap(([source, destination]) =>
    source === node.id ? (placed.get(destination) ?? []) : [],
  );
  const around = [...callers, ...callees];
  const middle = around.reduce((sum, box) => sum + box.y + box.height / 2, 0) / Math.max(1, around.length);
  const y = around.length === 0 ? 0 : middle - node.height / 2;
  if (callers.length > 0) return { x: Math.max(...callers.map((box) => box.x + box.width)) + COLUMN_STEP, y };
  if (callees.length > 0) return { x: Math.min(...callees.map((box) => box.x)) - COLUMN_STEP - node.width, y };
  const own = request.nodes.filter(({ namespace }) => namespace === node.namespace);
  const siblings = own.flatMap(({ id }) => placed.get(id) ?? []);
  const boxes = siblings.length > 0 ? siblings : [...placed.values()];
  if (boxes.length === 0) return { x: 0, y: 0 };
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x: Math.min(...boxes.map((box) => box.x)), y: bottom + ROW_GAP };
}

/** Keeps every standing place and finds one for each new node. */
export function growLayout(request: LayoutRequest, standing: Positions, news: ReadonlySet<string>): Positions {
  const placed = new Map<string, Box>();
  const result: Record<string, readonly [number, number]> = {};
  for (const { id, width, height } of request.nodes) {
    const at = standing[id];
    if (at === undefined || news.has(id)) continue;
    placed.set(id, { x: at[0], y: at[1], width, height });
    result[id] = at;
  }
  for (const node of request.nodes) {
    if (!news.has(node.id)) continue;
    const box = freePlace(node, wishedPlace(node, request, placed), placed);
    placed.set(node.id, box);
    result[node.id] = [Math.round(box.x), Math.round(box.y)];
  }
  return result;
}

function freePlace(
  node: LayoutNode,
  wish: { readonly x: number; readonly y: number },
  placed: ReadonlyMap<string, Box>,
): Box {
  const step = (node.height + ROW_GAP) / 2;
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const offset = Math.ceil(attempt / 2) * step * (attempt % 2 === 0 ? 1 : -1);
    const box = { x: wish.x, y: wish.y + offset, width: node.width, height: node.height };
    if (![...placed.values()].some((other) => collides(box, other))) return box;
  }
  return { x: wish.x, y: wish.y + MAX_TRIES * step, width: node.width, height: node.height };
}
