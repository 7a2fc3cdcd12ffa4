import { type ComponentType, lazy } from 'react';

/** Manifests: texts, findings, apply and undo. What loads with the page is here; the panel and its library come later. */
export { startChecker } from './checker';
export { editorCommands } from './commands';
export { startDraftKeeper } from './draft-keeper';
export { followRestarts } from './follow-restarts';
export { importPicked, pickDropped } from './import-files';
export { loadWithDraft } from './open-manifests';
export { revealLocation } from './reveal';

/** The panel for the shell's slot. */
export const EditorPanel: ComponentType = lazy(() =>
  import('./editor-panel').then((module) => ({ default: module.EditorPanel })),
);
