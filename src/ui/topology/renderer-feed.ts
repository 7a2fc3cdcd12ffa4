import type { FlightRenderer } from '../canvas/flight-renderer';
import type { RendererTheme } from '../canvas/messages';
import { useSelectionStore } from '../stores/selection-store';
import { useTopologyStore } from '../stores/topology-store';
import { prefersReducedMotion, watchReducedMotion } from '../theme/reduced-motion';
import { useThemeStore } from '../theme/theme';
import { SAMPLES, sampleEvenly } from './bezier';
import { coveredRect, type Rect } from './geometry';
import { labelUnit, useGraphStore } from './graph-store';
import { labelSize } from './label-content';

/** Drawn edges in the order the renderer knows them by. */
let drawnIds: readonly string[] = [];

/** Tells the renderer where the edges run, what is selected, and how things are coloured; returns the way to stop. */
export function feedRenderer(renderer: FlightRenderer): () => void {
  const sendTheme = (): void => renderer.setTheme(readTheme());
  const sendFocus = (): void => {
    const { related, flight } = useSelectionStore.getState();
    const edges = related === undefined ? undefined : drawnIds.flatMap((id, index) => (related.has(id) ? [index] : []));
    renderer.focus(edges, flight?.requestId);
  };
  const sendEdges = (): void => {
    sendGeometry(renderer);
    sendFocus();
  };
  const sendMotion = (): void => renderer.setReducedMotion(prefersReducedMotion());
  sendTheme();
  sendEdges();
  sendMotion();
  const stops = [
    useThemeStore.subscribe(sendTheme),
    useGraphStore.subscribe((state, before) => {
      if (state.curves !== before.curves || state.places !== before.places) sendEdges();
    }),
    useSelectionStore.subscribe((state, before) => {
      if (state.related !== before.related || state.flight !== before.flight) sendFocus();
    }),
    watchReducedMotion(sendMotion),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function sendGeometry(renderer: FlightRenderer): void {
  const graph = useGraphStore.getState();
  const { curves, level } = graph;
  const { topology } = useTopologyStore.getState();
  // From where only namespaces are drawn there is no edge for a request to be on.
  const drawn = level === 'namespaces' ? [] : topology.edges.filter((edge) => curves.has(edge.id));
  const rows = drawn.flatMap((edge) => edge.rows);
  const points = new Float32Array(drawn.length * SAMPLES * 2);
  const lengths = new Float32Array(drawn.length);
  const edgeOfRow = new Int32Array(rows.reduce((most, row) => Math.max(most, row + 1), 0)).fill(-1);
  drawn.forEach((edge, index) => {
    const curve = curves.get(edge.id);
    if (curve !== undefined) lengths[index] = sampleEvenly(curve, points, index * SAMPLES * 2);
    for (const row of edge.rows) edgeOfRow[row] = index;
  });
  drawnIds = drawn.map((edge) => edge.id);
  renderer.setEdges({ count: drawn.length, points, lengths, edgeOfRow, covers: coversOf(graph) });
}

/** What cards and labels cover at this level. */
function coversOf(graph: ReturnType<typeof useGraphStore.getState>): Float32Array {
  const { cards, level, labels, places } = graph;
  if (level === 'namespaces') return new Float32Array(0);
  const unit = labelUnit(graph);
  const covers: Rect[] = [...cards.values()].map((card) => coveredRect(card, level));
  for (const [id, { x, y, variant }] of places) {
    const lines = variant === undefined ? undefined : labels.get(id)?.[variant];
    if (lines === undefined) continue;
    const size = labelSize(lines);
    const [width, height] = [size.width * unit, size.height * unit];
    covers.push({ x: x - width / 2, y: y - height / 2, width, height });
  }
  return Float32Array.from(covers.flatMap(({ x, y, width, height }) => [x, y, width, height]));
}

function readTheme(): RendererTheme {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    background: colour('--bg'),
    ok: colour('--ok'),
    retry: colour('--retry'),
    bad: colour('--bad'),
    deny: colour('--deny'),
    tcp: colour('--tcp'),
    text2: colour('--text-2'),
    text3: colour('--text-3'),
    accent: colour('--accent'),
  };
}
