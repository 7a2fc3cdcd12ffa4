// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LoadResult, ScenarioDefinition, SimulationClient } from '../../worker';
import { draftKeeper } from '../editor/draft-keeper';
import { loadWithDraft } from '../editor/open-manifests';
import { useFilesStore } from '../stores/files-store';
import { useNoticesStore } from '../stores/notices-store';
import { useScenarioStore } from '../stores/scenario-store';
import { useTopologyStore } from '../stores/topology-store';
import { createFakeClient } from '../testing/fake-client';
import { heroWorld } from '../testing/fake-world';
import { connect } from './connect';
import { openScenario } from './scenario';

const scenario = (id: string): ScenarioDefinition => ({
  id,
  title: id.toUpperCase(),
  dialect: 'istio',
  seed: 1,
  notes: '',
  files: [{ path: `${id}.yaml`, text: id }],
  presets: [],
});
const REFUSAL: LoadResult = {
  accepted: false,
  nowNs: 0,
  diagnostics: [
    {
      code: 'MW0001',
      severity: 'error',
      message: 'No value ends here.',
      file: 'bad.yaml',
      range: { start: { line: 7, column: 1, offset: 0 }, end: { line: 7, column: 2, offset: 1 } },
    },
  ],
};

let stop: () => void;
let app: Parameters<typeof openScenario>[0];

beforeEach(() => {
  const fake = createFakeClient(heroWorld());
  const client: SimulationClient = {
    ...fake.client,
    load(definition) {
      if (definition.id === 'bad') return Promise.resolve(REFUSAL);
      if (definition.id === 'broken') return Promise.reject(new Error('Assertion failed: a pod has an address'));
      return fake.client.load(definition);
    },
  };
  stop = connect(client);
  app = {
    client,
    catalogue: {
      list: [],
      open: (id) =>
        id === 'gone' ? Promise.reject(new Error('There is no scenario gone.')) : Promise.resolve(scenario(id)),
    },
    slots: { dockTabs: [], load: loadWithDraft },
  };
});

afterEach(() => {
  stop();
  draftKeeper.pause();
  useNoticesStore.setState({ banners: [], toasts: [] });
  useScenarioStore.setState({ current: undefined, loading: true });
});

for (const [id, why] of [
  ['bad', 'bad.yaml:7: No value ends here.'],
  ['broken', 'Assertion failed: a pod has an address'],
] as const) {
  test(`a scenario that does not start (${id}) says why and leaves what runs on the screen`, async () => {
    expect(await openScenario(app, 'good')).toBe(true);
    expect(await openScenario(app, id)).toBe(false);
    expect(useNoticesStore.getState().toasts).toMatchObject([
      { tone: 'bad', title: `${id.toUpperCase()} could not be started`, detail: `${why} GOOD keeps running.` },
    ]);
    expect(useScenarioStore.getState()).toMatchObject({ current: { id: 'good' }, loading: false });
    expect(useTopologyStore.getState().topology.services).toHaveLength(9);
    expect(useFilesStore.getState()).toMatchObject({ activePath: 'good.yaml', diagnostics: [] });
  });
}

test('the first scenario of all that does not start leaves its files and findings to be read', async () => {
  expect(await openScenario(app, 'bad')).toBe(false);
  expect(useFilesStore.getState()).toMatchObject({ activePath: 'bad.yaml', diagnostics: REFUSAL.diagnostics });
  expect(useScenarioStore.getState()).toMatchObject({ current: { id: 'bad' }, loading: false });
});

test('a scenario that cannot be fetched does not leave the page waiting', async () => {
  await expect(openScenario(app, 'gone')).rejects.toThrow('There is no scenario gone.');
  expect(useScenarioStore.getState().loading).toBe(false);
});
