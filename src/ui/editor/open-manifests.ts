import type { LoadResult, ScenarioDefinition, SimulationClient, SourceFile } from '../../worker';
import { activateFile, editFiles, openFiles, setDiagnostics, useFilesStore } from '../stores/files-store';
import { toast } from '../stores/notices-store';
import { checkAgain, rememberApplied } from './checker';
import { draftKeeper } from './draft-keeper';
import { type Draft, deleteDraft, readDraft, sameFiles } from './drafts';
import { resetEditor } from './editor-store';

/**
 * Loads a scenario with the texts that the last visit left: what ran then runs now, what was not applied stands in the
 * editor. A set that does not run any more gives way to the scenario's own files; its texts stay in the editor.
 */
export async function loadWithDraft(client: SimulationClient, scenario: ScenarioDefinition): Promise<LoadResult> {
  draftKeeper.pause();
  const draft = await readDraft(scenario.id);
  const applied = draft === undefined || sameFiles(draft.applied, scenario.files) ? scenario.files : draft.applied;
  show(applied, draft);
  let result = await client.load({ ...scenario, files: applied });
  if (!result.accepted && applied !== scenario.files) {
    result = await client.load(scenario);
    show(scenario.files, draft);
    toast({
      tone: 'bad',
      title: 'Your last configuration does not start any more',
      detail: 'The scenario’s own files run instead. Your texts stand in the editor.',
    });
  }
  const { applied: running } = useFilesStore.getState();
  rememberApplied(running, result.diagnostics);
  setDiagnostics(result.diagnostics);
  checkAgain();
  draftKeeper.open(scenario.id, scenario.files);
  return result;
}

/** The texts stand on the screen before the simulation has read them. */
function show(running: readonly SourceFile[], draft: Draft | undefined): void {
  resetEditor();
  openFiles(running);
  if (draft === undefined) return;
  if (!sameFiles(draft.files, running)) editFiles(draft.files);
  if (draft.files.some((file) => file.path === draft.activePath)) activateFile(draft.activePath);
}

/** Forgets what was written and applied in a scenario; the next load starts from its own files. */
export async function discardDraft(scenarioId: string): Promise<void> {
  draftKeeper.pause();
  await deleteDraft(scenarioId);
}
