/** Rules about WasmPlugin and TrafficExtension. */
import type { ConfigPath, DiagnosticBag, Resource } from '../../../../config';
import type { TrafficExtensionObject } from '../traffic-extension';
import type { ExtensionTraffic, WasmPluginObject, WasmVmConfig } from '../wasm-plugin';
import { type Check, createCheck } from './check';
import { checkMetadata, checkPolicyTargets } from './common';

const SCHEMES: ReadonlySet<string> = new Set(['', 'file', 'http', 'https', 'oci']);

/** What stands before the first colon where that can be a scheme, as Go reads addresses. */
const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]*):/;
const AUTHORITY = /^(?:[^@/?#]*@)?(?:\[[0-9a-fA-F:.]+\]|[^:[\]@/?#]*)(?::\d*)?(?:[/?#]|$)/;

/** istio/istio pkg/config/validation/validation.go (validateWasmPluginURL): a text without a scheme is an image. */
function isModuleUrl(url: string): boolean {
  if (/[\s\p{Cc}]/u.test(url) || /%(?![0-9a-fA-F]{2})/.test(url)) return false;
  const scheme = SCHEME.exec(url)?.[1] ?? '';
  if (!SCHEMES.has(scheme.toLowerCase())) return false;
  if (scheme === '') return AUTHORITY.test(url);
  const rest = url.slice(scheme.length + 1);
  return !rest.startsWith('//') || AUTHORITY.test(rest.slice(2));
}

function checkUrl(check: Check, url: string, path: ConfigPath): void {
  if (!isModuleUrl(url)) check.report('module-url', path, { value: url });
}

function checkEnvironment(check: Check, vm: WasmVmConfig | undefined, path: ConfigPath): void {
  const names = new Set<string>();
  for (const [index, { name, valueFrom = 'INLINE', value }] of (vm?.env ?? []).entries()) {
    const at = [...path, 'env', index];
    if (names.has(name)) check.report('duplicate', [...at, 'name'], { what: 'variable', value: name });
    names.add(name);
    if (valueFrom === 'HOST' && (value ?? '') !== '') check.report('host-variable-with-value', [...at, 'value']);
  }
}

/** istio/istio pkg/config/validation/validation.go (ValidateWasmPlugin) */
export function validateWasmPlugin(resource: Resource<WasmPluginObject>, bag: DiagnosticBag): void {
  const check = createCheck(resource, bag);
  checkMetadata(check, resource);
  const { spec } = resource.object;
  checkPolicyTargets(check, spec);
  checkUrl(check, spec.url, ['spec', 'url']);
  checkEnvironment(check, spec.vmConfig, ['spec', 'vmConfig']);
  checkTraffic(check, spec.match);
}

/** Ports are the keys of their list. */
function checkTraffic(check: Check, selections: ExtensionTraffic | undefined): void {
  for (const [index, { ports = [] }] of (selections ?? []).entries()) {
    const numbers = new Set<number>();
    for (const [portIndex, { number }] of ports.entries()) {
      const at = ['spec', 'match', index, 'ports', portIndex, 'number'];
      if (numbers.has(number)) check.report('duplicate', at, { what: 'port', value: number });
      numbers.add(number);
    }
  }
}

/** istio/istio pkg/config/validation/validation.go (ValidateTrafficExtension) */
export function validateTrafficExtension(resource: Resource<TrafficExtensionObject>, bag: DiagnosticBag): void {
  const check = createCheck(resource, bag);
  checkMetadata(check, resource);
  const { spec } = resource.object;
  checkPolicyTargets(check, spec);
  if (spec.wasm !== undefined) {
    checkUrl(check, spec.wasm.url, ['spec', 'wasm', 'url']);
    checkEnvironment(check, spec.wasm.vmConfig, ['spec', 'wasm', 'vmConfig']);
  }
  checkTraffic(check, spec.match);
}
