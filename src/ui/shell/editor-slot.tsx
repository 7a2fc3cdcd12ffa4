import { type ReactNode, Suspense } from 'react';
import { useApp } from '../app-context';
import { useAfterGraph } from './use-after-graph';

/** Where the YAML stands; its code, the largest of the page, comes when the graph is there. */
export function EditorSlot({ className, handle }: { readonly className: string; readonly handle?: ReactNode }) {
  const { slots } = useApp();
  const Editor = slots.editor;
  const ready = useAfterGraph();
  if (Editor === undefined) return null;
  return (
    <section className={`editor-panel ${className}`} aria-label="Manifests" data-testid="editor">
      {handle}
      <div className="editor-content">
        <Suspense fallback={<div className="panel-loading">Loading the editor …</div>}>{ready && <Editor />}</Suspense>
      </div>
    </section>
  );
}
