import type { ConfigPath, DiagnosticBag, Resource } from '../../../../config';
import type { ServiceEntryObject, ServiceEntrySpec } from '../service-entry';
import { type Check, createCheck } from './check';
import { checkExportTo, checkLabels, checkMetadata, checkWorkloadSelector, isIpOrRange } from './common';
import { isDnsLabel, isDomainName, isPartialWildcard, isWildcardDomain } from './names';
import { isDynamicDnsProtocol, isHttpProtocol, isKnownProtocol, isTcpProtocol, isTlsProtocol } from './protocols';
import { checkAddress, checkPortNames } from './workload';

const AUTO_ALLOCATE_LABEL = 'networking.istio.io/enable-autoallocate-ip';
const USE_WAYPOINT_LABEL = 'istio.io/use-waypoint';
const PORTS: ConfigPath = ['spec', 'ports'];
const ENDPOINTS: ConfigPath = ['spec', 'endpoints'];

/** istio/istio pkg/config/validation/validation.go (ValidateServiceEntry) */
export function validateServiceEntry(resource: Resource<ServiceEntryObject>, bag: DiagnosticBag): void {
  const check = createCheck(resource, bag);
  checkMetadata(check, resource);
  const { spec } = resource.object;
  checkWorkloadSelector(check, spec.workloadSelector, ['spec', 'workloadSelector']);
  if (spec.workloadSelector !== undefined && spec.endpoints !== undefined) {
    check.report('endpoints-with-selector', ENDPOINTS);
  }
  checkHosts(check, spec);
  checkAddresses(check, spec);
  checkPorts(check, spec, allocatesAddress(resource));
  checkResolution(check, resource);
  checkHostsCanBeTold(check, spec);
  checkExportTo(check, spec.exportTo, 'service-entry');
}

/** istio/istio pilot/pkg/networking/serviceentry/ip_autoallocation.go (shouldV2AutoAllocateIPFromPieces) */
function allocatesAddress({ object, metadata }: Resource<ServiceEntryObject>): boolean {
  const { resolution = 'NONE', addresses = [] } = object.spec;
  const optedOut = metadata.labels[AUTO_ALLOCATE_LABEL]?.toLowerCase() === 'false';
  return resolution !== 'NONE' && !optedOut && addresses.length === 0;
}

function checkHosts(check: Check, { hosts, resolution }: ServiceEntrySpec): void {
  for (const [index, host] of hosts.entries()) {
    const path = ['spec', 'hosts', index];
    if (host === '*' || !isWildcardDomain(host)) check.report('host', path, { value: host });
    else if (resolution !== 'DYNAMIC_DNS' && isPartialWildcard(host)) {
      check.report('host-partial-wildcard-warning', path, { value: host });
    }
  }
}

function checkAddresses(check: Check, { addresses = [], resolution = 'NONE' }: ServiceEntrySpec): void {
  for (const [index, address] of addresses.entries()) {
    const path = ['spec', 'addresses', index];
    if (!isIpOrRange(address)) check.report('address-range', path, { value: address });
    else if (address.includes('/') && resolution !== 'NONE' && resolution !== 'STATIC') {
      check.report('range-with-resolution', path, { value: address, resolution });
    }
  }
}

function checkPorts(check: Check, { ports = [], addresses = [] }: ServiceEntrySpec, allocates: boolean): void {
  const names = new Set<string>();
  const numbers = new Set<number>();
  for (const [index, port] of ports.entries()) {
    const path = [...PORTS, index];
    const { name, number, protocol = '' } = port;
    if (names.has(name)) check.report('duplicate', [...path, 'name'], { what: 'port name', value: name });
    else if (!isDnsLabel(name)) check.report('port-name', [...path, 'name'], { value: name });
    if (numbers.has(number)) check.report('duplicate', [...path, 'number'], { what: 'port', value: number });
    names.add(name);
    numbers.add(number);
    if (protocol !== '' && !isKnownProtocol(protocol)) {
      check.report('protocol-unknown', [...path, 'protocol'], { value: protocol });
    }
    if (addresses.length === 0 && !allocates && (protocol === '' || protocol === 'TCP')) {
      check.report('tcp-without-address', path);
    }
  }
}

function checkResolution(check: Check, resource: Resource<ServiceEntryObject>): void {
  const { spec } = resource.object;
  const { resolution = 'NONE', endpoints = [], hosts } = spec;
  const portNames = new Set((spec.ports ?? []).map((port) => port.name));
  switch (resolution) {
    case 'NONE':
      if (endpoints.length > 0) check.report('endpoints-with-none', ENDPOINTS);
      if (spec.workloadSelector !== undefined) check.report('selector-with-none', ['spec', 'workloadSelector']);
      return;
    case 'STATIC':
      checkStaticEndpoints(check, spec, portNames);
      return;
    case 'DNS':
    case 'DNS_ROUND_ROBIN': {
      const unresolvable = hosts.findIndex((host) => !isDomainName(host));
      if (endpoints.length === 0 && unresolvable >= 0) {
        check.report('host-not-resolvable', ['spec', 'hosts', unresolvable], { value: hosts[unresolvable] ?? '' });
      }
      if (resolution === 'DNS_ROUND_ROBIN' && endpoints.length > 1) check.report('endpoints-beyond-one', ENDPOINTS);
      checkDnsEndpoints(check, spec, portNames);
      if ((spec.addresses ?? []).length > 0 && hosts.length > 1 && hasTcpPort(spec)) {
        check.report('hosts-share-address', ['spec', 'hosts']);
      }
      return;
    }
    case 'DYNAMIC_DNS':
      checkDynamicDns(check, resource);
  }
}

function hasTcpPort({ ports = [] }: ServiceEntrySpec): boolean {
  return ports.some(({ protocol = '' }) => isTcpProtocol(protocol));
}

function checkStaticEndpoints(check: Check, spec: ServiceEntrySpec, portNames: ReadonlySet<string>): void {
  for (const [index, endpoint] of (spec.endpoints ?? []).entries()) {
    const path = [...ENDPOINTS, index];
    checkAddress(check, endpoint, 'address', path);
    checkPortNames(check, endpoint, portNames, [...path, 'ports']);
    checkLabels(check, endpoint.labels, [...path, 'labels']);
    if ((endpoint.address ?? '').startsWith('unix://') && portNames.size !== 1) check.report('unix-with-ports', path);
  }
}

function checkDnsEndpoints(check: Check, spec: ServiceEntrySpec, portNames: ReadonlySet<string>): void {
  for (const [index, endpoint] of (spec.endpoints ?? []).entries()) {
    const path = [...ENDPOINTS, index];
    const address = endpoint.address ?? '';
    if (address.startsWith('unix://') || address === '') {
      check.report('host-or-address', [...path, 'address'], { value: address });
    } else checkAddress(check, endpoint, 'name-or-address', path);
    checkPortNames(check, endpoint, portNames, [...path, 'ports']);
    checkLabels(check, endpoint.labels, [...path, 'labels']);
  }
}

function checkDynamicDns(check: Check, { object, metadata }: Resource<ServiceEntryObject>): void {
  const { hosts, addresses = [], endpoints = [], ports = [], location = 'MESH_EXTERNAL' } = object.spec;
  for (const [index, host] of hosts.entries()) {
    if (!host.startsWith('*')) check.report('dynamic-without-wildcard', ['spec', 'hosts', index], { value: host });
  }
  if (addresses.length > 0) check.report('dynamic-field', ['spec', 'addresses'], { field: 'addresses' });
  if (endpoints.length > 0) check.report('dynamic-field', ENDPOINTS, { field: 'endpoints' });
  for (const [index, { protocol = '' }] of ports.entries()) {
    if (!isDynamicDnsProtocol(protocol)) {
      check.report('dynamic-protocol', [...PORTS, index, 'protocol'], { value: protocol });
    }
  }
  const waypoint = metadata.labels[USE_WAYPOINT_LABEL] ?? '';
  if (location === 'MESH_INTERNAL' && waypoint !== '' && waypoint.toLowerCase() !== 'none') {
    check.report('dynamic-with-waypoint', ['spec', 'location']);
  }
}

/** Without HTTP or TLS nothing in a connection says which of several hosts is meant. */
function checkHostsCanBeTold(check: Check, { hosts, ports = [], resolution = 'NONE' }: ServiceEntrySpec): void {
  if (resolution === 'NONE' || hosts.length <= 1) return;
  const index = ports.findIndex(({ protocol = '' }) => !isHttpProtocol(protocol) && !isTlsProtocol(protocol));
  if (index >= 0) check.report('hosts-indistinguishable', [...PORTS, index]);
}
