// The floors as data. A file imports from its own room or from rooms on lower floors, through their public files.

export interface Room {
  /** Relative to src/. The longest folder that contains a file is its room; a contract file is a room and a public door of its own. */
  readonly folder: string;
  /** A file may import rooms whose floor is lower than its own. Fractions are the floors inside `dialects` and `engine`. */
  readonly floor: number;
  /** npm packages the room may import; `node:` stands for Node's own modules, `*` for every dependency of the page. */
  readonly packages: readonly string[];
  /** ES2023 and nothing else: no clock, no randomness, no locale, no engine-dependent mathematics. */
  readonly pure: boolean;
}

/** Every folder below src/ that holds code. A file outside of them fails the test. */
export const ROOMS: readonly Room[] = [
  { folder: 'base', floor: 0, packages: [], pure: true },
  { folder: 'config', floor: 1, packages: ['yaml', 'typebox'], pure: true },
  { folder: 'xds', floor: 2, packages: ['re2js'], pure: true },
  { folder: 'dialects/mesh-dialect.ts', floor: 3, packages: [], pure: true },
  { folder: 'dialects/gateway-api', floor: 3.05, packages: ['re2js'], pure: true },
  { folder: 'dialects/istio', floor: 3.1, packages: ['re2js', 'typebox'], pure: true },
  { folder: 'dialects/linkerd', floor: 3.1, packages: ['re2js', 'typebox'], pure: true },
  { folder: 'dialects/consul', floor: 3.1, packages: ['re2js', 'typebox'], pure: true },
  { folder: 'dialects/kuma', floor: 3.1, packages: ['re2js', 'typebox'], pure: true },
  { folder: 'dialects/osm', floor: 3.1, packages: ['re2js', 'typebox'], pure: true },
  { folder: 'dialects', floor: 3.9, packages: [], pure: true },
  { folder: 'engine/workload/model.ts', floor: 3, packages: [], pure: true },
  { folder: 'engine/world.ts', floor: 3.01, packages: [], pure: true },
  { folder: 'engine/observation.ts', floor: 3.02, packages: [], pure: true },
  { folder: 'engine/simulation-contract.ts', floor: 3.03, packages: [], pure: true },
  { folder: 'engine/kernel', floor: 3.1, packages: [], pure: true },
  { folder: 'engine/core', floor: 3.15, packages: [], pure: true },
  { folder: 'engine/telemetry', floor: 3.2, packages: [], pure: true },
  { folder: 'engine/network', floor: 3.3, packages: [], pure: true },
  { folder: 'engine/proxy/semantics', floor: 3.12, packages: ['re2js'], pure: true },
  { folder: 'engine/proxy', floor: 3.4, packages: ['re2js'], pure: true },
  { folder: 'engine/workload', floor: 3.4, packages: [], pure: true },
  { folder: 'engine', floor: 3.9, packages: [], pure: true },
  { folder: 'cluster', floor: 4, packages: [], pure: true },
  { folder: 'analysis', floor: 4, packages: [], pure: true },
  { folder: 'session', floor: 5, packages: [], pure: true },
  { folder: 'terminal', floor: 5, packages: [], pure: true },
  { folder: 'scenarios', floor: 5.1, packages: [], pure: true },
  { folder: 'worker', floor: 6, packages: [], pure: false },
  { folder: 'lessons', floor: 6, packages: [], pure: true },
  { folder: 'ui', floor: 7, packages: ['*'], pure: false },
  { folder: 'cli', floor: 7, packages: ['node:'], pure: false },
];

/** Walls that the floors alone would not build: no file below `from` imports anything below `to`, not even a type. */
export const WALLS: readonly { readonly from: string; readonly to: string; readonly reason: string }[] = [
  { from: 'dialects', to: 'engine', reason: 'dialects and engine meet only in xds' },
  { from: 'engine', to: 'dialects', reason: 'dialects and engine meet only in xds' },
  { from: 'ui', to: 'engine', reason: 'the page reaches the engine through session and worker only' },
  { from: 'ui', to: 'dialects', reason: 'the page reaches the dialects through session and worker only' },
  { from: 'ui', to: 'cluster', reason: 'the page reaches the cluster through session and worker only' },
];

/** Aim for 300 lines; nothing but data may exceed this. */
export const MAX_LINES = 600;

/** Files that are longer for now, each with the reason. New ones are split instead. */
export const LONG_FILES: ReadonlyMap<string, string> = new Map();

/** What differs between engines, between runs or between machines, although ES2023 has it. */
export const BANNED_GLOBALS: readonly string[] = [
  'Date',
  'Intl',
  'Atomics',
  'SharedArrayBuffer',
  'WeakRef',
  'FinalizationRegistry',
  'eval',
  'Function',
  'globalThis',
  'console',
  'performance',
  'setTimeout',
  'setInterval',
  'queueMicrotask',
  'requestAnimationFrame',
  'crypto',
  'TextEncoder',
  'TextDecoder',
  'structuredClone',
];

/** Functions of Math whose last bit ECMAScript leaves to the engine, and randomness. base/detmath replaces them. */
export const BANNED_MATH: readonly string[] = [
  'random',
  'acos',
  'acosh',
  'asin',
  'asinh',
  'atan',
  'atan2',
  'atanh',
  'cbrt',
  'cos',
  'cosh',
  'exp',
  'expm1',
  'hypot',
  'log',
  'log10',
  'log1p',
  'log2',
  'pow',
  'sin',
  'sinh',
  'tan',
  'tanh',
];

/** Methods whose result depends on the machine's locale. */
export const BANNED_METHODS: readonly string[] = [
  'localeCompare',
  'toLocaleString',
  'toLocaleLowerCase',
  'toLocaleUpperCase',
  'toLocaleDateString',
  'toLocaleTimeString',
];
