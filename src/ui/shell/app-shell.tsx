import './shell.css';
import { lazy, type ReactNode, Suspense } from 'react';
import { useApp } from '../app-context';
import { Banners, LiveRegion, Toasts } from '../notices/notices';
import { TooltipHost } from '../parts/tooltip';
import { useDialogStore } from '../stores/dialog-store';
import { useFilesStore } from '../stores/files-store';
import { type SinglePanel, useLayoutStore } from '../stores/layout-store';
import { useSelectionStore } from '../stores/selection-store';
import { type ShellMode, useShellMode } from '../stores/shell-mode';
import { CanvasLegend, CanvasTools, GraphPlaceholder, NoTraffic, PausedPill } from '../topology/canvas-overlays';
import { TopologyCanvas } from '../topology/topology-canvas';
import { Dock } from './dock';
import { DropZone } from './drop-zone';
import { EditorSlot } from './editor-slot';
import { NotesPanel } from './notes-panel';
import { PhoneShell } from './phone-shell';
import { Rail } from './rail';
import { SplitHandle } from './split-handle';
import { TopBar } from './top-bar';

const Inspector = lazy(() => import('../inspector/inspector'));
const ChaosPalette = lazy(() => import('../chaos/chaos-palette'));
const TextView = lazy(() => import('../text-view/text-view'));
const CommandPalette = lazy(() => import('../palette/command-palette'));
const KeysDialog = lazy(() => import('../palette/keys-dialog'));

export function AppShell() {
  const mode = useShellMode();
  return (
    <>
      {mode === 'phone' ? <PhoneShell graph={<Graph readOnly />} /> : <DeskShell mode={mode} />}
      <Toasts />
      <LiveRegion />
      <TooltipHost />
      <Dialogs />
      {mode !== 'phone' && <DropZone />}
    </>
  );
}

function Dialogs() {
  const open = useDialogStore((state) => state.open);
  return (
    <Suspense>
      {open === 'palette' && <CommandPalette />}
      {open === 'keys' && <KeysDialog />}
    </Suspense>
  );
}

function DeskShell({ mode }: { readonly mode: Exclude<ShellMode, 'phone'> }) {
  const { slots } = useApp();
  const singlePanel = useLayoutStore((state) => state.singlePanel);
  const panel = useSizes(mode);
  const single = mode === 'single';
  const shows = (name: SinglePanel): boolean => !single || singlePanel === name;
  return (
    <div className={`app app-${mode}`} style={panel}>
      <SkipLinks />
      <TopBar />
      {single && <PanelSwitch />}
      {shows('notes') && <LeftPanel mode={mode} />}
      {shows('graph') && (
        <main className="graph-area" aria-label="Topology">
          <Graph readOnly={false} />
        </main>
      )}
      {slots.editor !== undefined && shows('editor') && <RightPanel mode={mode} />}
      {shows('dock') && <Dock resizable={!single} />}
    </div>
  );
}

/** Column and row sizes of the grid, from what is open. */
function useSizes(mode: ShellMode): React.CSSProperties {
  const { slots } = useApp();
  const { leftOpen, leftWidth, rightOpen, rightWidth, dockOpen, dockHeight } = useLayoutStore();
  const rail = '48px';
  const right = mode === 'wide' && rightOpen ? `${rightWidth}px` : rail;
  return {
    '--left': leftOpen ? `${leftWidth}px` : rail,
    '--right': slots.editor === undefined ? '0px' : right,
    '--drawer': `${rightWidth}px`,
    '--dock': slots.dockTabs.length === 0 ? '0px' : dockOpen ? `${dockHeight}px` : '39px',
  };
}

function SkipLinks() {
  const { commands } = useApp();
  return (
    <button type="button" className="skip-link" onClick={() => commands.run('view.text')}>
      Topology as a table
    </button>
  );
}

function LeftPanel({ mode }: { readonly mode: ShellMode }) {
  const open = useLayoutStore((state) => state.leftOpen);
  const width = useLayoutStore((state) => state.leftWidth);
  if (mode === 'single') return <NotesPanel className="" />;
  if (!open) return <Rail side="left" icon="book" label="Scenario" command="view.notes" />;
  return (
    <NotesPanel
      className="side side-left"
      handle={<SplitHandle panel="leftWidth" name="Width of the notes" size={width} grows={1} orientation="vertical" />}
    />
  );
}

function RightPanel({ mode }: { readonly mode: ShellMode }) {
  const open = useLayoutStore((state) => (mode === 'drawer' ? state.drawerOpen : state.rightOpen));
  const width = useLayoutStore((state) => state.rightWidth);
  const findings = useFilesStore((state) => state.diagnostics.length);
  const label = findings === 0 ? 'YAML' : `YAML · ${findings} ${findings === 1 ? 'finding' : 'findings'}`;
  if (mode === 'single') return <EditorSlot className="" />;
  return (
    <>
      {(!open || mode === 'drawer') && <Rail side="right" icon="code" label={label} command="view.editor" />}
      {open && (
        <EditorSlot
          className={mode === 'drawer' ? 'side side-drawer' : 'side side-right'}
          handle={
            <SplitHandle
              panel="rightWidth"
              name="Width of the YAML panel"
              size={width}
              grows={-1}
              orientation="vertical"
            />
          }
        />
      )}
    </>
  );
}

const SWITCH: readonly { readonly panel: SinglePanel; readonly label: string }[] = [
  { panel: 'graph', label: 'Graph' },
  { panel: 'notes', label: 'Notes' },
  { panel: 'editor', label: 'YAML' },
  { panel: 'dock', label: 'Metrics and logs' },
];

/** Where there is room for one panel: which one. */
function PanelSwitch() {
  const { slots } = useApp();
  const current = useLayoutStore((state) => state.singlePanel);
  const shown = SWITCH.filter(
    ({ panel }) =>
      (panel !== 'editor' || slots.editor !== undefined) && (panel !== 'dock' || slots.dockTabs.length > 0),
  );
  return (
    <nav className="panel-switch" aria-label="Panels">
      {shown.map(({ panel, label }) => (
        <button
          key={panel}
          type="button"
          className={panel === current ? 'tab is-current' : 'tab'}
          aria-current={panel === current ? 'page' : undefined}
          onClick={() => useLayoutStore.setState({ singlePanel: panel })}
        >
          {label}
        </button>
      ))}
    </nav>
  );
}

/** The picture, or the same as a table; and what hangs over it. */
function Graph({ readOnly }: { readonly readOnly: boolean }): ReactNode {
  const { layout } = useApp();
  const textView = useLayoutStore((state) => state.textView);
  if (textView) {
    return (
      <Suspense fallback={<div className="panel-loading">Loading …</div>}>
        <TextView />
      </Suspense>
    );
  }
  return (
    <TopologyCanvas layout={layout}>
      <GraphPlaceholder />
      {!readOnly && (
        <>
          <NoTraffic />
          <CanvasTools />
          <CanvasLegend />
          <PausedPill />
          <Popovers />
        </>
      )}
      <Banners />
    </TopologyCanvas>
  );
}

function Popovers() {
  const panel = useSelectionStore((state) => state.panel);
  return (
    <Suspense>
      {panel === 'inspector' && <Inspector />}
      {panel === 'chaos' && <ChaosPalette />}
    </Suspense>
  );
}
