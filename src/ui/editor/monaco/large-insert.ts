import type { editor } from 'monaco-editor/editor';
import { trackEdit } from '../pending-edits';
import { cutText } from './cut-text';
import { PLAIN_LANGUAGE } from './languages';
import { models } from './models';
import { monaco } from './monaco';

/** Text of this length goes in at once; the editor takes a few ms for it. */
const AT_ONCE = 100_000;

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Where a text ends that was put in at the start of a range. */
function endOf(
  model: editor.ITextModel,
  startOffset: number,
  inserted: number,
): editor.IIdentifiedSingleEditOperation['range'] {
  const { lineNumber, column } = model.getPositionAt(startOffset + inserted);
  return new monaco.Range(lineNumber, column, lineNumber, column);
}

const busy = new WeakSet<editor.ITextModel>();

/**
 * Puts a long text in the place of the selection, piece by piece, so that the page answers in between. It is one step of
 * the editor's undo; the store gets the result when all of it is there.
 */
export async function insertLarge(code: editor.ICodeEditor, text: string): Promise<void> {
  const model = code.getModel();
  const selection = code.getSelection();
  if (model === null || selection === null || busy.has(model)) return;
  busy.add(model);
  const release = models.hold(model);
  code.updateOptions({ readOnly: true, editContext: false });
  let range: editor.IIdentifiedSingleEditOperation['range'] = selection;
  model.pushStackElement();
  try {
    for (const piece of cutText(text, AT_ONCE)) {
      if (model.isDisposed()) return;
      const startOffset = model.getOffsetAt({ lineNumber: range.startLineNumber, column: range.startColumn });
      const before = model.getValueLength();
      const replaced = model.getValueLengthInRange(range);
      model.pushEditOperations([], [{ range, text: piece }], () => null);
      range = endOf(model, startOffset, model.getValueLength() - before + replaced);
      await nextTask();
    }
    model.pushStackElement();
    if (code.getModel() === model) code.setPosition({ lineNumber: range.startLineNumber, column: range.startColumn });
  } finally {
    busy.delete(model);
    release();
    code.updateOptions({ readOnly: false, editContext: model.getLanguageId() !== PLAIN_LANGUAGE });
  }
}

/** Whether a text is long enough to be put in piece by piece. */
export function isLarge(text: string): boolean {
  return text.length > AT_ONCE;
}

/** Takes long pastes before the editor does; returns the way to stop. */
export function takeLargePastes(host: HTMLElement, code: editor.ICodeEditor): () => void {
  const take = (event: ClipboardEvent): void => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (!isLarge(text) || !code.hasTextFocus()) return;
    event.preventDefault();
    event.stopPropagation();
    trackEdit(insertLarge(code, text));
  };
  host.addEventListener('paste', take, { capture: true });
  return () => host.removeEventListener('paste', take, { capture: true });
}
