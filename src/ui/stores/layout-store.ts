import { create } from 'zustand';
import { decodeNumber, fieldOf, readStored, writeStored } from './persist';

/** Where the panels stand. Sizes in CSS pixels. */
interface PanelState {
  readonly leftOpen: boolean;
  readonly leftWidth: number;
  readonly rightOpen: boolean;
  readonly rightWidth: number;
  readonly dockOpen: boolean;
  readonly dockHeight: number;
  readonly dockTab: string;
}

/** What fills the page where there is room for one thing only. */
export type SinglePanel = 'graph' | 'notes' | 'editor' | 'dock';

interface LayoutState extends PanelState {
  readonly singlePanel: SinglePanel;
  /** The YAML panel while it lies over the graph, where the page is too narrow to have it beside. */
  readonly drawerOpen: boolean;
  /** The topology as a table instead of a picture. */
  readonly textView: boolean;
}

export const LIMITS = {
  leftWidth: { min: 240, max: 520 },
  rightWidth: { min: 360, max: 900 },
  dockHeight: { min: 140, max: 640 },
} as const;

const KEY = 'meshwork.layout';

const DEFAULTS: PanelState = {
  leftOpen: true,
  leftWidth: 312,
  rightOpen: true,
  rightWidth: 468,
  dockOpen: true,
  dockHeight: 264,
  dockTab: '',
};

function decodePanels(value: unknown): PanelState | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const flag = (key: 'leftOpen' | 'rightOpen' | 'dockOpen'): boolean => {
    const field = fieldOf(value, key);
    return typeof field === 'boolean' ? field : DEFAULTS[key];
  };
  const size = (key: keyof typeof LIMITS): number =>
    decodeNumber(fieldOf(value, key), LIMITS[key].min, LIMITS[key].max) ?? DEFAULTS[key];
  const tab = fieldOf(value, 'dockTab');
  return {
    leftOpen: flag('leftOpen'),
    leftWidth: size('leftWidth'),
    rightOpen: flag('rightOpen'),
    rightWidth: size('rightWidth'),
    dockOpen: flag('dockOpen'),
    dockHeight: size('dockHeight'),
    dockTab: typeof tab === 'string' ? tab : '',
  };
}

/** On a first visit, panels that would cover most of the graph start folded. */
function firstVisit(): PanelState {
  const width = globalThis.innerWidth || 1600;
  return { ...DEFAULTS, leftOpen: width >= 1440 };
}

export const useLayoutStore = create<LayoutState>()(() => ({
  ...(readStored(KEY, decodePanels) ?? firstVisit()),
  singlePanel: 'graph',
  drawerOpen: false,
  textView: false,
}));

export function setPanels(change: Partial<PanelState>): void {
  useLayoutStore.setState(change);
  const { leftOpen, leftWidth, rightOpen, rightWidth, dockOpen, dockHeight, dockTab } = useLayoutStore.getState();
  writeStored(KEY, { leftOpen, leftWidth, rightOpen, rightWidth, dockOpen, dockHeight, dockTab });
}

/** Sets a size within its limits. */
export function resizePanel(key: keyof typeof LIMITS, size: number): void {
  const { min, max } = LIMITS[key];
  setPanels({ [key]: Math.round(Math.min(max, Math.max(min, size))) });
}

/** Shows a tab of the dock, unfolding it if need be. */
export function showDockTab(dockTab: string): void {
  setPanels({ dockTab, dockOpen: true });
  useLayoutStore.setState({ singlePanel: 'dock' });
}

export function showEditor(): void {
  setPanels({ rightOpen: true });
  useLayoutStore.setState({ singlePanel: 'editor', drawerOpen: true });
}
