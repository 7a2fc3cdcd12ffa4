import type { ConfigPath, DiagnosticBag, Resource } from '../../../../config';
import { hostsOverlap, isHostCoveredBy } from '../../compile/names';
import type {
  RouteDestination,
  TcpRoute,
  TlsRoute,
  VirtualServiceObject,
  VirtualServiceSpec,
} from '../virtual-service';
import type { HttpMatchRequest, L4MatchAttributes, TlsMatchAttributes } from '../virtual-service-match';
import { type Check, createCheck } from './check';
import { checkExportTo, checkLabels, checkMetadata, isIp, isIpOrRange } from './common';
import { checkDestination, checkWeights } from './destination';
import { checkGatewayNames } from './http-match';
import { checkHttpRoute } from './http-route';
import { isClaimHeader, isGatewayDomain, isWildcardDomain } from './names';
import { reportUnreachable } from './unreachable';

/** The reserved gateway name that stands for the sidecars. */
const MESH = 'mesh';

/** What the rules of one VirtualService have to know about the whole of it. */
interface Scope {
  readonly spec: VirtualServiceSpec;
  /** Bound to gateways and not to the mesh. */
  readonly gatewayOnly: boolean;
  readonly hasSniHosts: boolean;
}

/** istio/istio pkg/config/validation/validation.go (ValidateVirtualService) */
export function validateVirtualService(resource: Resource<VirtualServiceObject>, bag: DiagnosticBag): void {
  const check = createCheck(resource, bag);
  checkMetadata(check, resource);
  const spec = resource.object.spec ?? {};
  const { hosts = [], gateways = [], http = [], tls = [], tcp = [] } = spec;
  const scope: Scope = {
    spec,
    gatewayOnly: gateways.length > 0 && !gateways.includes(MESH),
    hasSniHosts: tls.some((route) => route.match.some((match) => match.sniHosts.length > 0)),
  };
  if (hosts.length === 0) checkDelegate(check, spec);
  checkGatewayNames(check, gateways, ['spec', 'gateways']);
  checkHosts(check, scope);
  if (http.length + tls.length + tcp.length === 0) check.report('routes-missing', ['spec']);
  for (const [index, route] of http.entries()) {
    const path = ['spec', 'http', index];
    checkHttpRoute(check, route, hosts.length === 0, path);
    if (!scope.gatewayOnly) checkNoClaims(check, route.match ?? [], [...path, 'match']);
  }
  for (const [index, route] of tls.entries()) checkTlsRoute(check, route, scope, ['spec', 'tls', index]);
  for (const [index, route] of tcp.entries()) checkTcpRoute(check, route, ['spec', 'tcp', index]);
  checkExportTo(check, spec.exportTo, 'other');
  reportUnreachable(check, spec);
}

/** Without hosts it can only be delegated to. */
function checkDelegate(check: Check, spec: VirtualServiceSpec): void {
  for (const field of ['gateways', 'tls', 'tcp'] as const) {
    if ((spec[field] ?? []).length > 0) check.report('delegate-field', ['spec', field], { field });
  }
}

/** Claims of a token are known on gateways only. */
function checkNoClaims(check: Check, matches: readonly HttpMatchRequest[], path: ConfigPath): void {
  for (const [index, match] of matches.entries()) {
    for (const field of ['headers', 'withoutHeaders'] as const) {
      for (const name of Object.keys(match[field] ?? {})) {
        if (isClaimHeader(name)) check.report('claim-without-gateway', [...path, index, field, name], { value: name });
      }
    }
  }
}

function checkHosts(check: Check, scope: Scope): void {
  const { hosts = [] } = scope.spec;
  let allValid = true;
  for (const [index, host] of hosts.entries()) {
    const path = ['spec', 'hosts', index];
    const wellFormed = scope.gatewayOnly ? isGatewayDomain(host, scope.hasSniHosts) : isWildcardDomain(host);
    if (!wellFormed && !isIp(host)) {
      allValid = false;
      check.report('host', path, { value: host });
    } else if (!scope.gatewayOnly && host === '*') {
      allValid = false;
      check.report('host-star-on-mesh', path);
    }
  }
  if (allValid) checkDuplicateHosts(check, hosts);
}

function checkDuplicateHosts(check: Check, hosts: readonly string[]): void {
  for (const [index, host] of hosts.entries()) {
    const other = hosts.slice(0, index).find((earlier) => hostsOverlap(earlier, host));
    if (other !== undefined) check.report('host-overlap', ['spec', 'hosts', index], { value: host, other });
  }
}

/** istio/istio pkg/config/validation/validation.go (validateTLSRoute) */
function checkTlsRoute(check: Check, route: TlsRoute, scope: Scope, path: ConfigPath): void {
  if (route.match.length === 0) check.report('match-missing', [...path, 'match']);
  for (const [index, match] of route.match.entries()) checkTlsMatch(check, match, scope, [...path, 'match', index]);
  checkRoute(check, route.route, path);
}

function checkTlsMatch(check: Check, match: TlsMatchAttributes, scope: Scope, path: ConfigPath): void {
  if (match.sniHosts.length === 0) check.report('sni-missing', [...path, 'sniHosts']);
  for (const [index, host] of match.sniHosts.entries()) checkSniHost(check, host, scope, [...path, 'sniHosts', index]);
  checkL4Match(check, match, path);
}

/** istio/istio pkg/config/validation/validation.go (validateSniHost) */
function checkSniHost(check: Check, host: string, scope: Scope, path: ConfigPath): void {
  if (!(scope.gatewayOnly ? isGatewayDomain(host, true) : isWildcardDomain(host))) {
    check.report(isIp(host) ? 'sni-address' : 'host', path, { value: host });
  } else if (!(scope.spec.hosts ?? []).some((cover) => isHostCoveredBy(host, cover))) {
    check.report('sni-not-covered', path, { value: host });
  }
}

/** istio/istio pkg/config/validation/validation.go (validateTCPRoute) */
function checkTcpRoute(check: Check, route: TcpRoute, path: ConfigPath): void {
  for (const [index, match] of (route.match ?? []).entries()) checkL4Match(check, match, [...path, 'match', index]);
  checkRoute(check, route.route, path);
}

function checkL4Match(check: Check, match: L4MatchAttributes | TlsMatchAttributes, path: ConfigPath): void {
  for (const [index, subnet] of (match.destinationSubnets ?? []).entries()) {
    if (!isIpOrRange(subnet)) check.report('address-range', [...path, 'destinationSubnets', index], { value: subnet });
  }
  checkLabels(check, match.sourceLabels, [...path, 'sourceLabels']);
  checkGatewayNames(check, match.gateways ?? [], [...path, 'gateways']);
}

/** istio/istio pkg/config/validation/validation.go (validateRouteDestinations) */
function checkRoute(check: Check, destinations: readonly RouteDestination[] | undefined, path: ConfigPath): void {
  if (destinations === undefined || destinations.length === 0) {
    check.report('route-missing', path);
    return;
  }
  checkWeights(check, destinations, [...path, 'route']);
  for (const [index, { destination }] of destinations.entries()) {
    checkDestination(check, destination, [...path, 'route', index, 'destination']);
  }
}
