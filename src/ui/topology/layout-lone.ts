/** Services that nobody calls and that call nobody stand below the others of their namespace, out of the way of the lines. */
import { type LayoutNode, type LayoutRequest, type Positions, ROW_GAP } from './layout-model';

const COLUMN_GAP = 60;
/** Borders of two boxes and a label between them. */
const BOX_GAP = 70;

interface Area {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
}

function areaOf(nodes: readonly LayoutNode[], positions: Positions): Area | undefined {
  const placed = nodes.flatMap((node) => {
    const at = positions[node.id];
    return at === undefined ? [] : [{ left: at[0], right: at[0] + node.width, bottom: at[1] + node.height }];
  });
  if (placed.length === 0) return undefined;
  return {
    left: Math.min(...placed.map((rect) => rect.left)),
    right: Math.max(...placed.map((rect) => rect.right)),
    bottom: Math.max(...placed.map((rect) => rect.bottom)),
  };
}

/** Makes room below a line: everything under it moves down. */
function pushDown(positions: Positions, below: number, by: number): Record<string, readonly [number, number]> {
  return Object.fromEntries(
    Object.entries(positions).map(([id, [x, y]]) => [id, y >= below ? ([x, y + by] as const) : ([x, y] as const)]),
  );
}

/** Cards of a row of lone nodes, in the width of their namespace, or about a square of them. */
function cardsPerRow(count: number, width: number, nodeWidth: number): number {
  const fitting = Math.floor((width + COLUMN_GAP) / (nodeWidth + COLUMN_GAP));
  return Math.max(1, fitting, Math.min(count, Math.ceil(Math.sqrt(count * 1.5))));
}

export function addLoneNodes(lone: readonly LayoutNode[], request: LayoutRequest, standing: Positions): Positions {
  let positions: Record<string, readonly [number, number]> = { ...standing };
  const namespaces = [...new Set(lone.map((node) => node.namespace))];
  for (const namespace of namespaces) {
    const group = lone.filter((node) => node.namespace === namespace);
    const members = areaOf(
      request.nodes.filter((node) => node.namespace === namespace),
      positions,
    );
    const all = areaOf(request.nodes, positions);
    const area = members ?? { left: 0, right: 0, bottom: (all?.bottom ?? -BOX_GAP - ROW_GAP) + BOX_GAP };
    const first = group[0];
    if (first === undefined) continue;
    const perRow = cardsPerRow(group.length, area.right - area.left, first.width);
    const rows = Math.ceil(group.length / perRow);
    if (members !== undefined) positions = pushDown(positions, area.bottom, rows * (first.height + ROW_GAP));
    group.forEach((node, index) => {
      const x = area.left + (index % perRow) * (node.width + COLUMN_GAP);
      const y = area.bottom + ROW_GAP + Math.floor(index / perRow) * (node.height + ROW_GAP);
      positions[node.id] = [Math.round(x), Math.round(y)];
    });
  }
  return positions;
}
