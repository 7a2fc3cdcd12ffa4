import type { editor, languages } from 'monaco-editor/editor';
import type { Diagnostic } from '../../../worker';
import { useFilesStore } from '../../stores/files-store';
import { YAML_LANGUAGE } from './languages';
import { models } from './models';
import { monaco } from './monaco';

/** Findings of the session, apart from those of anybody else. */
export const MARKER_OWNER = 'meshwork';

const SEVERITIES = {
  error: monaco.MarkerSeverity.Error,
  warning: monaco.MarkerSeverity.Warning,
  info: monaco.MarkerSeverity.Info,
} as const;

type Placed = Diagnostic & { readonly range: NonNullable<Diagnostic['range']> };

function findingsOf(path: string): readonly Placed[] {
  return useFilesStore
    .getState()
    .diagnostics.flatMap((diagnostic) =>
      diagnostic.file === path && diagnostic.range !== undefined ? [{ ...diagnostic, range: diagnostic.range }] : [],
    );
}

/** An empty place is widened to the word or the line it stands in, so that it can be seen. */
function rangeOf({ range: { start, end } }: Placed, model: editor.ITextModel): editor.IMarkerData {
  const whole = {
    startLineNumber: start.line,
    startColumn: start.column,
    endLineNumber: end.line,
    endColumn: end.column,
  };
  const valid = model.validateRange(whole);
  const empty = valid.startLineNumber === valid.endLineNumber && valid.startColumn === valid.endColumn;
  const line = valid.startLineNumber;
  const at = empty ? { ...valid, startColumn: 1, endColumn: model.getLineMaxColumn(line) } : valid;
  // A finding about a whole object underlines its first line only.
  const endColumn = at.endLineNumber > line ? model.getLineMaxColumn(line) : at.endColumn;
  return { ...at, endLineNumber: line, endColumn, message: '', severity: monaco.MarkerSeverity.Info };
}

function markerOf(diagnostic: Placed, model: editor.ITextModel): editor.IMarkerData {
  const { code, message, hint, link, severity } = diagnostic;
  return {
    ...rangeOf(diagnostic, model),
    message: hint === undefined ? message : `${message}\n${hint}`,
    severity: SEVERITIES[severity],
    code: link === undefined ? code : { value: code, target: monaco.Uri.parse(link) },
  };
}

/** Underlines in a tab what the session found in it. */
export function showMarkers(path: string): void {
  const model = models.all.get(path);
  if (model === undefined) return;
  const markers = findingsOf(path).map((diagnostic) => markerOf(diagnostic, model));
  monaco.editor.setModelMarkers(model, MARKER_OWNER, markers);
}

/** Replaces what a finding underlines by what it says should stand there. */
export function applyFix(diagnostic: Diagnostic): boolean {
  const { file, fix, range } = diagnostic;
  const model = file === undefined ? undefined : models.get(file);
  if (model === undefined || fix === undefined || range === undefined) return false;
  model.pushStackElement();
  model.pushEditOperations([], [editOf(range, fix)], () => null);
  model.pushStackElement();
  return true;
}

function editOf({ start, end }: NonNullable<Diagnostic['range']>, text: string) {
  return { range: new monaco.Range(start.line, start.column, end.line, end.column), text };
}

function actionOf(model: editor.ITextModel, diagnostic: Placed, text: string): languages.CodeAction {
  return {
    title: `Write ${text}`,
    kind: 'quickfix',
    isPreferred: true,
    diagnostics: [markerOf(diagnostic, model)],
    edit: {
      edits: [{ resource: model.uri, versionId: model.getVersionId(), textEdit: editOf(diagnostic.range, text) }],
    },
  };
}

/** Offers the fixes at the cursor too. */
export function registerFixes(): void {
  monaco.languages.registerCodeActionProvider(YAML_LANGUAGE, {
    provideCodeActions(model, range) {
      const path = [...models.all].find(([, candidate]) => candidate === model)?.[0];
      const actions = (path === undefined ? [] : findingsOf(path)).flatMap((diagnostic) => {
        const { start, end } = diagnostic.range;
        const place = new monaco.Range(start.line, start.column, end.line, end.column);
        const touches = monaco.Range.areIntersectingOrTouching(place, range);
        return touches && diagnostic.fix !== undefined ? [actionOf(model, diagnostic, diagnostic.fix)] : [];
      });
      return { actions, dispose: () => undefined };
    },
  });
}
