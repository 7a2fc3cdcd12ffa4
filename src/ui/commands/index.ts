import type { AppServices } from '../app-context';
import { toast } from '../stores/notices-store';
import { chaosCommands } from './chaos-commands';
import { clusterCommands } from './cluster-commands';
import { type CommandRegistry, createRegistry } from './command';
import { scenarioCommands } from './scenario-commands';
import { transportCommands } from './transport-commands';
import { cameraCommands, helpCommands, panelCommands } from './view-commands';

/** All commands of the page, in the order that the palette and the help show them. */
export function createCommands(app: AppServices): CommandRegistry {
  const all = [
    ...transportCommands(app),
    ...(app.slots.commands?.(app) ?? []),
    ...chaosCommands(app),
    ...clusterCommands(app),
    ...cameraCommands(app),
    ...panelCommands(app),
    ...scenarioCommands(app),
    ...helpCommands(),
  ];
  return createRegistry(all, (error) => {
    toast({ tone: 'bad', title: 'That did not work', detail: error instanceof Error ? error.message : String(error) });
  });
}
