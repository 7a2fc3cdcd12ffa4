// The recorded scenarios of istiod: whole states, put together from a base and differences.
import { parse } from 'yaml';
import type { JsonObject } from '../../src/xds';
import { hasShared, readShared } from '../support/shared';

export const XDS_FOLDER = ['conformance', 'istio-xds'] as const;

export const RESOURCE_TYPES = ['listeners', 'routes', 'clusters', 'endpoints'] as const;
export type ResourceType = (typeof RESOURCE_TYPES)[number];

/** Resources by name. */
export type State = Readonly<Record<ResourceType, ReadonlyMap<string, JsonObject>>>;

export interface Scenario {
  readonly name: string;
  readonly kind: 'base' | 'bookinfo' | 'own';
  readonly parent?: string;
  readonly mesh?: boolean;
  readonly extraProxies?: readonly string[];
}

export interface RecordedProxy {
  readonly name: string;
  readonly pod: string;
  readonly node: { readonly id: string };
}

type Whole = Readonly<Partial<Record<ResourceType, readonly JsonObject[]>>>;
interface Difference {
  readonly added?: readonly JsonObject[];
  readonly changed?: readonly JsonObject[];
  readonly removed?: readonly string[];
}
type Differences = Readonly<Partial<Record<ResourceType, Difference>>>;

function readJson<T>(...path: readonly string[]): T {
  return JSON.parse(readShared(...XDS_FOLDER, ...path)) as T;
}

export function readScenarios(): readonly Scenario[] {
  return readJson<readonly Scenario[]>('index.json');
}

export function readProxies(...folder: readonly string[]): readonly RecordedProxy[] {
  return readJson<readonly RecordedProxy[]>(...folder, 'proxies.json');
}

export function nameOf(resource: JsonObject): string {
  const name = resource['name'] ?? resource['clusterName'];
  return typeof name === 'string' ? name : '';
}

function byName(resources: readonly JsonObject[] | undefined): ReadonlyMap<string, JsonObject> {
  return new Map((resources ?? []).map((resource) => [nameOf(resource), resource]));
}

function stateOf(make: (type: ResourceType) => ReadonlyMap<string, JsonObject>): State {
  return {
    listeners: make('listeners'),
    routes: make('routes'),
    clusters: make('clusters'),
    endpoints: make('endpoints'),
  };
}

function patch(before: ReadonlyMap<string, JsonObject>, difference: Difference): ReadonlyMap<string, JsonObject> {
  const after = new Map(before);
  for (const name of difference.removed ?? []) after.delete(name);
  for (const resource of [...(difference.changed ?? []), ...(difference.added ?? [])]) {
    after.set(nameOf(resource), resource);
  }
  return after;
}

/** Reads states; each is worked out once. */
export class RecordedStates {
  readonly #scenarios: ReadonlyMap<string, Scenario>;
  readonly #states = new Map<string, State>();

  constructor(scenarios: readonly Scenario[]) {
    this.#scenarios = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
  }

  stateOf(scenario: string, proxy: string): State {
    const key = `${scenario}/${proxy}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const state = this.#read(scenario, proxy);
    this.#states.set(key, state);
    return state;
  }

  #read(name: string, proxy: string): State {
    const scenario = this.#scenarios.get(name);
    if (scenario === undefined) throw new Error(`no scenario is called ${name}`);
    const whole = scenario.parent === undefined || scenario.extraProxies?.includes(proxy) === true;
    if (whole) {
      const resources = readJson<Whole>(name, `${proxy}.json`);
      return stateOf((type) => byName(resources[type]));
    }
    const before = this.stateOf(scenario.parent ?? '', proxy);
    const differences = readJson<Differences>(name, `${proxy}.json`);
    return stateOf((type) => patch(before[type], differences[type] ?? {}));
  }
}

type Fields = Readonly<Record<string, unknown>>;

function readMesh(...path: readonly string[]): Fields {
  if (!hasShared(...XDS_FOLDER, ...path)) return {};
  return parse(readShared(...XDS_FOLDER, ...path)) as Fields;
}

function objectField(fields: Fields, name: string): Fields {
  const value = fields[name];
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** Fields of the scenario replace those of the mesh; the defaults of proxies are merged. */
export function meshConfigOf(scenario: Scenario): Fields {
  const base = readMesh('mesh.yaml');
  const own = readMesh(scenario.name, 'mesh.yaml');
  const defaultConfig = { ...objectField(base, 'defaultConfig'), ...objectField(own, 'defaultConfig') };
  return { ...base, ...own, defaultConfig };
}

/** The manifests of a scenario, those of the base first. */
export function manifestsOf(scenario: Scenario): readonly { readonly path: string; readonly text: string }[] {
  const base = { path: 'base.yaml', text: readShared(...XDS_FOLDER, 'base.yaml') };
  if (scenario.kind === 'base') return [base];
  return [base, { path: 'input.yaml', text: readShared(...XDS_FOLDER, scenario.name, 'input.yaml') }];
}
