import type { LoadResult, ScenarioDefinition, SimulationClient, SourceFile } from '../../worker';
import { activateFile, editFiles, openFiles, setDiagnostics, useFilesStore } from '../stores/files-store';
import { toast } from '../stores/notices-store';
import { checkAgain, rememberApplied } from './checker';
import { draftKeeper } from './draft-keeper';
import { type Draft, deleteDraft, readDraft, sameFiles } from './drafts';
import { resetEditor, useEditorStore } from './editor-store';

/**
 * Loads a scenario with the texts that the last visit left: what ran then runs now, what was not applied stands in the
 * editor. A set that does not run any more gives way to the scenario's own files; its texts stay in the editor. When
 * the scenario itself does not start and another one runs, the editor goes back to that one.
 */
export async function loadWithDraft(client: SimulationClient, scenario: ScenarioDefinition): Promise<LoadResult> {
  const bringBack = keepEditor();
  draftKeeper.pause();
  const draft = await readDraft(scenario.id);
  const applied = draft === undefined || sameFiles(draft.applied, scenario.files) ? scenario.files : draft.applied;
  show(applied, draft);
  try {
    const result = await loadOrGiveWay(client, scenario, applied, draft);
    if (!result.accepted && bringBack !== undefined) bringBack();
    else settle(scenario, result);
    return result;
  } catch (error) {
    bringBack?.();
    throw error;
  }
}

async function loadOrGiveWay(
  client: SimulationClient,
  scenario: ScenarioDefinition,
  applied: readonly SourceFile[],
  draft: Draft | undefined,
): Promise<LoadResult> {
  if (applied === scenario.files) return client.load(scenario);
  const why = await client.load({ ...scenario, files: applied }).then(
    (result) => (result.accepted ? result : ''),
    (error: unknown) => ` ${error instanceof Error ? error.message : String(error)}`,
  );
  if (typeof why !== 'string') return why;
  const result = await client.load(scenario);
  if (!result.accepted) return result;
  show(scenario.files, draft);
  toast({
    tone: 'bad',
    title: 'Your last configuration does not start any more',
    detail: `The scenario’s own files run instead. Your texts stand in the editor.${why}`,
  });
  return result;
}

/** The way back to what the editor knows of the running scenario; undefined when none is open. Texts are not its business. */
function keepEditor(): (() => void) | undefined {
  const openAgain = draftKeeper.keep();
  if (openAgain === undefined) return undefined;
  const state = useEditorStore.getState();
  return () => {
    useEditorStore.setState(state, true);
    openAgain();
  };
}

function settle(scenario: ScenarioDefinition, { diagnostics }: LoadResult): void {
  rememberApplied(useFilesStore.getState().applied, diagnostics);
  setDiagnostics(diagnostics);
  checkAgain();
  draftKeeper.open(scenario.id, scenario.files);
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
