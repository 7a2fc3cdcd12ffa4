import type { editor } from 'monaco-editor/editor';
import { useEffect, useRef, useState } from 'react';
import type { TextRange } from '../../../worker';
import { useApp } from '../../app-context';
import { useFilesStore } from '../../stores/files-store';
import { type ApplyOutcome, useEditorStore } from '../editor-store';
import { focusActiveTab } from '../leave-text';
import { manifestOptions, showPlaceholder } from './editor-options';
import { PLAIN_LANGUAGE } from './languages';
import { takeLargePastes } from './large-insert';
import { registerFixes, showMarkers } from './markers';
import { models } from './models';
import { monaco } from './monaco';
import { ownKeys } from './own-keys';
import { takeLinesAsTheyAre } from './typing';
import { startYamlService } from './yaml-service';

type CodeEditor = editor.IStandaloneCodeEditor;

/** Cursor and scroll of each tab, while the page lives. */
const viewStates = new Map<string, editor.ICodeEditorViewState | null>();

let service: Promise<void> | undefined;

/** Starts what completes and explains; true once it does. */
function useYamlService(): boolean {
  const { client } = useApp();
  const [started, setStarted] = useState(false);
  useEffect(() => {
    if (service === undefined) {
      registerFixes();
      takeLinesAsTheyAre(monaco);
      service = client.editorSchema().then(startYamlService);
    }
    let gone = false;
    service
      .then(() => {
        if (!gone) setStarted(true);
      })
      .catch(() => {
        service = undefined;
      });
    return () => {
      gone = true;
    };
  }, [client]);
  return started;
}

/** Puts the cursor on a place, with the place in the middle of what is seen. */
function reveal(code: CodeEditor, range: TextRange | undefined): void {
  code.focus();
  if (range === undefined) return;
  const { start, end } = range;
  const endLine = Math.min(end.line, start.line + 40);
  code.setSelection({
    startLineNumber: start.line,
    startColumn: start.column,
    endLineNumber: start.line,
    endColumn: end.line === start.line ? end.column : start.column,
  });
  code.revealLinesInCenterIfOutsideViewport(start.line, endLine);
}

/** A red bar beside the line that an apply was refused for. */
function refusedLines(outcome: ApplyOutcome, path: string): editor.IModelDeltaDecoration[] {
  if (outcome.kind !== 'refused' || outcome.problem?.file !== path || outcome.problem.range === undefined) return [];
  const { line } = outcome.problem.range.start;
  return [
    {
      range: new monaco.Range(line, 1, line, 1),
      options: { isWholeLine: true, linesDecorationsClassName: 'editor-refused-bar', className: 'editor-refused-line' },
    },
  ];
}

/** Shows the active tab's model, and remembers where the cursor was in the last one. */
function showActive(code: CodeEditor, path: string | undefined): () => void {
  const model = path === undefined ? undefined : models.get(path);
  code.setModel(model ?? null);
  if (path === undefined || model === undefined) return () => undefined;
  code.restoreViewState(viewStates.get(path) ?? null);
  showMarkers(path);
  return () => {
    if (code.getModel() === model) viewStates.set(path, code.saveViewState());
  };
}

/** The text of the active manifest. */
export function CodeEditor() {
  const { commands } = useApp();
  const host = useRef<HTMLDivElement>(null);
  const code = useRef<CodeEditor>(undefined);
  const path = useFilesStore((state) => state.activePath);
  const diagnostics = useFilesStore((state) => state.diagnostics);
  const outcome = useEditorStore((state) => state.outcome);
  const request = useEditorStore((state) => state.reveal);
  const shown = useRef(0);
  const explains = useYamlService();

  useEffect(() => {
    if (host.current === null) return;
    const made = monaco.editor.create(host.current, manifestOptions());
    code.current = made;
    // The newer way to take keys hands whole lines to the browser with every keystroke: too much for the longest ones.
    const suitKeys = (): void => {
      made.updateOptions({ editContext: made.getModel()?.getLanguageId() !== PLAIN_LANGUAGE });
    };
    made.onDidChangeModel(suitKeys);
    made.onDidChangeModelLanguage(suitKeys);
    showPlaceholder(made);
    const releaseKeys = ownKeys(host.current, commands, focusActiveTab);
    const releasePastes = takeLargePastes(host.current, made);
    return () => {
      releaseKeys();
      releasePastes();
      code.current = undefined;
      made.dispose();
    };
  }, [commands]);

  useEffect(() => {
    const made = code.current;
    if (made === undefined) return;
    made.updateOptions({
      ariaLabel: path === undefined ? 'No manifest' : `Manifest ${path}. Escape leads out of the text.`,
    });
    return showActive(made, path);
  }, [path]);

  useEffect(() => {
    if (path !== undefined && diagnostics !== undefined) showMarkers(path);
  }, [path, diagnostics]);

  useEffect(() => {
    if (code.current === undefined || path === undefined) return;
    const refused = refusedLines(outcome, path);
    const lines = code.current.createDecorationsCollection(refused);
    const [place] = refused;
    if (place !== undefined) code.current.revealLineInCenterIfOutsideViewport(place.range.startLineNumber);
    return () => lines.clear();
  }, [path, outcome]);

  useEffect(() => {
    if (code.current === undefined || request === undefined || request.file !== path) return;
    if (request.number <= shown.current) return;
    shown.current = request.number;
    reveal(code.current, request.range);
  }, [path, request]);

  return <div ref={host} className="editor-code" data-testid="editor-code" data-explains={explains} />;
}
