/** Rules about WorkloadEntry and WorkloadGroup. */
import type { ConfigPath, DiagnosticBag, Resource } from '../../../../config';
import type { WorkloadEntryObject, WorkloadEntrySpec } from '../workload-entry';
import type { ReadinessProbe, WorkloadGroupObject } from '../workload-group';
import { type Check, createCheck } from './check';
import { checkLabels, checkMetadata, isIp, unixPath } from './common';
import { isProbeHeaderName } from './header-values';
import { isDnsLabel, isDomainName, isUnixAddress } from './names';

/** istio/istio pkg/config/validation/validation.go (ValidateWorkloadEntry) */
export function validateWorkloadEntry(resource: Resource<WorkloadEntryObject>, bag: DiagnosticBag): void {
  const check = createCheck(resource, bag);
  checkMetadata(check, resource);
  const entry = resource.object.spec;
  checkAddress(check, entry, 'name-or-address', ['spec']);
  checkPortNames(check, entry, undefined, ['spec', 'ports']);
  checkLabels(check, entry.labels, ['spec', 'labels']);
}

/** What an address may be, beside a Unix domain socket. */
export type AddressForm = 'address' | 'name-or-address';

/** istio/istio pkg/config/validation/validation.go (validateWorkloadEntry) */
export function checkAddress(check: Check, entry: WorkloadEntrySpec, form: AddressForm, path: ConfigPath): void {
  const { address = '', network = '' } = entry;
  if (address === '') {
    if (network === '') check.report('address-missing', path);
    else check.report('address-of-network', path, { value: network });
    return;
  }
  const at = [...path, 'address'];
  const socket = unixPath(address);
  if (socket !== undefined) {
    if (!isUnixAddress(socket)) check.report('unix-path', at, { value: address });
    if (Object.keys(entry.ports ?? {}).length > 0) check.report('unix-with-port', [...path, 'ports']);
  } else if (form === 'address') {
    if (!isIp(address)) check.report('address', at, { value: address });
  } else if (!isIp(address) && !isDomainName(address)) check.report('host-or-address', at, { value: address });
}

/** `known`: the port names of the service, where there is one. */
export function checkPortNames(
  check: Check,
  entry: WorkloadEntrySpec,
  known: ReadonlySet<string> | undefined,
  path: ConfigPath,
): void {
  for (const name of Object.keys(entry.ports ?? {})) {
    if (!isDnsLabel(name)) check.report('port-name', [...path, name], { value: name });
    else if (known?.has(name) === false) check.report('endpoint-port-unknown', [...path, name], { value: name });
  }
}

/** istio/istio pkg/config/validation/validation.go (ValidateWorkloadGroup) */
export function validateWorkloadGroup(resource: Resource<WorkloadGroupObject>, bag: DiagnosticBag): void {
  const check = createCheck(resource, bag);
  checkMetadata(check, resource);
  const { metadata, template, probe } = resource.object.spec;
  checkLabels(check, metadata?.labels, ['spec', 'metadata', 'labels']);
  // The address is filled in later, so that only what is written is looked at.
  const socket = unixPath(template.address ?? '');
  if (socket !== undefined) checkAddress(check, template, 'name-or-address', ['spec', 'template']);
  checkPortNames(check, template, undefined, ['spec', 'template', 'ports']);
  if (probe !== undefined) checkProbe(check, probe);
}

/** istio/istio pkg/config/validation/validation.go (validateReadinessProbe) */
function checkProbe(check: Check, probe: ReadinessProbe): void {
  const path: ConfigPath = ['spec', 'probe'];
  const { httpGet, tcpSocket, exec, grpc } = probe;
  if ([httpGet, tcpSocket, exec, grpc].every((method) => method === undefined)) check.report('probe-empty', path);
  if (httpGet !== undefined) {
    const { scheme = '', httpHeaders = [] } = httpGet;
    if (scheme !== '' && scheme !== 'HTTP' && scheme !== 'HTTPS') {
      check.report('probe-scheme', [...path, 'httpGet', 'scheme'], { value: scheme });
    }
    for (const [index, { name = '' }] of httpHeaders.entries()) {
      const at = [...path, 'httpGet', 'httpHeaders', index, 'name'];
      if (!isProbeHeaderName(name)) check.report('header-name', at, { value: name });
    }
  }
  if (exec?.command.length === 0) check.report('command-empty', [...path, 'exec', 'command']);
}
