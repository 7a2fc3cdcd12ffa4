import './editor.css';
import { lazy, Suspense, useEffect, useState } from 'react';
import type { Diagnostic } from '../../worker';
import { PanelBoundary } from '../parts/panel-boundary';
import { useFilesStore } from '../stores/files-store';
import { useTopologyStore } from '../stores/topology-store';
import { ApplyBar } from './apply-bar';
import { useEditorStore } from './editor-store';
import { FileTabs } from './file-tabs';
import { EDITOR_PANEL_ID, tabId } from './leave-text';
import { Problems } from './problems';
import { Refusal } from './refusal';
import { revealLocation } from './reveal';

const loadMonaco = () => import('./monaco/editor-parts');
const CodeEditor = lazy(() => loadMonaco().then((parts) => ({ default: parts.CodeEditor })));
const ChangesView = lazy(() => loadMonaco().then((parts) => ({ default: parts.ChangesView })));

/** Enough to fill any window. */
const SHOWN_CHARACTERS = 20_000;
/** Wall time after which the editor's library comes although the page is still busy. */
const PATIENCE_MS = 1_500;

/** The library is large: it waits until traffic moves, or until somebody wants to write. */
function useTimeForMonaco(): readonly [ready: boolean, hurry: () => void] {
  const [ready, setReady] = useState(false);
  const moving = useTopologyStore((state) => state.loaded);
  useEffect(() => {
    if (ready) return;
    const begin = (): void => setReady(true);
    if (moving && globalThis.requestIdleCallback !== undefined) {
      const idle = requestIdleCallback(begin, { timeout: PATIENCE_MS });
      return () => cancelIdleCallback(idle);
    }
    const timer = setTimeout(begin, moving ? 0 : PATIENCE_MS * 2);
    return () => clearTimeout(timer);
  }, [moving, ready]);
  return [ready, () => setReady(true)];
}

/** The active text as it is, until the editor is there. */
function PlainText({ hurry }: { hurry(): void }) {
  const text = useFilesStore((state) => state.files.find((file) => file.path === state.activePath)?.text ?? '');
  return (
    <textarea
      className="editor-plain"
      readOnly
      aria-label="Manifest; the editor is loading"
      value={text.slice(0, SHOWN_CHARACTERS)}
      onFocus={hurry}
    />
  );
}

/** Edits by a fix when the library is there; leads to the line when it is not. */
async function fix(diagnostic: Diagnostic): Promise<void> {
  const { applyFix } = await loadMonaco();
  if (diagnostic.file === undefined || !applyFix(diagnostic)) return;
  revealLocation(diagnostic.file, diagnostic.range);
}

function Text() {
  const view = useEditorStore((state) => state.view);
  const [ready, hurry] = useTimeForMonaco();
  const path = useFilesStore((state) => state.activePath);
  if (path === undefined) return <EmptyEditor />;
  const plain = <PlainText hurry={hurry} />;
  if (!ready) return plain;
  return <Suspense fallback={plain}>{view === 'changes' ? <ChangesView /> : <CodeEditor />}</Suspense>;
}

function EmptyEditor() {
  return (
    <div className="editor-empty">
      <b>No manifests</b>
      <p>Add one, drop files onto the page, or undo what was closed. What runs keeps running until the next apply.</p>
    </div>
  );
}

/** The right panel: a tab per manifest, its text, what was found in it, and the way to run it. */
export function EditorPanel() {
  const path = useFilesStore((state) => state.activePath);
  const run = (diagnostic: Diagnostic): void => {
    fix(diagnostic).catch(() => undefined);
  };
  return (
    <div className="editor">
      <FileTabs />
      <div
        className="editor-text"
        id={EDITOR_PANEL_ID}
        role="tabpanel"
        aria-labelledby={path === undefined ? undefined : tabId(path)}
        aria-label={path === undefined ? 'Manifest' : undefined}
      >
        <PanelBoundary name="the editor">
          <Text />
        </PanelBoundary>
      </div>
      <Refusal fix={run} />
      <Problems fix={run} />
      <ApplyBar />
    </div>
  );
}
