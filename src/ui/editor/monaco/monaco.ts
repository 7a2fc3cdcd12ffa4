/** The only door to the editor's library: whatever imports this file belongs to the editor's chunk. */
import './features';
import * as monaco from 'monaco-editor/editor';
import { useThemeStore } from '../../theme/theme';
import { registerLanguages } from './languages';
import { defineTheme } from './theme';

globalThis.MonacoEnvironment = {
  getWorker: () => new Worker(new URL('./editor.worker.ts', import.meta.url), { type: 'module', name: 'editor' }),
};

registerLanguages(monaco);

/** Paints every editor in the colours of the page, now and whenever those change. */
function followTheme(): void {
  const paint = (): void => monaco.editor.setTheme(defineTheme(monaco, useThemeStore.getState().theme));
  paint();
  // The tokens change with an attribute of the document, which is set by the same store.
  useThemeStore.subscribe(() => requestAnimationFrame(paint));
}

followTheme();

// Widths are measured once; a font that arrives later would leave the cursor beside the letters.
document.fonts.ready.then(() => monaco.editor.remeasureFonts()).catch(() => undefined);

export { monaco };
export type Monaco = typeof monaco;
