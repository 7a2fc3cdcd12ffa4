import { type ReactNode, Suspense } from 'react';
import { useApp } from '../app-context';

/** Where the YAML stands; its code comes when it is first shown. */
export function EditorSlot({ className, handle }: { readonly className: string; readonly handle?: ReactNode }) {
  const { slots } = useApp();
  const Editor = slots.editor;
  if (Editor === undefined) return null;
  return (
    <section className={`editor-panel ${className}`} aria-label="Manifests" data-testid="editor">
      {handle}
      <div className="editor-content">
        <Suspense fallback={<div className="panel-loading">Loading the editor …</div>}>
          <Editor />
        </Suspense>
      </div>
    </section>
  );
}
