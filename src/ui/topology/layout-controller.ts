import { fieldOf, readStored, writeStored } from '../stores/persist';
import { useScenarioStore } from '../stores/scenario-store';
import { useTopologyStore } from '../stores/topology-store';
import { cardSize } from './card-size';
import { clearGraph, requestFit, setLayingOut, setPositions, updateShapes, useGraphStore } from './graph-store';
import { growLayout, needsNewLayout, runsBack, unplaced } from './layout-growth';
import type { LayoutRequest, Positions } from './layout-model';

/** The first requests draw the first edges; a picture without edges waits this long for them. */
const WAIT_FOR_EDGES_MS = 900;
/** While the first requests still draw new edges, a picture that nobody has touched is made anew rather than grown. */
const SETTLE_MS = 20_000;

/** Keeps every card at a place: lays out, grows what stands, and remembers what the user moved. */
export class LayoutController {
  readonly #worker: Worker;
  readonly #stops: (() => void)[] = [];
  #edges: LayoutRequest['edges'] = [];
  #loadedMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What is under way was asked for under this number; nobody waits for what was asked for under another. */
  #requestId = 0;
  #computing = false;
  /** Asked for while another one is under way. */
  #wanted: LayoutRequest | undefined;
  /** The last request, as text: a change of the topology that is none of the graph asks for nothing new. */
  #asked = '';
  #room = { width: 900, height: 600 };
  /** The user has moved the camera or a card: from now on, what stands stays. */
  #touched = false;

  constructor() {
    this.#worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module', name: 'layout' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<{ id: number; positions: Positions }>) => {
      if (data.id === this.#requestId) this.#take(data.positions);
      this.#goOn();
    });
    // A graph that cannot be laid out stays as it stands.
    this.#worker.addEventListener('error', () => this.#goOn());
  }

  start(): void {
    this.#stops.push(
      useTopologyStore.subscribe((state, before) => {
        if (!state.loaded) this.#forget();
        else if (state.topology !== before.topology) this.#update();
      }),
    );
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    clearTimeout(this.#timer);
    this.#worker.terminate();
  }

  /** The canvas has this size on the screen. */
  setRoom(width: number, height: number): void {
    if (width > 0 && height > 0) this.#room = { width, height };
  }

  /** The user moved the camera. */
  touch(): void {
    this.#touched = true;
  }

  /** Lays everything out anew and forgets what was moved. */
  tidy(): void {
    this.#touched = false;
    const { current } = useScenarioStore.getState();
    if (current !== undefined) writeStored(storageKey(current.id), null);
    this.#layOut(this.#request());
  }

  /** A card was put somewhere by hand. */
  move(id: string, x: number, y: number): void {
    this.#touched = true;
    const { positions, layingOut } = useGraphStore.getState();
    // What is still being computed would take the card out of the hand.
    this.#drop();
    setPositions({ ...positions, [id]: [Math.round(x), Math.round(y)] }, true);
    // What was to get its place by that finds one beside what stands.
    if (layingOut) this.#update();
  }

  /** The hand let go: from now on every card stays where it is, also after a reload. */
  keep(): void {
    const { current } = useScenarioStore.getState();
    if (current !== undefined) writeStored(storageKey(current.id), useGraphStore.getState().positions);
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#drop();
    this.#edges = [];
    this.#loadedMs = 0;
    this.#touched = false;
    clearGraph();
  }

  #request(): LayoutRequest {
    const { topology } = useTopologyStore.getState();
    return {
      nodes: topology.services.map((service) => ({
        id: service.id,
        namespace: service.namespace,
        ...cardSize(service),
      })),
      edges: topology.edges.map((edge) => [edge.source, edge.destination] as const),
      room: this.#room,
    };
  }

  #update(): void {
    clearTimeout(this.#timer);
    const request = this.#request();
    const { ready, positions } = useGraphStore.getState();
    if (ready) this.#grow(request, positions);
    else this.#first(request);
  }

  #grow(request: LayoutRequest, positions: Positions): void {
    const news = unplaced(request, positions, this.#edges);
    const spoilt = runsBack(request, positions, this.#edges);
    this.#edges = request.edges;
    const { moved, layingOut } = useGraphStore.getState();
    const anew = needsNewLayout(request, news);
    // What was applied just now is another picture, whose first requests are still to draw its edges.
    if (anew) this.#loadedMs = performance.now();
    const wanted = anew || (this.#isSettling() && (news.size > 0 || spoilt));
    // The layout that is on its way would not know what came after it was asked for.
    if (layingOut || (wanted && !moved)) this.#layOut(request);
    else if (news.size === 0) updateShapes();
    else {
      setPositions(growLayout(request, positions, news), moved);
      if (!this.#touched) requestFit();
    }
  }

  #isSettling(): boolean {
    return !this.#touched && performance.now() - this.#loadedMs < SETTLE_MS;
  }

  #first(request: LayoutRequest): void {
    if (this.#loadedMs === 0) this.#loadedMs = performance.now();
    const waitedMs = performance.now() - this.#loadedMs;
    if (request.edges.length === 0 && request.nodes.length > 1 && waitedMs < WAIT_FOR_EDGES_MS) {
      this.#timer = setTimeout(() => this.#update(), WAIT_FOR_EDGES_MS - waitedMs);
      return;
    }
    const stored = this.#stored();
    this.#edges = request.edges;
    if (stored === undefined) {
      this.#layOut(request);
      return;
    }
    const missing = new Set(request.nodes.filter(({ id }) => stored[id] === undefined).map(({ id }) => id));
    setPositions(growLayout(request, stored, missing), true);
    requestFit();
  }

  #stored(): Positions | undefined {
    const { current } = useScenarioStore.getState();
    return current === undefined ? undefined : readStored(storageKey(current.id), decodePositions);
  }

  #layOut(request: LayoutRequest): void {
    this.#edges = request.edges;
    const asked = JSON.stringify(request);
    if (asked === this.#asked && useGraphStore.getState().layingOut) return;
    this.#asked = asked;
    this.#wanted = request;
    setLayingOut(true);
    this.#compute();
  }

  /** One at a time: of those that wait, only the newest is worth the time. */
  #compute(): void {
    if (this.#computing) return;
    const request = this.#wanted;
    if (request === undefined) return;
    this.#wanted = undefined;
    this.#computing = true;
    this.#worker.postMessage({ id: this.#requestId, request });
  }

  #goOn(): void {
    this.#computing = false;
    this.#compute();
    if (!this.#computing) setLayingOut(false);
  }

  #drop(): void {
    this.#requestId += 1;
    this.#wanted = undefined;
    setLayingOut(false);
  }

  #take(positions: Positions): void {
    setPositions(positions);
    requestFit();
  }
}

function storageKey(scenario: string): string {
  return `meshwork.positions.${scenario}`;
}

function decodePositions(value: unknown): Positions | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const positions: Record<string, readonly [number, number]> = {};
  for (const id of Object.keys(value)) {
    const pair = fieldOf(value, id);
    if (!Array.isArray(pair)) continue;
    const [x, y]: unknown[] = pair;
    if (typeof x === 'number' && typeof y === 'number' && Number.isFinite(x + y)) positions[id] = [x, y];
  }
  return Object.keys(positions).length === 0 ? undefined : positions;
}
