import type { TextRange } from '../../worker';
import { activateFile, useFilesStore } from '../stores/files-store';
import { showEditor } from '../stores/layout-store';
import { requestReveal } from './editor-store';

/** Opens the editor on a place in a manifest; false when there is no such file any more. */
export function revealLocation(file: string, range?: TextRange): boolean {
  if (!useFilesStore.getState().files.some((candidate) => candidate.path === file)) return false;
  activateFile(file);
  showEditor();
  requestReveal(file, range);
  return true;
}
