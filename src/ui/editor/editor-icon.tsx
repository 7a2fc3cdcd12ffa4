import {
  ArrowDownToLine,
  CircleX,
  Ellipsis,
  FileDiff,
  Info,
  Pencil,
  Plus,
  RotateCcw,
  TriangleAlert,
  Undo2,
  X,
} from 'lucide-react';

const GLYPHS = {
  close: X,
  changes: FileDiff,
  download: ArrowDownToLine,
  error: CircleX,
  info: Info,
  more: Ellipsis,
  plus: Plus,
  rename: Pencil,
  revert: RotateCcw,
  undo: Undo2,
  warning: TriangleAlert,
} as const;

export type EditorIconName = keyof typeof GLYPHS;

/** Decorative icons that only the editor has; they load with it. */
export function EditorIcon({ name }: { readonly name: EditorIconName }) {
  const Glyph = GLYPHS[name];
  return <Glyph className="icon icon-sm" strokeWidth={2.2} aria-hidden="true" />;
}
