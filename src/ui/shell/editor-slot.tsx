import { Suspense } from 'react';
import { useApp } from '../app-context';

/** Where the YAML stands; its code comes when it is first shown. */
export function EditorSlot() {
  const { slots } = useApp();
  const Editor = slots.editor;
  if (Editor === undefined) return null;
  return (
    <section className="editor-panel" aria-label="Manifests" data-testid="editor">
      <Suspense fallback={<div className="panel-loading">Loading the editor …</div>}>
        <Editor />
      </Suspense>
    </section>
  );
}
