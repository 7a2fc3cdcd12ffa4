import type * as MonacoModule from 'monaco-editor/editor';
import type { Theme } from '../../theme/theme';

const NAMES: Readonly<Record<Theme, string>> = { dark: 'meshwork-dark', light: 'meshwork-light' };

/** Colours of the syntax by token, as names of design tokens. */
const RULES: readonly (readonly [token: string, colour: string])[] = [
  ['', '--text'],
  ['type', '--accent-t'],
  ['string', '--ok-t'],
  ['number', '--retry-t'],
  ['keyword', '--retry-t'],
  ['comment', '--text-3'],
  ['operators', '--text-2'],
  ['delimiter', '--text-2'],
  ['namespace', '--tcp-t'],
  ['tag', '--tcp-t'],
  ['key', '--accent-t'],
];

/** Parts of the editor, as names of design tokens, some of them with an alpha in hexadecimal. */
const COLOURS: Readonly<Record<string, readonly [token: string, alpha?: string]>> = {
  'editor.background': ['--surface'],
  'editor.foreground': ['--text'],
  'editorLineNumber.foreground': ['--text-3'],
  'editorLineNumber.activeForeground': ['--text'],
  'editorCursor.foreground': ['--accent'],
  'editor.selectionBackground': ['--accent', '40'],
  'editor.inactiveSelectionBackground': ['--accent', '26'],
  'editor.selectionHighlightBackground': ['--accent', '22'],
  'editor.wordHighlightBackground': ['--accent', '1c'],
  'editor.findMatchBackground': ['--warn', '66'],
  'editor.findMatchHighlightBackground': ['--warn', '33'],
  'editor.lineHighlightBackground': ['--surface-2'],
  'editor.lineHighlightBorder': ['--surface-2'],
  'editorIndentGuide.background1': ['--line'],
  'editorIndentGuide.activeBackground1': ['--line-strong'],
  'editorBracketMatch.background': ['--accent', '22'],
  'editorBracketMatch.border': ['--accent'],
  'editorGutter.background': ['--surface'],
  'editorGutter.foldingControlForeground': ['--text-3'],
  'editorError.foreground': ['--bad'],
  'editorWarning.foreground': ['--warn'],
  'editorInfo.foreground': ['--accent'],
  'editorOverviewRuler.border': ['--surface'],
  'editorWidget.background': ['--surface-2'],
  'editorWidget.foreground': ['--text'],
  'editorWidget.border': ['--line-strong'],
  'editorHoverWidget.background': ['--surface-2'],
  'editorHoverWidget.foreground': ['--text'],
  'editorHoverWidget.border': ['--line-strong'],
  'editorHoverWidget.statusBarBackground': ['--surface-3'],
  'editorSuggestWidget.background': ['--surface-2'],
  'editorSuggestWidget.border': ['--line-strong'],
  'editorSuggestWidget.foreground': ['--text'],
  'editorSuggestWidget.highlightForeground': ['--accent-t'],
  'editorSuggestWidget.focusHighlightForeground': ['--accent-t'],
  'editorSuggestWidget.selectedBackground': ['--surface-3'],
  'editorSuggestWidget.selectedForeground': ['--text'],
  'editorStickyScroll.background': ['--surface'],
  'editorUnicodeHighlight.border': ['--warn'],
  'editor.placeholder.foreground': ['--text-3'],
  'list.hoverBackground': ['--surface-3'],
  'list.focusBackground': ['--surface-3'],
  'list.activeSelectionBackground': ['--surface-3'],
  'list.activeSelectionForeground': ['--text'],
  'quickInput.background': ['--surface-2'],
  'quickInput.foreground': ['--text'],
  'quickInputList.focusBackground': ['--surface-3'],
  'quickInputList.focusForeground': ['--text'],
  'pickerGroup.foreground': ['--accent-t'],
  'keybindingLabel.foreground': ['--text-2'],
  'keybindingLabel.background': ['--surface-3'],
  'keybindingLabel.border': ['--line-strong'],
  'keybindingLabel.bottomBorder': ['--line-strong'],
  'input.background': ['--surface'],
  'input.foreground': ['--text'],
  'input.border': ['--line-input'],
  'input.placeholderForeground': ['--text-3'],
  'inputOption.activeBackground': ['--accent', '22'],
  'inputOption.activeBorder': ['--accent'],
  'inputOption.activeForeground': ['--accent-t'],
  focusBorder: ['--accent'],
  foreground: ['--text'],
  descriptionForeground: ['--text-2'],
  'icon.foreground': ['--text-2'],
  'menu.background': ['--surface-2'],
  'menu.foreground': ['--text'],
  'menu.selectionBackground': ['--surface-3'],
  'menu.selectionForeground': ['--text'],
  'menu.separatorBackground': ['--line'],
  'menu.border': ['--line-strong'],
  'textLink.foreground': ['--accent-t'],
  'textLink.activeForeground': ['--accent-t'],
  'textCodeBlock.background': ['--surface-3'],
  'scrollbarSlider.background': ['--text-3', '33'],
  'scrollbarSlider.hoverBackground': ['--text-3', '55'],
  'scrollbarSlider.activeBackground': ['--text-3', '77'],
  'scrollbar.shadow': ['--bg', '00'],
  'widget.shadow': ['--bg', '88'],
  'diffEditor.insertedTextBackground': ['--ok', '1c'],
  'diffEditor.insertedLineBackground': ['--ok', '17'],
  'diffEditor.removedTextBackground': ['--bad', '1c'],
  'diffEditor.removedLineBackground': ['--bad', '14'],
  'diffEditorGutter.insertedLineBackground': ['--ok', '1f'],
  'diffEditorGutter.removedLineBackground': ['--bad', '1f'],
  'diffEditor.unchangedRegionBackground': ['--surface-2'],
  'diffEditor.unchangedRegionForeground': ['--text-2'],
  'diffEditor.diagonalFill': ['--line'],
};

/** #abc and #aabbcc as #aabbcc; anything else is not a colour the editor reads. */
function hexOf(value: string): string | undefined {
  const text = value.trim();
  if (/^#[0-9a-f]{6}$/i.test(text)) return text;
  if (/^#[0-9a-f]{3}$/i.test(text)) return text.replace(/[0-9a-f]/gi, '$&$&');
  return undefined;
}

/** Makes the editor's theme from the design tokens as they are now; returns its name. */
export function defineTheme(monaco: typeof MonacoModule, theme: Theme): string {
  const style = getComputedStyle(document.documentElement);
  const hex = (token: string): string | undefined => hexOf(style.getPropertyValue(token));
  const rules = RULES.flatMap(([token, colour]) => {
    const foreground = hex(colour)?.slice(1);
    if (foreground === undefined) return [];
    // The base themes colour some tokens of YAML by their full name, which goes before the short one.
    return token === ''
      ? [{ token, foreground }]
      : [token, `${token}.yaml`].map((name) => ({ token: name, foreground }));
  });
  const colors = Object.fromEntries(
    Object.entries(COLOURS).flatMap(([name, [token, alpha = '']]) => {
      const value = hex(token);
      return value === undefined ? [] : [[name, value + alpha]];
    }),
  );
  const name = NAMES[theme];
  monaco.editor.defineTheme(name, { base: theme === 'dark' ? 'vs-dark' : 'vs', inherit: true, rules, colors });
  return name;
}
