import type { AppServices } from '../app-context';
import { openScenario } from '../client/scenario';
import type { Command } from '../commands/command';
import { editFiles, useFilesStore } from '../stores/files-store';
import { showEditor } from '../stores/layout-store';
import { announce, toast } from '../stores/notices-store';
import { useScenarioStore } from '../stores/scenario-store';
import { applyNow, canApply, canUndo, undoApply } from './apply';
import { setView, useEditorStore } from './editor-store';
import { downloadAll } from './export-files';
import { canRevert, closeFile, newFile, revertAll, revertFile, startRenaming, walkTabs } from './file-actions';
import { chooseFiles, importPicked } from './import-files';
import { discardDraft } from './open-manifests';

function isDirty(): boolean {
  return useFilesStore.getState().dirty.size > 0;
}

function hasFile(): boolean {
  return useFilesStore.getState().activePath !== undefined;
}

/** Forgets what was written and applied here. The texts can be had back as long as the message stands. */
async function startOver(app: AppServices): Promise<void> {
  const id = useScenarioStore.getState().current?.id;
  if (id === undefined) return;
  const { files } = useFilesStore.getState();
  await discardDraft(id);
  if (!(await openScenario(app, id))) return;
  toast({
    tone: 'info',
    title: 'Started over',
    detail: 'The scenario’s own manifests run.',
    action: { label: 'Bring my texts back', run: () => editFiles(files) },
  });
}

/** What can be done with manifests. */
export function editorCommands(app: AppServices): readonly Command[] {
  const { client } = app;
  const inEditor = (run: () => void) => () => {
    showEditor();
    run();
  };
  return [
    {
      id: 'files.apply',
      label: 'Apply',
      group: 'Files',
      keys: ['$mod+KeyS'],
      whileTyping: true,
      keywords: 'save run configuration manifests',
      run: () => (canApply() ? applyNow(client) : announce('What is written runs already.')),
    },
    {
      id: 'files.undoApply',
      label: 'Undo the last apply',
      group: 'Files',
      keys: ['$mod+Alt+KeyZ'],
      whileTyping: true,
      keywords: 'roll back revert configuration',
      when: canUndo,
      run: () => undoApply(client),
    },
    {
      id: 'files.showChanges',
      label: 'Show what an apply would change',
      group: 'Files',
      keywords: 'diff compare',
      when: () => isDirty() || useEditorStore.getState().view === 'changes',
      run: inEditor(() => setView(useEditorStore.getState().view === 'changes' ? 'text' : 'changes')),
    },
    { id: 'files.new', label: 'Add a manifest', group: 'Files', keywords: 'tab file', run: inEditor(newFile) },
    { id: 'files.rename', label: 'Rename the manifest', group: 'Files', when: hasFile, run: inEditor(startRenaming) },
    {
      id: 'files.close',
      label: 'Close the manifest',
      group: 'Files',
      keywords: 'remove delete tab',
      when: hasFile,
      run: () => {
        const { activePath } = useFilesStore.getState();
        if (activePath !== undefined) closeFile(activePath);
      },
    },
    {
      id: 'files.next',
      label: 'Next manifest',
      group: 'Files',
      keys: ['$mod+Alt+ArrowRight'],
      whileTyping: true,
      run: inEditor(() => walkTabs(1)),
    },
    {
      id: 'files.previous',
      label: 'Previous manifest',
      group: 'Files',
      keys: ['$mod+Alt+ArrowLeft'],
      whileTyping: true,
      run: inEditor(() => walkTabs(-1)),
    },
    {
      id: 'files.revert',
      label: 'Revert the manifest to what runs',
      group: 'Files',
      when: canRevert,
      run: inEditor(revertFile),
    },
    {
      id: 'files.revertAll',
      label: 'Revert all manifests to what runs',
      group: 'Files',
      when: isDirty,
      run: revertAll,
    },
    {
      id: 'files.open',
      label: 'Open files',
      group: 'Files',
      keywords: 'load import upload yaml topology',
      run: async () => importPicked(client, await chooseFiles()),
    },
    {
      id: 'files.startOver',
      label: 'Start over with the scenario’s own manifests',
      group: 'Files',
      keywords: 'reset discard changes draft',
      when: () => useScenarioStore.getState().current !== undefined,
      run: () => startOver(app),
    },
    {
      id: 'files.download',
      label: 'Download all manifests',
      group: 'Files',
      keywords: 'export save yaml',
      run: downloadAll,
    },
  ];
}
