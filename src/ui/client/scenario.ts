import type { LoadResult, ScenarioDefinition, SimulationClient } from '../../worker';
import type { AppServices, ScenarioCatalogue } from '../app-context';
import { clearActivity } from '../stores/activity-store';
import { openFiles, setDiagnostics } from '../stores/files-store';
import { clearMetrics } from '../stores/metrics-store';
import { announce, toast } from '../stores/notices-store';
import { readStored, writeStored } from '../stores/persist';
import { useScenarioStore } from '../stores/scenario-store';
import { clearSelection } from '../stores/selection-store';
import { clearTopology } from '../stores/topology-store';

const KEY = 'meshwork.scenario';

/** The scenario of the last visit, if the catalogue still has it, else its first one. */
export function firstScenario(catalogue: ScenarioCatalogue): string | undefined {
  const stored = readStored(KEY, (value) => (typeof value === 'string' ? value : undefined));
  const known = catalogue.list.find((scenario) => scenario.id === stored);
  return (known ?? catalogue.list[0])?.id;
}

/** Opens a scenario of the catalogue and starts it. */
export async function openScenario(app: AppServices, id: string): Promise<void> {
  useScenarioStore.setState({ loading: true });
  const scenario = await app.catalogue.open(id);
  writeStored(KEY, id);
  await loadScenario(app, scenario);
}

/** Starts a scenario from its definition. What ran before is forgotten. */
export async function loadScenario({ client, slots }: AppServices, scenario: ScenarioDefinition): Promise<void> {
  clearSelection();
  clearTopology();
  clearMetrics();
  clearActivity();
  const { id, title, dialect, notes, seed } = scenario;
  useScenarioStore.setState({ current: { id, title, dialect, notes, seed }, loading: true });
  const result = await (slots.load ?? loadPlainly)(client, scenario);
  if (result.accepted) await client.play();
  else reportRefusal(result.diagnostics.length);
  useScenarioStore.setState({ loading: false });
  announce(`${title} is open`);
}

async function loadPlainly(client: SimulationClient, scenario: ScenarioDefinition): Promise<LoadResult> {
  const result = await client.load(scenario);
  openFiles(scenario.files, result.diagnostics);
  return result;
}

function reportRefusal(findings: number): void {
  toast({
    tone: 'bad',
    title: 'This scenario could not be started',
    detail: `${findings} findings stand in its files. Open the YAML panel to see them.`,
  });
}

/** Back to time 0, with what was applied and, if given, another seed. */
export async function restartScenario(client: SimulationClient, wasPlaying: boolean, seed?: number): Promise<void> {
  clearMetrics();
  clearActivity();
  const result = await client.restart({ keepFiles: true, ...(seed === undefined ? {} : { seed }) });
  setDiagnostics(result.diagnostics);
  if (result.accepted && wasPlaying) await client.play();
  announce(seed === undefined ? 'Restarted' : `Restarted with seed ${seed}`);
}
