import '@xyflow/react/dist/base.css';
import './topology.css';
import {
  type Node,
  type NodeChange,
  type OnMove,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  ViewportPortal,
} from '@xyflow/react';
import { type ReactNode, useCallback, useEffect, useMemo, useRef } from 'react';
import { useApp } from '../app-context';
import { prefersReducedMotion } from '../theme/reduced-motion';
import { select, selectFlight } from '../stores/selection-store';
import { useTopologyStore } from '../stores/topology-store';
import { type Camera, fitCamera, MAX_ZOOM, MIN_ZOOM } from './camera';
import { lendCamera } from './camera-control';
import { setCamera } from './camera-store';
import { EdgeLayer } from './edge-layer';
import { setLevel, settleZoom, useGraphStore } from './graph-store';
import { type GraphFocus, readingOrder, rememberWay, walk } from './keyboard';
import { LabelLayer } from './label-layer';
import type { LayoutController } from './layout-controller';
import { levelAt } from './levels';
import { NamespaceLayer } from './namespace-layer';
import { edgeIdAt } from './renderer-feed';
import { ServiceCard } from './service-card';

const NODE_TYPES = { service: ServiceCard };
/** Beyond this many cards only those in view are in the document. */
const MANY_CARDS = 150;
const CAMERA_MS = 260;

interface CanvasProps {
  readonly layout: LayoutController;
  /** What hangs over the picture: tools, legend, popovers. */
  readonly children?: ReactNode;
}

export function TopologyCanvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({ layout, children }: CanvasProps) {
  const { renderer } = useApp();
  const wrapper = useRef<HTMLDivElement>(null);
  const nodes = useNodes();
  const onMove = useCameraFollower(wrapper);
  useCanvasSize(wrapper, layout);
  useFit(wrapper, onMove);
  const onPick = usePicking(wrapper);
  useLentCamera();
  const onNodesChange = useCallback((changes: NodeChange[]) => applyMoves(changes, layout), [layout]);
  const level = useGraphStore((state) => state.level);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys and the pointer work on the controls inside
    <div
      ref={wrapper}
      className={`topology level-${level}`}
      data-testid="topology"
      data-level={level}
      onKeyDown={walkByArrows}
      onPointerMove={(event) => hover(event, wrapper.current, renderer)}
      onPointerLeave={() => renderer.hover(0, 0, false)}
    >
      <ReactFlow
        nodes={nodes}
        nodeTypes={NODE_TYPES}
        onNodesChange={onNodesChange}
        onNodeDragStop={() => layout.keep()}
        onMove={onMove}
        onMoveEnd={(_, camera) => settleZoom(camera.zoom)}
        onPaneClick={(event) => onPick(undefined, event)}
        minZoom={MIN_ZOOM}
        maxZoom={MAX_ZOOM}
        nodesFocusable={false}
        nodesConnectable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        panActivationKeyCode={null}
        zoomOnDoubleClick={false}
        onlyRenderVisibleElements={nodes.length > MANY_CARDS}
        aria-label="Topology"
      >
        <ViewportPortal>
          <NamespaceLayer />
          <EdgeLayer onPick={onPick} />
          <LabelLayer onPick={onPick} />
        </ViewportPortal>
      </ReactFlow>
      <FlightCanvas />
      {children}
    </div>
  );
}

/** One React Flow node per card; a node object is replaced only when its card moved. */
function useNodes(): Node[] {
  const cards = useGraphStore((state) => state.cards);
  const cache = useRef(new Map<string, Node>());
  return useMemo(() => {
    const kept = new Map<string, Node>();
    for (const id of readingOrder([...cards.keys()])) {
      const card = cards.get(id);
      if (card === undefined) continue;
      const known = cache.current.get(id);
      const same =
        known?.position.x === card.x &&
        known.position.y === card.y &&
        known.width === card.width &&
        known.height === card.height;
      kept.set(id, same && known !== undefined ? known : nodeOf(id, card));
    }
    cache.current = kept;
    return [...kept.values()];
  }, [cards]);
}

function nodeOf(id: string, card: { x: number; y: number; width: number; height: number }): Node {
  return {
    id,
    type: 'service',
    position: { x: card.x, y: card.y },
    width: card.width,
    height: card.height,
    data: {},
    // A role for a wrapper that does nothing by itself would only be noise for readers.
    ariaRole: 'presentation',
  };
}

function applyMoves(changes: readonly NodeChange[], layout: LayoutController): void {
  for (const change of changes) {
    if (change.type === 'position' && change.position !== undefined) {
      layout.move(change.id, change.position.x, change.position.y);
    }
  }
}

/** Tells everyone who draws by the camera that it moved. */
function useCameraFollower(wrapper: React.RefObject<HTMLDivElement | null>): OnMove {
  const { renderer } = useApp();
  return useCallback(
    (_event, camera) => {
      const element = wrapper.current;
      if (element === null) return;
      const zoom = String(camera.zoom);
      // Only a new scale reaches the cards: a pan must not restyle them.
      if (element.style.getPropertyValue('--zoom') !== zoom) element.style.setProperty('--zoom', zoom);
      element.style.backgroundPosition = `${camera.x}px ${camera.y}px`;
      renderer.setViewport(camera);
      setCamera(camera);
      setLevel(levelAt(camera.zoom, useGraphStore.getState().level));
    },
    [renderer, wrapper],
  );
}

function useCanvasSize(wrapper: React.RefObject<HTMLDivElement | null>, layout: LayoutController): void {
  const { renderer } = useApp();
  useEffect(() => {
    const element = wrapper.current;
    if (element === null) return;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      layout.setRoom(width, height);
      renderer.setSize({ width, height, pixelRatio: Math.min(2, window.devicePixelRatio || 1) });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [wrapper, layout, renderer]);
}

/** Shows everything when the graph asks for it. */
function useFit(wrapper: React.RefObject<HTMLDivElement | null>, onMove: OnMove): void {
  const flow = useReactFlow();
  const requests = useGraphStore((state) => state.fitRequests);
  useEffect(() => {
    const element = wrapper.current;
    if (requests === 0 || element === null) return;
    const { cards, boxes } = useGraphStore.getState();
    const rects = [...cards.values(), ...boxes.map((box) => box.rect)];
    const camera = fitCamera(rects, element.clientWidth, element.clientHeight);
    if (camera === undefined) return;
    const first = element.dataset['fitted'] === undefined;
    element.dataset['fitted'] = 'true';
    const duration = first || prefersReducedMotion() ? 0 : CAMERA_MS;
    void flow.setViewport(camera, { duration }).then(() => settle(camera, onMove));
  }, [requests, flow, wrapper, onMove]);
}

/** Lends the camera to the zoom commands. */
function useLentCamera(): void {
  const flow = useReactFlow();
  useEffect(
    () =>
      lendCamera({
        zoomBy: (factor) => {
          const duration = prefersReducedMotion() ? 0 : CAMERA_MS / 2;
          void flow.zoomTo(flow.getZoom() * factor, { duration });
        },
      }),
    [flow],
  );
}

function settle(camera: Camera, onMove: OnMove): void {
  onMove(null, camera);
  settleZoom(camera.zoom);
}

/** A click takes the particle under it; else the edge it was on, if any; else it clears the selection. */
function usePicking(wrapper: React.RefObject<HTMLDivElement | null>) {
  const { renderer } = useApp();
  return useCallback(
    (edgeId: string | undefined, event: { readonly clientX: number; readonly clientY: number; readonly detail: number }) => {
      const fallback = (): void => select(edgeId === undefined ? { kind: 'mesh' } : { kind: 'edge', id: edgeId });
      const bounds = wrapper.current?.getBoundingClientRect();
      // A click by keyboard has no place.
      if (bounds === undefined || event.detail === 0) return fallback();
      void renderer.hitTest(event.clientX - bounds.left, event.clientY - bounds.top).then((hit) => {
        const flightEdge = hit === undefined ? undefined : edgeIdAt(hit.edge);
        if (hit === undefined || flightEdge === undefined) return fallback();
        const { requestId, outcome, direction, x, y } = hit;
        selectFlight({ requestId, edgeId: flightEdge, outcome, direction, anchor: { x, y } });
      });
    },
    [renderer, wrapper],
  );
}

function hover(
  event: React.PointerEvent,
  element: HTMLDivElement | null,
  renderer: { hover(x: number, y: number, inside: boolean): void },
): void {
  if (element === null || event.pointerType === 'touch') return;
  const bounds = element.getBoundingClientRect();
  const onCard = event.target instanceof Element && event.target.closest('.service-card, .popover') !== null;
  renderer.hover(event.clientX - bounds.left, event.clientY - bounds.top, !onCard);
}

function focusOf(target: EventTarget): GraphFocus | undefined {
  if (!(target instanceof HTMLElement || target instanceof SVGElement)) return undefined;
  const { service, edge } = target.dataset;
  if (service !== undefined) return { kind: 'service', id: service };
  return edge === undefined ? undefined : { kind: 'edge', id: edge };
}

function walkByArrows(event: React.KeyboardEvent<HTMLDivElement>): void {
  const from = focusOf(event.target);
  const to = from === undefined ? undefined : walk(from, event.key);
  if (from === undefined || to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  rememberWay(from, to);
  const element = event.currentTarget.querySelector(`[data-${to.kind}="${CSS.escape(to.id)}"]`);
  if (element instanceof HTMLElement || element instanceof SVGElement) element.focus();
}

/** The renderer's canvas, laid over the picture. */
function FlightCanvas() {
  const { renderer } = useApp();
  const holder = useRef<HTMLDivElement>(null);
  const loaded = useTopologyStore((state) => state.loaded);
  useEffect(() => {
    const element = holder.current;
    element?.append(renderer.canvas);
    const stops = [
      renderer.onCount((flights) => element?.setAttribute('data-flights', String(flights))),
      renderer.onHovering((over) => element?.parentElement?.classList.toggle('over-flight', over)),
    ];
    return () => {
      for (const stop of stops) stop();
      renderer.canvas.remove();
    };
  }, [renderer]);
  return <div ref={holder} className="flight-layer" data-testid="flights" data-loaded={loaded} />;
}
