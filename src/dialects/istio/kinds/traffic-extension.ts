import { choice, defineKind, nullable, type ObjectOf, object, type TypeOf, text } from '../../../config';
import { int32 } from './fields';
import { POLICY_TARGETS } from './selector';
import { ISTIO_STATUS } from './status';
import { EXTENSION_TRAFFIC, WASM_MODULE_FIELDS } from './wasm-plugin';

export const LUA_CONFIG = object(
  'A Lua script.',
  { inlineCode: text('The script.', { minLength: 1, maxLength: 65_536 }) },
  { required: ['inlineCode'] },
);
export type LuaConfig = TypeOf<typeof LUA_CONFIG>;

export const TRAFFIC_EXTENSION_SPEC = object(
  'A module or script, and the proxies that run it.',
  {
    selector: POLICY_TARGETS.selector,
    targetRefs: POLICY_TARGETS.targetRefs,
    wasm: object('A WebAssembly module.', WASM_MODULE_FIELDS, { required: ['url'] }),
    lua: LUA_CONFIG,
    phase: choice('Where in the filter chain it goes. Default: close to the end.', [
      'UNSPECIFIED',
      'AUTHN',
      'AUTHZ',
      'STATS',
    ]),
    priority: nullable(int32('Order among extensions of one phase: higher ones first. Default: 0.')),
    match: EXTENSION_TRAFFIC,
  },
  { exactlyOne: [['wasm', 'lua']], atMostOne: [['selector', 'targetRefs']] },
);
export type TrafficExtensionSpec = TypeOf<typeof TRAFFIC_EXTENSION_SPEC>;

export const TRAFFIC_EXTENSION_KIND = defineKind({
  group: 'extensions.istio.io',
  versions: ['v1alpha1'],
  kind: 'TrafficExtension',
  plural: 'trafficextensions',
  namespaced: true,
  support: { level: 'kept', reason: 'WebAssembly modules and Lua scripts are not executed.' },
  summary: 'Runs a WebAssembly module or a Lua script in the proxies of workloads.',
  link: 'https://istio.io/latest/docs/reference/config/proxy_extensions/traffic_extension/',
  fields: { spec: TRAFFIC_EXTENSION_SPEC, status: ISTIO_STATUS },
  required: ['spec'],
  nullMeans: 'wrong-type',
});
export type TrafficExtensionObject = ObjectOf<typeof TRAFFIC_EXTENSION_KIND>;
