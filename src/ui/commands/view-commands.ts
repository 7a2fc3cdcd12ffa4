import type { AppServices } from '../app-context';
import { closeDialog, openDialog, useDialogStore } from '../stores/dialog-store';
import { setPanels, showDockTab, showEditor, useLayoutStore } from '../stores/layout-store';
import { stepBack } from '../stores/selection-store';
import { shellMode } from '../stores/shell-mode';
import { nextChoice, useThemeStore } from '../theme/theme';
import { zoomBy } from '../topology/camera-control';
import { requestFit, setShowMutualTls, useGraphStore } from '../topology/graph-store';
import type { Command } from './command';

const ZOOM_STEP = 1.25;

function toggle(panel: 'leftOpen' | 'rightOpen' | 'dockOpen'): void {
  setPanels({ [panel]: !useLayoutStore.getState()[panel] });
}

/** Beside the graph it folds; over the graph it opens and closes; alone it is shown. */
function toggleEditor(): void {
  switch (shellMode()) {
    case 'wide':
      toggle('rightOpen');
      break;
    case 'drawer':
      useLayoutStore.setState(({ drawerOpen }) => ({ drawerOpen: !drawerOpen }));
      break;
    case 'single':
      useLayoutStore.setState(({ singlePanel }) => ({ singlePanel: singlePanel === 'editor' ? 'graph' : 'editor' }));
      break;
    case 'phone':
      break;
  }
}

export function cameraCommands({ layout }: AppServices): readonly Command[] {
  return [
    {
      id: 'view.fit',
      label: 'Show the whole graph',
      group: 'View',
      keys: ['Digit0'],
      keywords: 'fit zoom all',
      run: requestFit,
    },
    { id: 'view.zoomIn', label: 'Zoom in', group: 'View', keys: ['Equal'], run: () => zoomBy(ZOOM_STEP) },
    { id: 'view.zoomOut', label: 'Zoom out', group: 'View', keys: ['Minus'], run: () => zoomBy(1 / ZOOM_STEP) },
    {
      id: 'view.tidy',
      label: 'Tidy up',
      group: 'View',
      keywords: 'layout arrange reset positions',
      run: () => layout.tidy(),
    },
    {
      id: 'view.mutualTls',
      label: 'Show or hide mTLS locks',
      group: 'View',
      keys: ['KeyL'],
      keywords: 'lock mutual tls labels show hide',
      run: () => setShowMutualTls(!useGraphStore.getState().showMutualTls),
    },
    {
      id: 'view.text',
      label: 'Topology as a table',
      group: 'View',
      keys: ['KeyT'],
      keywords: 'text view list screen reader',
      run: () => useLayoutStore.setState(({ textView }) => ({ textView: !textView, singlePanel: 'graph' })),
    },
  ];
}

export function panelCommands({ slots }: AppServices): readonly Command[] {
  const editor: Command[] =
    slots.editor === undefined
      ? []
      : [
          {
            id: 'view.editor',
            label: 'Fold or unfold the YAML panel',
            group: 'View',
            keys: ['$mod+KeyY'],
            whileTyping: true,
            keywords: 'editor manifests right',
            run: toggleEditor,
          },
          { id: 'view.showEditor', label: 'Show the YAML', group: 'View', keywords: 'editor edit', run: showEditor },
        ];
  const dock: Command[] =
    slots.dockTabs.length === 0
      ? []
      : [
          {
            id: 'view.dock',
            label: 'Fold or unfold the dock',
            group: 'View',
            keys: ['$mod+KeyJ'],
            whileTyping: true,
            keywords: 'bottom metrics panel',
            run: () => toggle('dockOpen'),
          },
          ...slots.dockTabs.map(
            ({ id, label }): Command => ({
              id: `dock.${id}`,
              label: `Show ${label}`,
              group: 'View',
              keywords: 'dock tab',
              run: () => showDockTab(id),
            }),
          ),
        ];
  return [
    {
      id: 'view.notes',
      label: 'Fold or unfold the notes',
      group: 'View',
      keys: ['$mod+KeyB'],
      whileTyping: true,
      keywords: 'left scenario lesson panel',
      run: () => toggle('leftOpen'),
    },
    ...editor,
    ...dock,
    {
      id: 'view.theme',
      label: 'Change theme',
      group: 'View',
      keywords: 'dark light system colours',
      run: () => useThemeStore.getState().setChoice(nextChoice(useThemeStore.getState().choice)),
    },
    {
      id: 'view.back',
      label: 'Close or deselect',
      group: 'View',
      keys: ['Escape'],
      run: () => {
        if (useDialogStore.getState().open === undefined) stepBack();
        else closeDialog();
      },
    },
  ];
}

export function helpCommands(): readonly Command[] {
  return [
    {
      id: 'help.palette',
      label: 'Find a command',
      group: 'Help',
      keys: ['$mod+KeyK'],
      whileTyping: true,
      keywords: 'palette search',
      run: () => openDialog('palette'),
    },
    {
      id: 'help.keys',
      label: 'Keyboard',
      group: 'Help',
      keys: ['Shift+?'],
      keywords: 'shortcuts help keys',
      run: () => openDialog('keys'),
    },
  ];
}
