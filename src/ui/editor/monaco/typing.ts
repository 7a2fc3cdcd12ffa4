import type * as MonacoModule from 'monaco-editor/editor';
import { trackEdit } from '../pending-edits';
import { insertLarge, isLarge } from './large-insert';

function textOf(args: unknown): string {
  if (typeof args !== 'object' || args === null || !('text' in args)) return '';
  return typeof args.text === 'string' ? args.text : '';
}

/**
 * Lines that arrive at once (dictation, input methods, tools that insert text) go in as they are. The editor would take
 * them for keystrokes and indent each one below the last.
 */
export function takeLinesAsTheyAre(monaco: typeof MonacoModule): void {
  monaco.editor.registerCommand('type', (_accessor, args: unknown) => {
    const focused = monaco.editor.getEditors().find((candidate) => candidate.hasTextFocus());
    const text = textOf(args);
    if (focused !== undefined && isLarge(text)) {
      trackEdit(insertLarge(focused, text));
      return;
    }
    const lines = text.length > 1 && text.includes('\n');
    focused?.trigger('keyboard', lines ? 'paste' : 'type', lines ? { text, pasteOnNewLine: false } : { text });
  });
}
