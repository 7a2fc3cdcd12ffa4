// What the compiler makes of manifests, against what the real istiod made of the same ones.
import { ISTIO_DIALECT } from '../../src/dialects/istio';
import {
  encodeCluster,
  encodeClusterLoadAssignment,
  encodeListener,
  encodeRouteConfiguration,
  type JsonObject,
  type XdsSnapshot,
} from '../../src/xds';
import { readManifestSet, viewOfManifests } from '../support/manifest-view';
import { compareResources } from './istio-xds-compare';
import {
  manifestsOf,
  meshConfigOf,
  nameOf,
  RESOURCE_TYPES,
  type RecordedProxy,
  RecordedStates,
  type ResourceType,
  readProxies,
  readScenarios,
  type Scenario,
} from './istio-xds-states';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

function byName(resources: readonly JsonObject[]): ReadonlyMap<string, JsonObject> {
  return new Map(resources.map((json) => [nameOf(json), json]));
}

const ENCODED: Readonly<Record<ResourceType, (snapshot: XdsSnapshot) => ReadonlyMap<string, JsonObject>>> = {
  listeners: ({ listeners }) => byName(listeners.map(encodeListener)),
  routes: ({ routes }) => byName(routes.map(encodeRouteConfiguration)),
  clusters: ({ clusters }) => byName(clusters.map(encodeCluster)),
  endpoints: ({ endpoints }) => byName(endpoints.map(encodeClusterLoadAssignment)),
};

function compileScenario(scenario: Scenario): ReadonlyMap<string, XdsSnapshot> {
  const { resources, rejected } = readManifestSet(manifestsOf(scenario));
  const [refused] = rejected;
  if (refused !== undefined) throw new Error(`${refused.kind} ${refused.metadata.name} was refused`);
  return ISTIO_DIALECT.compile(viewOfManifests(resources, meshConfigOf(scenario))).snapshots;
}

/** Compiles a scenario when its first case asks for it. */
class LazyScenario {
  #snapshots: ReadonlyMap<string, XdsSnapshot> | undefined;

  constructor(private readonly scenario: Scenario) {}

  snapshot(proxy: RecordedProxy): XdsSnapshot {
    this.#snapshots ??= compileScenario(this.scenario);
    const snapshot = this.#snapshots.get(proxy.node.id);
    if (snapshot === undefined) throw new Error(`${proxy.node.id} was not compiled`);
    return snapshot;
  }
}

function runScenarios(suite: string, wanted: (scenario: Scenario) => boolean): SuiteResult {
  const recorder = new CaseRecorder(suite, SKIPS);
  const scenarios = readScenarios();
  const states = new RecordedStates(scenarios);
  const common = readProxies();
  for (const scenario of scenarios.filter(wanted)) {
    const compiled = new LazyScenario(scenario);
    const extra = scenario.extraProxies === undefined ? [] : readProxies(scenario.name);
    for (const proxy of [...common, ...extra]) {
      for (const type of RESOURCE_TYPES) {
        recorder.run(`${scenario.name}/${proxy.name}/${type}`, () => {
          const actual = ENCODED[type](compiled.snapshot(proxy));
          return compareResources(type, actual, states.stateOf(scenario.name, proxy.name)[type]);
        });
      }
    }
  }
  return recorder.result();
}

/** Bookinfo without and with Istio's own samples. */
export function runSuite(): SuiteResult {
  return runScenarios('istio-xds', (scenario) => scenario.kind !== 'own');
}

/** Scenarios that were written to cover each feature by itself. */
export function runOwnSuite(): SuiteResult {
  return runScenarios('istio-xds-own', (scenario) => scenario.kind === 'own');
}
