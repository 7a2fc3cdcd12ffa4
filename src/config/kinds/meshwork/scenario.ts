import { defineKind, type ObjectOf } from '../define-kind';
import { choice, integer, list, map, number, object, openObject, type TypeOf, text, withDefault } from '../schema';

const SCENARIO_SPEC = object(
  'A world to start from.',
  {
    title: text('Name that people see.', { minLength: 1, maxLength: 120 }),
    dialect: withDefault(
      choice('Mesh whose rules hold.', ['istio', 'gateway-api', 'linkerd', 'consul', 'kuma', 'osm']),
      'istio',
    ),
    seed: withDefault(
      integer('Start of all random numbers: the same seed gives the same run.', { min: 0, max: 4_294_967_295 }),
      1,
    ),
    notes: text('What is to be seen, in Markdown.'),
    manifests: withDefault(
      list('Files that the scenario is made of, relative to this one.', text('Path of a file.'), { max: 1_000 }),
      [],
    ),
    presets: list(
      'Names of behaviours that come with the program and attach themselves to known images.',
      text('Name of a preset.'),
    ),
    mesh: openObject('Settings of the mesh that differ from its defaults (`MeshConfig`).'),
    camera: object('Part of the graph that is shown at first.', {
      center: list('What is in the middle: to the right, downwards.', number('Coordinate.'), { min: 2, max: 2 }),
      zoom: number('Enlargement; 1 is natural size.', { above: 0, max: 10 }),
    }),
    positions: map(
      'Places of services in the graph, by `namespace/name`; others are placed automatically.',
      list('One place: to the right, downwards.', number('Coordinate.'), { min: 2, max: 2 }),
    ),
  },
  { required: ['title'] },
);

/** A world to start from. */
export const SCENARIO = defineKind({
  group: 'meshwork.dev',
  versions: ['v1alpha1'],
  kind: 'Scenario',
  plural: 'scenarios',
  namespaced: false,
  nullMeans: 'wrong-type',
  support: { level: 'full' },
  summary: 'A world to start from: title, seed, notes, manifests and view.',
  link: '',
  fields: { spec: SCENARIO_SPEC },
  required: ['spec'],
});

export type ScenarioObject = ObjectOf<typeof SCENARIO>;
export type ScenarioSpec = TypeOf<typeof SCENARIO_SPEC>;
