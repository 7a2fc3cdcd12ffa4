import type { editor } from 'monaco-editor/editor';

/** A fixed home for hovers and lists, so that no panel cuts them off. */
function overflowHome(): HTMLElement {
  const id = 'editor-widgets';
  const known = document.getElementById(id);
  if (known !== null) return known;
  const home = document.createElement('div');
  home.id = id;
  home.className = 'monaco-editor editor-widgets';
  document.body.append(home);
  return home;
}

/** Brackets in the colour of the text: colour has other meanings here. */
export const PLAIN_BRACKETS = { enabled: false, independentColorPoolPerBracketType: false } as const;

type CommonOptions = editor.IEditorOptions &
  editor.IGlobalEditorOptions &
  Pick<editor.IStandaloneEditorConstructionOptions, 'overflowWidgetsDomNode'>;

/** What every editor of the page has in common. */
export function commonOptions(): CommonOptions {
  const mono = getComputedStyle(document.documentElement).getPropertyValue('--mono');
  return {
    fontFamily: mono,
    fontSize: 13,
    lineHeight: 21,
    fontLigatures: false,
    padding: { top: 10, bottom: 10 },
    minimap: { enabled: false },
    automaticLayout: true,
    scrollBeyondLastLine: false,
    glyphMargin: false,
    lineNumbersMinChars: 3,
    lineDecorationsWidth: 14,
    folding: true,
    showFoldingControls: 'mouseover',
    renderLineHighlight: 'line',
    renderLineHighlightOnlyWhenFocus: true,
    overviewRulerBorder: false,
    overviewRulerLanes: 2,
    hideCursorInOverviewRuler: true,
    scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
    stickyScroll: { enabled: false },
    guides: { indentation: true, bracketPairs: false },
    bracketPairColorization: { enabled: false },
    occurrencesHighlight: 'off',
    'semanticHighlighting.enabled': false,
    unicodeHighlight: { ambiguousCharacters: false },
    fixedOverflowWidgets: true,
    overflowWidgetsDomNode: overflowHome(),
    dropIntoEditor: { enabled: false },
    maxTokenizationLineLength: 5_000,
  };
}

/** For manifests. */
export function manifestOptions(): editor.IStandaloneEditorConstructionOptions {
  return {
    ...commonOptions(),
    ariaLabel: 'Manifest',
    model: null,
    detectIndentation: false,
    tabSize: 2,
    insertSpaces: true,
    autoIndent: 'full',
    formatOnPaste: false,
    quickSuggestions: { other: true, strings: true, comments: false },
    suggestOnTriggerCharacters: true,
    wordBasedSuggestions: 'off',
    suggest: { showWords: false, snippetsPreventQuickSuggestions: false },
    hover: { delay: 250 },
    links: false,
  };
}

const PLACEHOLDER = 'Paste manifests here, or drop files onto the page.';

/** Stands in an empty manifest. The editor keeps it over the next text when a tab is changed, so it is told. */
export function showPlaceholder(code: editor.IStandaloneCodeEditor): void {
  let shown: boolean | undefined;
  const update = (): void => {
    const empty = code.getModel()?.getValueLength() === 0;
    if (empty === shown) return;
    shown = empty;
    code.updateOptions({ placeholder: empty ? PLACEHOLDER : '' });
  };
  code.onDidChangeModel(update);
  code.onDidChangeModelContent(update);
}
