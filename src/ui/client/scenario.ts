import type { Diagnostic, LoadResult, ScenarioDefinition, SimulationClient } from '../../worker';
import type { AppServices, ScenarioCatalogue } from '../app-context';
import { clearActivity, useActivityStore } from '../stores/activity-store';
import { openFiles, setDiagnostics, useFilesStore } from '../stores/files-store';
import { clearMetrics, useMetricsStore } from '../stores/metrics-store';
import { announce, toast } from '../stores/notices-store';
import { readStored, writeStored } from '../stores/persist';
import { useScenarioStore } from '../stores/scenario-store';
import { clearSelection } from '../stores/selection-store';
import { clearTopology, useTopologyStore } from '../stores/topology-store';

const KEY = 'meshwork.scenario';

/** What it takes to open a scenario. */
type Opener = Pick<AppServices, 'client' | 'catalogue' | 'slots'>;

/** The scenario of the last visit, if the catalogue still has it, else its first one. */
export function firstScenario(catalogue: ScenarioCatalogue): string | undefined {
  const stored = readStored(KEY, (value) => (typeof value === 'string' ? value : undefined));
  const known = catalogue.list.find((scenario) => scenario.id === stored);
  return (known ?? catalogue.list[0])?.id;
}

/** Opens a scenario of the catalogue and starts it; false when it does not start. */
export async function openScenario(app: Opener, id: string): Promise<boolean> {
  useScenarioStore.setState({ loading: true });
  try {
    const started = await loadScenario(app, await app.catalogue.open(id));
    if (started) writeStored(KEY, id);
    return started;
  } finally {
    useScenarioStore.setState({ loading: false });
  }
}

/**
 * Starts a scenario from its definition; what ran before is forgotten. One that does not start leaves what runs alone,
 * on the screen too; without anything that runs, its files and what was found in them stay.
 */
export async function loadScenario(
  { client, slots }: Omit<Opener, 'catalogue'>,
  scenario: ScenarioDefinition,
): Promise<boolean> {
  const { id, title, dialect, notes, seed } = scenario;
  const before = useScenarioStore.getState().current;
  const bringBack = before === undefined ? undefined : keepStores();
  clearSelection();
  clearTopology();
  clearMetrics();
  clearActivity();
  useScenarioStore.setState({ current: { id, title, dialect, notes, seed } });
  try {
    const result = await (slots.load ?? loadPlainly)(client, scenario);
    if (!result.accepted) {
      bringBack?.();
      reportRefusal(title, describeFindings(result.diagnostics), before?.title);
      return false;
    }
    await client.play();
    announce(`${title} is open`);
    return true;
  } catch (error) {
    bringBack?.();
    reportRefusal(title, error instanceof Error ? error.message : String(error), before?.title);
    return false;
  }
}

async function loadPlainly(client: SimulationClient, scenario: ScenarioDefinition): Promise<LoadResult> {
  const result = await client.load(scenario);
  openFiles(scenario.files, result.diagnostics);
  return result;
}

/** Keeps what the page shows of the running scenario; gives the way back to it. */
function keepStores(): () => void {
  const ways = [
    keep(useScenarioStore),
    keep(useTopologyStore),
    keep(useMetricsStore),
    keep(useActivityStore),
    keep(useFilesStore),
  ];
  return () => {
    for (const bringBack of ways) bringBack();
  };
}

function keep<State>(store: { getState(): State; setState(state: State, replace: true): void }): () => void {
  const state = store.getState();
  return () => store.setState(state, true);
}

function describeFindings(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  const first = errors[0] ?? diagnostics[0];
  if (first === undefined) return 'It has nothing that could run.';
  const line = first.range === undefined ? '' : `:${first.range.start.line}`;
  const place = first.file === undefined ? '' : `${first.file}${line}: `;
  const others = errors.length > 1 ? ` ${errors.length - 1} more of its files’ findings forbid it too.` : '';
  return `${place}${first.message}${others}`;
}

function reportRefusal(title: string, why: string, running: string | undefined): void {
  const next = running === undefined ? 'Its files stand in the YAML panel.' : `${running} keeps running.`;
  toast({ tone: 'bad', title: `${title} could not be started`, detail: `${why} ${next}` });
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
