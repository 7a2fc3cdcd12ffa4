import { create } from 'zustand';
import { useMetricsStore } from '../stores/metrics-store';
import { useTopologyStore } from '../stores/topology-store';
import type { Cubic } from './bezier';
import { captionOf } from './box-caption';
import { cardSize } from './card-size';
import { attachRect, boxAround, coveredRect, type Rect, routeEdges } from './geometry';
import { type LabelVariants, labelSize, labelText, labelVariants } from './label-content';
import { type LabelPlace, placeLabels } from './label-placement';
import type { Positions } from './layout-model';
import type { ZoomLevel } from './levels';

export interface NamespaceBox {
  readonly name: string;
  readonly injection: 'on' | 'off';
  readonly rect: Rect;
}

interface GraphState {
  /** false until the first layout is there. */
  readonly ready: boolean;
  readonly positions: Positions;
  /** Cards by service id. */
  readonly cards: ReadonlyMap<string, Rect>;
  readonly boxes: readonly NamespaceBox[];
  readonly curves: ReadonlyMap<string, Cubic>;
  readonly labels: ReadonlyMap<string, LabelVariants>;
  readonly places: ReadonlyMap<string, LabelPlace>;
  readonly level: ZoomLevel;
  /** Scale the labels are placed for; settles after the camera does. */
  readonly labelZoom: number;
  /** Scale at which the camera came to rest. */
  readonly restZoom: number;
  readonly showMutualTls: boolean;
  /** The layout is being computed anew: cards are about to move. */
  readonly layingOut: boolean;
  /** Counts up when the camera should show everything. */
  readonly fitRequests: number;
  /** The last of those that the camera has followed, or that somebody has taken the camera from. */
  readonly fitted: number;
  /** The user has put cards somewhere else than the layout did. */
  readonly moved: boolean;
}

const EMPTY: GraphState = {
  ready: false,
  positions: {},
  cards: new Map(),
  boxes: [],
  curves: new Map(),
  labels: new Map(),
  places: new Map(),
  level: 'near',
  labelZoom: 1,
  restZoom: 1,
  showMutualTls: true,
  layingOut: false,
  fitRequests: 0,
  fitted: 0,
  moved: false,
};

/** The picture of the topology: where everything stands. Derived, by pure functions, from positions and what flows. */
export const useGraphStore = create<GraphState>()(() => EMPTY);

export function clearGraph(): void {
  const { level, labelZoom, restZoom, showMutualTls, fitRequests, fitted } = useGraphStore.getState();
  useGraphStore.setState({ ...EMPTY, level, labelZoom, restZoom, showMutualTls, fitRequests, fitted }, true);
  placedFor = '';
}

/** Takes a new layout, or new positions while a card is dragged. */
export function setPositions(positions: Positions, moved = false): void {
  useGraphStore.setState({ positions, ready: true, moved });
  updateShapes();
}

export function setLevel(level: ZoomLevel): void {
  if (useGraphStore.getState().level === level) return;
  useGraphStore.setState({ level });
  updateShapes();
}

/** The camera has come to rest at a scale. Small differences do not move labels. */
export function settleZoom(zoom: number): void {
  useGraphStore.setState({ restZoom: Math.floor(zoom * 1000) / 1000 });
  const stepped = 1.08 ** Math.round(Math.log(zoom) / Math.log(1.08));
  if (stepped === useGraphStore.getState().labelZoom) return;
  useGraphStore.setState({ labelZoom: stepped });
  updateLabels();
}

export function setShowMutualTls(showMutualTls: boolean): void {
  useGraphStore.setState({ showMutualTls });
  updateLabels();
}

export function setLayingOut(layingOut: boolean): void {
  if (useGraphStore.getState().layingOut !== layingOut) useGraphStore.setState({ layingOut });
}

export function requestFit(): void {
  useGraphStore.setState((state) => ({ fitRequests: state.fitRequests + 1 }));
}

/** The camera is at rest, or in somebody's hand: it follows no request any more. */
export function endFit(): void {
  useGraphStore.setState((state) => (state.fitted === state.fitRequests ? state : { fitted: state.fitRequests }));
}

/** Whether cards or the camera still move by themselves. */
export function isSettling({ ready, layingOut, fitted, fitRequests }: GraphState): boolean {
  return !ready || layingOut || fitted !== fitRequests;
}

/** Recomputes cards, boxes and curves; then what stands on them. */
export function updateShapes(): void {
  const { topology } = useTopologyStore.getState();
  const { positions, level, cards: before } = useGraphStore.getState();
  const cards = new Map<string, Rect>();
  for (const service of topology.services) {
    const at = positions[service.id];
    if (at === undefined) continue;
    const { width, height } = cardSize(service);
    const known = before.get(service.id);
    const same = known?.x === at[0] && known.y === at[1] && known.width === width && known.height === height;
    cards.set(service.id, same && known !== undefined ? known : { x: at[0], y: at[1], width, height });
  }
  const attached = new Map([...cards].map(([id, rect]) => [id, attachRect(rect, level)]));
  const boxes = topology.namespaces.flatMap(({ name, injection }): NamespaceBox[] => {
    const inside = topology.services.filter((service) => service.namespace === name);
    const rect = boxAround(inside.flatMap((service) => cards.get(service.id) ?? []));
    return rect === undefined ? [] : [{ name, injection, rect }];
  });
  useGraphStore.setState({ cards, boxes, curves: routeEdges(topology.edges, attached) });
  placedFor = '';
  updateLabels();
}

/** Beyond this many edges labels are placed no more: they would cover the picture. */
const MAX_LABELLED_EDGES = 260;

/** What the standing places were computed for; equal means nothing has to move. */
let placedFor = '';

/** Recomputes the labels' words; and their places, if a width or the layout has changed. */
export function updateLabels(): void {
  const state = useGraphStore.getState();
  if (!state.ready) return;
  const labels = currentLabels(state);
  const key = [...labels].map(([id, variants]) => `${id} ${variants.map(sizeKey).join(' ')}`).join('\n');
  const wanted = `${state.labelZoom} ${state.level}\n${key}`;
  if (wanted === placedFor) {
    if (!sameWords(labels, state.labels)) useGraphStore.setState({ labels });
    return;
  }
  placedFor = wanted;
  useGraphStore.setState({ labels, places: currentPlaces(state, labels) });
}

function sizeKey(variant: LabelVariants[number]): string {
  const { width, height } = labelSize(variant);
  return `${Math.round(width)}x${height}`;
}

function sameWords(a: ReadonlyMap<string, LabelVariants>, b: ReadonlyMap<string, LabelVariants>): boolean {
  if (a.size !== b.size) return false;
  for (const [id, variants] of a) {
    const other = b.get(id);
    if (other === undefined || other.length !== variants.length) return false;
    if (labelText(variants[0] ?? []) !== labelText(other[0] ?? [])) return false;
    if (toneKey(variants) !== toneKey(other)) return false;
  }
  return true;
}

function toneKey(variants: LabelVariants): string {
  return (variants[0] ?? []).map((line) => line.parts.map(({ tone }) => tone).join(' ')).join('|');
}

function currentLabels({ level, showMutualTls }: GraphState): Map<string, LabelVariants> {
  const labels = new Map<string, LabelVariants>();
  const { topology, services } = useTopologyStore.getState();
  if (level === 'far' || level === 'namespaces' || topology.edges.length > MAX_LABELLED_EDGES) return labels;
  const metrics = useMetricsStore.getState().edges;
  const meshed = (id: string): boolean => services.get(id)?.pods.some((pod) => pod.sidecar) ?? false;
  for (const edge of topology.edges) {
    const variants = labelVariants(edge, metrics.get(edge.id), {
      showMutualTls,
      meshed: meshed(edge.source) && meshed(edge.destination),
    });
    if (variants === undefined) continue;
    // Small cards have one line to spare.
    labels.set(edge.id, level === 'mid' ? variants.filter((lines) => lines.length === 1) : variants);
  }
  return labels;
}

/** Text keeps its size on the screen below scale 1 and above 1.25; its size on the canvas follows. As in topology.css. */
export function labelUnit({ labelZoom }: Pick<GraphState, 'labelZoom'>): number {
  return Math.max(1 / labelZoom, Math.min(1, 1.25 / labelZoom));
}

function currentPlaces(state: GraphState, labels: ReadonlyMap<string, LabelVariants>): ReadonlyMap<string, LabelPlace> {
  const unit = labelUnit(state);
  const requests = [...labels].flatMap(([id, variants]) => {
    const curve = state.curves.get(id);
    if (curve === undefined) return [];
    const sizes = variants.map((lines) => {
      const { width, height } = labelSize(lines);
      return { width: width * unit, height: height * unit };
    });
    return [{ id, curve, sizes, urgent: isUrgent(variants) }];
  });
  requests.sort((a, b) => Number(b.urgent) - Number(a.urgent) || (a.id < b.id ? -1 : 1));
  const captions = state.boxes.map((box) => captionOf(box, unit, state.curves.values()).rect);
  const cards = [...state.cards.values()].map((card) => coveredRect(card, state.level));
  return placeLabels(requests, [...cards, ...captions], state.curves);
}

/** What is wrong gets its place first. */
function isUrgent(variants: LabelVariants): boolean {
  const tone = variants[0]?.[0]?.parts[0]?.tone;
  return tone === 'bad' || tone === 'warn' || tone === 'deny';
}
