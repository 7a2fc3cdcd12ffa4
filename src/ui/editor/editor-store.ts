import { create } from 'zustand';
import type { Diagnostic, Ns, ResourceChange, SourceFile, TextRange } from '../../worker';

/** A configuration that ran, and what replaced it. */
export interface UndoStep {
  /** What ran before the apply, and since when. */
  readonly files: readonly SourceFile[];
  readonly sinceNs: Ns;
  /** What the apply brought; the editor's texts that still read so go back too. */
  readonly replacedBy: readonly SourceFile[];
}

/** How the last apply ended. */
export type ApplyOutcome =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'applied';
      readonly atNs: Ns;
      readonly changes: readonly ResourceChange[];
      readonly undone: boolean;
    }
  | { readonly kind: 'refused'; readonly problem: Diagnostic | undefined; readonly errors: number };

/** A place that another panel asked for; the number makes the same place asked for twice two requests. */
export interface RevealRequest {
  readonly number: number;
  readonly file: string;
  readonly range: TextRange | undefined;
}

export type EditorView = 'text' | 'changes';

interface EditorState {
  readonly applying: boolean;
  /** Texts are being read for so long that traffic stands still. */
  readonly reading: boolean;
  readonly outcome: ApplyOutcome;
  /** Simulated time at which the running configuration was applied. */
  readonly runningSinceNs: Ns;
  readonly undo: readonly UndoStep[];
  readonly reveal: RevealRequest | undefined;
  readonly view: EditorView;
  /** Tab whose name is being edited. */
  readonly renaming: string | undefined;
}

/** Applies that can be undone one after the other. */
export const MAX_UNDO = 20;

const EMPTY: EditorState = {
  applying: false,
  reading: false,
  outcome: { kind: 'none' },
  runningSinceNs: 0,
  undo: [],
  reveal: undefined,
  view: 'text',
  renaming: undefined,
};

/** What the editor knows beyond the texts themselves. */
export const useEditorStore = create<EditorState>()(() => EMPTY);

/** Another scenario: nothing of the last one can be undone. */
export function resetEditor(): void {
  const { reveal } = useEditorStore.getState();
  useEditorStore.setState({ ...EMPTY, reveal }, true);
}

export function setView(view: EditorView): void {
  useEditorStore.setState({ view });
}

let nextReveal = 1;

/** Puts the cursor on a place as soon as the text is on the screen. */
export function requestReveal(file: string, range: TextRange | undefined): void {
  useEditorStore.setState({ reveal: { number: nextReveal++, file, range }, view: 'text' });
}
