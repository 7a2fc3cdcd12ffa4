import type { SimulationClient } from '../worker';
import type { UiSlots } from './app-context';
import { DOCK_TABS } from './dock';
import {
  EditorPanel,
  editorCommands,
  followRestarts,
  importPicked,
  loadWithDraft,
  pickDropped,
  startChecker,
  startDraftKeeper,
} from './editor';

let started = false;

/** What lives as long as the page does, from its first scenario on. */
function startServices(client: SimulationClient): void {
  if (started) return;
  started = true;
  startChecker(client);
  startDraftKeeper();
  followRestarts(client);
}

/** The editor and the dock, as the shell takes them. */
export const SLOTS: UiSlots = {
  editor: EditorPanel,
  dockTabs: DOCK_TABS,
  load(client, scenario) {
    startServices(client);
    return loadWithDraft(client, scenario);
  },
  importDropped: async (client, transfer) => importPicked(client, await pickDropped(transfer)),
  commands: editorCommands,
};
