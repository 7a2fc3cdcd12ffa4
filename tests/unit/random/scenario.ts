import type { SourceFile } from '../../../src/config';
import type { FaultSpec, ScenarioDefinition, SessionCommand } from '../../../src/session';
import { Dice } from './dice';
import { type Manifest, meta, type RandomMesh, randomMesh } from './mesh';
import { policyManifests } from './policies';
import { trafficManifests, workloadManifests } from './workloads';

const MS = 1_000_000;

export interface RandomScenario {
  readonly definition: ScenarioDefinition;
  /** In the order of time. */
  readonly commands: readonly { readonly atNs: number; readonly command: SessionCommand }[];
  readonly endNs: number;
}

function file(path: string, manifests: readonly Manifest[]): SourceFile {
  return { path, text: manifests.map((manifest) => `${JSON.stringify(manifest)}\n`).join('---\n') };
}

function faultManifests(dice: Dice, mesh: RandomMesh): Manifest[] {
  return dice.some(0, 2, (index) => {
    const service = dice.pick(mesh.services);
    const caller = dice.pick(mesh.services);
    const target = { service: service.name, namespace: service.namespace };
    const edge = { edge: { from: { service: caller.name, namespace: caller.namespace }, to: target } };
    const spec = dice.pick<Manifest>([
      { target, crash: {} },
      { target, hang: {} },
      { target, slow: { factor: 5 } },
      { target, errors: { share: '50%', status: 503 } },
      { target, refuse: { share: '50%' } },
      { target: edge, networkDelay: { delay: '20ms', jitter: '10ms' } },
      { target: edge, networkLoss: { share: '5%' } },
      { target: dice.pick<Manifest>([edge, target]), partition: {} },
      { target, certificateExpired: {} },
      { controlPlaneDown: {} },
      { controlPlaneLag: { delay: '700ms' } },
    ]);
    const schedule = { at: `${dice.between(0, 4_000)}ms`, duration: `${dice.between(100, 3_000)}ms` };
    return {
      apiVersion: 'meshwork.dev/v1alpha1',
      kind: 'Fault',
      metadata: meta(`fault${index}`, service.namespace),
      spec: { ...spec, schedule: { ...schedule, ...(dice.chance(30) ? { every: '3500ms' } : {}) } },
    };
  });
}

function randomFault(dice: Dice, mesh: RandomMesh): FaultSpec {
  const service = dice.pick(mesh.services);
  const target = { namespace: service.namespace, service: service.name };
  const share = { numerator: dice.between(1, 4), denominator: 4 };
  return dice.pick<FaultSpec>([
    { scope: 'engine', fault: { kind: 'crash', target } },
    { scope: 'engine', fault: { kind: 'hang', target } },
    { scope: 'engine', fault: { kind: 'slow', target, factor: 4, extra: { kind: 'constant', valueNs: 5 * MS } } },
    { scope: 'engine', fault: { kind: 'errors', target, share, status: 500 } },
    { scope: 'engine', fault: { kind: 'refuse', target, share } },
    { scope: 'engine', fault: { kind: 'networkDelay', to: target, delay: { kind: 'exponential', meanNs: 10 * MS } } },
    { scope: 'engine', fault: { kind: 'networkLoss', from: target, share: { numerator: 1, denominator: 20 } } },
    { scope: 'engine', fault: { kind: 'partition', to: target } },
    { scope: 'engine', fault: { kind: 'certificateExpired', target } },
    { scope: 'controlPlane', kind: 'down' },
    { scope: 'controlPlane', kind: 'lag', delayNs: 300 * MS },
  ]);
}

/** The parts of a configuration; each is drawn anew by some edits. */
interface Draft {
  readonly mesh: RandomMesh;
  readonly workloads: SourceFile;
  readonly traffic: SourceFile;
  readonly policies: SourceFile;
  readonly faults: SourceFile;
}

function filesOf(draft: Draft): readonly SourceFile[] {
  return [draft.workloads, draft.traffic, draft.policies, draft.faults];
}

function edited(dice: Dice, draft: Draft): Draft {
  const { mesh } = draft;
  const roll = dice.between(1, 10);
  if (roll <= 5) return { ...draft, policies: file('policies.yaml', policyManifests(dice, mesh)) };
  if (roll <= 7) return { ...draft, traffic: file('traffic.yaml', trafficManifests(dice, mesh)) };
  if (roll === 8) return { ...draft, faults: file('faults.yaml', faultManifests(dice, mesh)) };
  const namespaces = mesh.namespaces.map(({ name, injected }) => ({ name, injected: dice.chance(50) !== injected }));
  const services = roll === 9 ? mesh.services : mesh.services.filter((_, index) => index !== mesh.services.length - 1);
  const changed = { ...mesh, namespaces, services: services.length === 0 ? mesh.services : services };
  return { ...draft, mesh: changed, workloads: file('workloads.yaml', workloadManifests(dice, changed)) };
}

function workloadCommand(dice: Dice, mesh: RandomMesh): SessionCommand {
  const service = dice.pick(mesh.services);
  const name = `${service.name}-${dice.pick(service.versions).name}`;
  const ref = { group: 'apps', kind: 'Deployment', namespace: service.namespace, name };
  return dice.pick<SessionCommand>([
    { kind: 'restartWorkload', ref },
    { kind: 'scaleWorkload', ref, replicas: dice.between(0, 4) },
    { kind: 'deletePod', pod: `${service.namespace}/${name}-0/${dice.between(1, 20)}` },
  ]);
}

function probe(dice: Dice, mesh: RandomMesh): SessionCommand {
  const service = dice.pick(mesh.services.filter(({ protocol }) => protocol !== 'tcp').concat(mesh.services));
  const { protocol, port, name, namespace } = service;
  const request = {
    protocol,
    scheme: 'http',
    method: protocol === 'grpc' ? 'POST' : 'GET',
    host: `${name}.${namespace}`,
    port,
    path: '/read',
    headers: [['x-user', 'anna']],
    bodyBytes: 0,
  } as const;
  return { kind: 'probe', from: undefined, request };
}

function randomCommands(dice: Dice, start: Draft, endNs: number): RandomScenario['commands'] {
  let draft = start;
  const times = dice.some(0, 5, () => dice.between(0, endNs / MS) * MS).sort((a, b) => a - b);
  return times.map((atNs, index) => {
    const roll = dice.between(1, 10);
    if (roll <= 4) {
      draft = edited(dice, draft);
      return { atNs, command: { kind: 'applyFiles', files: filesOf(draft) } };
    }
    if (roll <= 6) {
      const fault = randomFault(dice, draft.mesh);
      return { atNs, command: { kind: 'injectFault', id: `f${index % 2}`, label: 'fault', fault } };
    }
    if (roll === 7) return { atNs, command: { kind: 'clearFault', id: 'f0' } };
    if (roll === 8) return { atNs, command: probe(dice, draft.mesh) };
    return { atNs, command: workloadCommand(dice, draft.mesh) };
  });
}

/** Everything about one random run: manifests, and what a user does to it at which moment. */
export function randomScenario(seed: number): RandomScenario {
  const dice = new Dice(seed, 'scenario');
  const mesh = randomMesh(dice);
  const draft: Draft = {
    mesh,
    workloads: file('workloads.yaml', workloadManifests(dice, mesh)),
    traffic: file('traffic.yaml', trafficManifests(dice, mesh)),
    policies: file('policies.yaml', policyManifests(dice, mesh)),
    faults: file('faults.yaml', faultManifests(dice, mesh)),
  };
  const endNs = dice.between(5_000, 8_000) * MS;
  return {
    definition: {
      id: `random-${seed}`,
      title: 'Random',
      dialect: 'istio',
      seed,
      notes: '',
      files: filesOf(draft),
      presets: [],
    },
    commands: randomCommands(dice, draft, endNs),
    endNs,
  };
}
