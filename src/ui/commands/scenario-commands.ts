import type { AppServices } from '../app-context';
import { openScenario } from '../client/scenario';
import type { Command } from './command';

export function scenarioCommands(app: AppServices): readonly Command[] {
  return app.catalogue.list.map(({ id, title, summary }) => ({
    id: `scenario.${id}`,
    label: `Open ${title}`,
    group: 'Scenario',
    keywords: summary,
    run: async () => {
      await openScenario(app, id);
    },
  }));
}
