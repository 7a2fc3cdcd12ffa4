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
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useApp } from '../app-context';
import type { FlightRenderer } from '../canvas/flight-renderer';
import { useTopologyStore } from '../stores/topology-store';
import { prefersReducedMotion } from '../theme/reduced-motion';
import { type Camera, fitCamera, MAX_ZOOM, MIN_ZOOM } from './camera';
import { centreOn, lendCamera } from './camera-control';
import { setCamera } from './camera-store';
import { EdgeLayer } from './edge-layer';
import type { Rect } from './geometry';
import { endFit, isSettling, setLevel, settleZoom, useGraphStore } from './graph-store';
import { type GraphFocus, readingOrder, rememberWay, walk } from './keyboard';
import { LabelLayer } from './label-layer';
import type { LayoutController } from './layout-controller';
import { levelAt } from './levels';
import { NamespaceLayer } from './namespace-layer';
import { hover, pick, press } from './pick';
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
  const [canvas, setCanvas] = useState<HTMLDivElement | null>(null);
  const nodes = useNodes();
  const onMove = useCallback<OnMove>((_event, camera) => follow(canvas, camera, renderer), [canvas, renderer]);
  useCanvasSize(canvas, layout);
  useFit(canvas, onMove);
  useLentCamera();
  const onNodesChange = useCallback((changes: NodeChange[]) => applyMoves(changes, layout), [layout]);
  const level = useGraphStore((state) => state.level);
  const settling = useGraphStore(isSettling);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys and the pointer work on the controls inside
    <div
      ref={setCanvas}
      className={`topology level-${level}`}
      data-testid="topology"
      data-level={level}
      aria-busy={settling}
      onKeyDown={walkByArrows}
      onFocus={showFocused}
      onPointerMove={(event) => hover(event, renderer)}
      onPointerDownCapture={(event) => press(event, renderer)}
      onPointerLeave={() => renderer.hover(0, 0, false)}
    >
      <ReactFlow
        nodes={nodes}
        nodeTypes={NODE_TYPES}
        onNodesChange={onNodesChange}
        onNodeDragStop={() => layout.keep()}
        onMove={onMove}
        onMoveEnd={(event, camera) => {
          settleZoom(camera.zoom);
          // Only the hand comes with an event; the camera's own flights do not.
          if (event === null) return;
          layout.touch();
          endFit();
        }}
        onPaneClick={(event) => pick(undefined, event)}
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
          <EdgeLayer onPick={pick} />
          <LabelLayer onPick={pick} />
        </ViewportPortal>
      </ReactFlow>
      <FlightCanvas />
      {children}
    </div>
  );
}

/** React Flow's nodes, by card. A card that did not move is the same object, so its node is too. */
const NODES = new WeakMap<Rect, Node>();

function useNodes(): Node[] {
  const cards = useGraphStore((state) => state.cards);
  return useMemo(
    () =>
      readingOrder([...cards.keys()]).flatMap((id) => {
        const card = cards.get(id);
        return card === undefined ? [] : nodeOf(id, card);
      }),
    [cards],
  );
}

function nodeOf(id: string, card: Rect): Node {
  const known = NODES.get(card);
  if (known !== undefined) return known;
  const node: Node = {
    id,
    type: 'service',
    position: { x: card.x, y: card.y },
    width: card.width,
    height: card.height,
    data: {},
    // A role for a wrapper that does nothing by itself would only be noise for readers.
    ariaRole: 'presentation',
  };
  NODES.set(card, node);
  return node;
}

function applyMoves(changes: readonly NodeChange[], layout: LayoutController): void {
  for (const change of changes) {
    if (change.type === 'position' && change.position !== undefined) {
      layout.move(change.id, change.position.x, change.position.y);
    }
  }
}

/** Tells everyone who draws by the camera that it moved. */
function follow(canvas: HTMLDivElement | null, camera: Camera, renderer: FlightRenderer): void {
  if (canvas === null) return;
  const zoom = String(camera.zoom);
  // Only a new scale reaches the cards: a pan must not restyle them.
  if (canvas.style.getPropertyValue('--zoom') !== zoom) canvas.style.setProperty('--zoom', zoom);
  canvas.style.backgroundPosition = `${camera.x}px ${camera.y}px`;
  renderer.setViewport(camera);
  setCamera(camera);
  setLevel(levelAt(camera.zoom, useGraphStore.getState().level));
}

function useCanvasSize(canvas: HTMLDivElement | null, layout: LayoutController): void {
  const { renderer } = useApp();
  useEffect(() => {
    if (canvas === null) return;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = canvas;
      layout.setRoom(width, height);
      renderer.setSize({ width, height, pixelRatio: Math.min(2, window.devicePixelRatio || 1) });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(canvas);
    return () => observer.disconnect();
  }, [canvas, layout, renderer]);
}

/** Shows everything when the graph asks for it, and when the picture comes back after the table. */
function useFit(canvas: HTMLDivElement | null, onMove: OnMove): void {
  const flow = useReactFlow();
  const requests = useGraphStore((state) => state.fitRequests);
  useEffect(() => {
    if (requests === 0 || canvas === null) return;
    const { cards, boxes } = useGraphStore.getState();
    const rects = [...cards.values(), ...boxes.map((box) => box.rect)];
    const camera = fitCamera(rects, canvas.clientWidth, canvas.clientHeight);
    if (camera === undefined) {
      endFit();
      return;
    }
    const duration = isFirstFit(canvas) || prefersReducedMotion() ? 0 : CAMERA_MS;
    void flow.setViewport(camera, { duration }).then(() => {
      onMove(null, camera);
      settleZoom(camera.zoom);
      if (useGraphStore.getState().fitRequests === requests) endFit();
    });
  }, [requests, flow, canvas, onMove]);
}

/** The first picture is there at once; later ones glide. */
function isFirstFit(canvas: HTMLElement): boolean {
  const first = canvas.dataset['fitted'] === undefined;
  canvas.dataset['fitted'] = 'true';
  return first;
}

/** Lends the camera to the zoom commands. */
function useLentCamera(): void {
  const flow = useReactFlow();
  useEffect(
    () =>
      lendCamera({
        zoomBy: (factor) => {
          const duration = prefersReducedMotion() ? 0 : CAMERA_MS / 2;
          endFit();
          void flow.zoomTo(flow.getZoom() * factor, { duration });
        },
        centreOn: ({ x, y, width, height }) => {
          const duration = prefersReducedMotion() ? 0 : CAMERA_MS;
          endFit();
          void flow.setCenter(x + width / 2, y + height / 2, { zoom: flow.getZoom(), duration });
        },
      }),
    [flow],
  );
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
  focusOn(event.currentTarget, to);
}

/** Focuses a card or an edge; a card that is not in the picture is brought there first. */
function focusOn(canvas: HTMLElement, { kind, id }: GraphFocus): void {
  const selector = `[data-${kind}="${CSS.escape(id)}"]`;
  const found = canvas.querySelector<HTMLElement | SVGElement>(selector);
  const card = kind === 'service' ? useGraphStore.getState().cards.get(id) : undefined;
  found?.focus({ preventScroll: true });
  if (card === undefined || (found !== null && isInside(found, canvas))) return;
  centreOn(card);
  // Cards out of sight are not in the document of a large picture.
  if (found === null) setTimeout(() => canvas.querySelector<HTMLElement>(selector)?.focus(), CAMERA_MS + 50);
}

function isInside(element: Element, canvas: HTMLElement): boolean {
  const inner = element.getBoundingClientRect();
  const outer = canvas.getBoundingClientRect();
  return (
    inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom
  );
}

/** Whoever comes by Tab is shown too. */
function showFocused(event: React.FocusEvent<HTMLDivElement>): void {
  const focus = focusOf(event.target);
  const byKeyboard = event.target.matches(':focus-visible');
  if (focus?.kind !== 'service' || !byKeyboard || isInside(event.target, event.currentTarget)) return;
  const card = useGraphStore.getState().cards.get(focus.id);
  if (card !== undefined) centreOn(card);
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
