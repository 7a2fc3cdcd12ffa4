import { type ComponentType, createContext, useContext } from 'react';
import type { LoadResult, ScenarioDefinition, SimulationClient } from '../worker';
import type { FlightRenderer } from './canvas/flight-renderer';
import type { Command, CommandRegistry } from './commands/command';
import type { ScenarioSummary } from './stores/scenario-store';
import type { LayoutController } from './topology/layout-controller';

/** Where scenarios come from. */
export interface ScenarioCatalogue {
  readonly list: readonly ScenarioSummary[];
  open(id: string): Promise<ScenarioDefinition>;
}

/** A tab of the dock. The component is lazy: nothing of it loads before its tab is shown. */
export interface DockTab {
  readonly id: string;
  readonly label: string;
  readonly component: ComponentType;
}

/** What other folders plug into the shell. A slot that is absent takes no room and has no button. */
export interface UiSlots {
  readonly editor?: ComponentType;
  readonly dockTabs: readonly DockTab[];
  /** Starts a scenario and opens its files, with what the last visit left of them. Absent: the scenario's own files. */
  load?(client: SimulationClient, scenario: ScenarioDefinition): Promise<LoadResult>;
  /** Takes what was dropped on the page; called while the drop event is handled. */
  importDropped?(client: SimulationClient, transfer: DataTransfer): Promise<void>;
  /** Commands of those parts; they are in the registry before their code is loaded. */
  commands?(app: AppServices): readonly Command[];
}

/** What every part of the page may use, made once before the first render. */
export interface AppServices {
  readonly client: SimulationClient;
  readonly catalogue: ScenarioCatalogue;
  readonly renderer: FlightRenderer;
  readonly layout: LayoutController;
  readonly slots: UiSlots;
}

/** The services, with the commands built on them. */
export interface App extends AppServices {
  readonly commands: CommandRegistry;
}

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error('No application around this component');
  return app;
}
