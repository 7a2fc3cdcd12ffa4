import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './theme/tokens.css';
import './theme/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { SimulationClient } from '../worker';
import { type App, AppContext, type ScenarioCatalogue, type UiSlots } from './app-context';
import { FlightRenderer } from './canvas/flight-renderer';
import { connect } from './client/connect';
import { pauseForFlights } from './client/flight-pause';
import { firstScenario, openScenario } from './client/scenario';
import { createCommands } from './commands';
import { bindKeys } from './commands/keys';
import { AppShell } from './shell/app-shell';
import { useMetricsStore } from './stores/metrics-store';
import { toast } from './stores/notices-store';
import { useScenarioStore } from './stores/scenario-store';
import { startTheme } from './theme/theme';
import { updateLabels } from './topology/graph-store';
import { LayoutController } from './topology/layout-controller';
import { feedRenderer } from './topology/renderer-feed';

export interface PageParts {
  readonly client: SimulationClient;
  readonly catalogue: ScenarioCatalogue;
  readonly slots: UiSlots;
}

function reportFailure(error: unknown): void {
  toast({
    tone: 'bad',
    title: 'The scenario could not be opened',
    detail: error instanceof Error ? error.message : String(error),
  });
}

/**
 * Starts the page: the simulation first, so that it loads its scenario while React draws the shell. Everything that lives
 * as long as the page is made here, once.
 */
export function startPage(container: HTMLElement, { client, catalogue, slots }: PageParts): void {
  startTheme();
  const layout = new LayoutController();
  const renderer = new FlightRenderer();
  const services = { client, catalogue, renderer, layout, slots };
  useScenarioStore.setState({ scenarios: catalogue.list });
  layout.start();
  connect(client);
  pauseForFlights(client);
  client.attachRenderer(() => renderer.makePort());
  const first = firstScenario(catalogue);
  if (first === undefined) useScenarioStore.setState({ loading: false });
  else openScenario(services, first).catch(reportFailure);
  feedRenderer(renderer);
  useMetricsStore.subscribe((state, before) => {
    if (state.edges !== before.edges) updateLabels();
  });
  const app: App = { ...services, commands: createCommands(services) };
  bindKeys(app.commands);
  createRoot(container).render(
    <StrictMode>
      <AppContext value={app}>
        <AppShell />
      </AppContext>
    </StrictMode>,
  );
}
