import {
  choice,
  defineKind,
  list,
  nullable,
  type ObjectOf,
  object,
  openObject,
  port,
  type TypeOf,
  text,
} from '../../../config';
import { int32 } from './fields';
import { POLICY_TARGETS } from './selector';
import { ISTIO_STATUS } from './status';

export const WASM_VM_CONFIG = object('The machine that runs the module.', {
  env: list(
    'Variables in the environment of the module.',
    object(
      'One variable.',
      {
        name: text('Name of the variable.', { minLength: 1, maxLength: 256 }),
        valueFrom: choice('Where the value comes from. Default: INLINE.', ['INLINE', 'HOST'], {
          docs: { INLINE: 'From `value`.', HOST: 'From the environment of the proxy.' },
        }),
        value: text('The value, for INLINE.', { maxLength: 2048 }),
      },
      { required: ['name'] },
    ),
    { max: 256 },
  ),
});
export type WasmVmConfig = TypeOf<typeof WASM_VM_CONFIG>;

export const EXTENSION_TRAFFIC = list(
  'Traffic that the extension sees. Default: all.',
  object('One selection; both fields have to hold.', {
    mode: choice('Direction of the traffic. Default: CLIENT_AND_SERVER.', [
      'UNDEFINED',
      'CLIENT',
      'SERVER',
      'CLIENT_AND_SERVER',
    ]),
    ports: list(
      'Ports that the traffic goes to. Default: all.',
      object('One port.', { number: port('Number of the port.') }, { required: ['number'] }),
    ),
  }),
);
export type ExtensionTraffic = TypeOf<typeof EXTENSION_TRAFFIC>;

/** Where a module comes from and how it is run: what WasmPlugin and TrafficExtension have in common. */
export const WASM_MODULE_FIELDS = {
  url: text('Where the module is: `oci://`, `http://`, `https://` or `file://`. Default scheme: oci.', {
    minLength: 1,
  }),
  sha256: text('Checksum of the module or image, 64 hexadecimal digits.', { pattern: '(^$|^[a-f0-9]{64}$)' }),
  imagePullPolicy: choice('When the module is fetched again.', ['UNSPECIFIED_POLICY', 'IfNotPresent', 'Always']),
  imagePullSecret: text('Secret with the credentials for fetching the image.', { minLength: 1, maxLength: 253 }),
  verificationKey: text('Public key that the image has to be signed with.'),
  pluginConfig: openObject('Settings that the module gets, kept as written.'),
  pluginName: text('Name of the plug-in inside the module.', { minLength: 1, maxLength: 256 }),
  vmConfig: WASM_VM_CONFIG,
  failStrategy: choice('What happens to traffic when the module fails. Default: FAIL_CLOSE.', [
    'FAIL_CLOSE',
    'FAIL_OPEN',
    'FAIL_RELOAD',
  ]),
  type: choice('Sort of filter that the module is. Default: HTTP.', ['UNSPECIFIED_PLUGIN_TYPE', 'HTTP', 'NETWORK']),
};

const PRIORITY = int32('Order among extensions of one phase: higher ones first. Default: 0.');

export const WASM_PLUGIN_SPEC = object(
  'A WebAssembly module, and the proxies that run it.',
  {
    ...POLICY_TARGETS,
    ...WASM_MODULE_FIELDS,
    phase: choice('Where in the filter chain the module goes. Default: close to the end.', [
      'UNSPECIFIED_PHASE',
      'AUTHN',
      'AUTHZ',
      'STATS',
    ]),
    priority: nullable(PRIORITY),
    match: EXTENSION_TRAFFIC,
  },
  { required: ['url'], atMostOne: [['selector', 'targetRef', 'targetRefs']] },
);
export type WasmPluginSpec = TypeOf<typeof WASM_PLUGIN_SPEC>;

export const WASM_PLUGIN_KIND = defineKind({
  group: 'extensions.istio.io',
  versions: ['v1alpha1'],
  kind: 'WasmPlugin',
  plural: 'wasmplugins',
  namespaced: true,
  support: { level: 'kept', reason: 'WebAssembly modules are not executed.' },
  summary: 'Runs a WebAssembly module in the proxies of workloads.',
  link: 'https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/',
  fields: { spec: WASM_PLUGIN_SPEC, status: ISTIO_STATUS },
  required: ['spec'],
  nullMeans: 'wrong-type',
});
export type WasmPluginObject = ObjectOf<typeof WASM_PLUGIN_KIND>;
