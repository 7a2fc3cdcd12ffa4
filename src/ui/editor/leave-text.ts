import { useFilesStore } from '../stores/files-store';

/** Id of the text below the tabs. */
export const EDITOR_PANEL_ID = 'editor-text';

/** Id of a manifest's tab; a name may hold what an id may not. */
export function tabId(path: string): string {
  return `editor-tab-${encodeURIComponent(path)}`;
}

/** From the text back to its tab. */
export function focusActiveTab(): void {
  const { activePath } = useFilesStore.getState();
  if (activePath !== undefined) document.getElementById(tabId(activePath))?.focus();
}
