// Upstream's tests call inner validators with a part of a resource. Here each part is put into the smallest resource
// that carries it, so that it goes through the same door as a user's manifest.

type Json = unknown;

/** A manifest as JSON. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, Json>>;
  readonly spec: Json;
}

/** Puts the arguments of a validator into a manifest. */
type Frame = (...values: readonly Json[]) => Manifest;

const NETWORKING = 'networking.istio.io/v1';
const DESTINATION = { destination: { host: 'reviews' } };

function manifest(apiVersion: string, kind: string, spec: Json, namespace?: Json): Manifest {
  const metadata = typeof namespace === 'string' && namespace !== '' ? { name: 'case', namespace } : { name: 'case' };
  return { apiVersion, kind, metadata, spec };
}

function virtualService(route: Readonly<Record<string, Json>>): Manifest {
  return manifest(NETWORKING, 'VirtualService', { hosts: ['reviews'], http: [{ route: [DESTINATION], ...route }] });
}

function gatewayVirtualService(spec: Readonly<Record<string, Json>>): Manifest {
  return manifest(NETWORKING, 'VirtualService', { hosts: ['reviews'], gateways: ['edge'], ...spec });
}

function destinationRule(trafficPolicy: Json, namespace?: Json): Manifest {
  return manifest(NETWORKING, 'DestinationRule', { host: 'reviews', trafficPolicy }, namespace);
}

function serviceEntry(spec: Readonly<Record<string, Json>>, namespace?: Json): Manifest {
  return manifest(NETWORKING, 'ServiceEntry', { hosts: ['a.example.com'], ...spec }, namespace);
}

function gateway(server: Json): Manifest {
  return manifest(NETWORKING, 'Gateway', { servers: [server] });
}

/** A field that is left out where the argument is nil. */
function field(name: string, value: Json): Readonly<Record<string, Json>> {
  return value === null || value === undefined ? {} : { [name]: value };
}

const HTTPS_SERVER = { hosts: ['a.example.com'], port: { number: 443, name: 'https', protocol: 'HTTPS' } };

function exportTo(namespace: Json, entries: Json, isServiceEntry: Json, hasSelector: Json): Manifest {
  const list = field('exportTo', entries);
  if (isServiceEntry === true) return serviceEntry(list, namespace);
  const selector = hasSelector === true ? { workloadSelector: { matchLabels: { app: 'a' } } } : {};
  return manifest(NETWORKING, 'DestinationRule', { host: 'reviews', ...selector, ...list }, namespace);
}

/** Validators of parts of the kinds. What validates the mesh configuration has no kind to go into. */
export const FRAMES: Readonly<Record<string, Frame>> = {
  validateServer: (server) => gateway(server),
  validateServerPort: (port, bind) => gateway({ hosts: ['a.example.com'], port, bind }),
  validateTLSOptions: (tls) => gateway({ ...HTTPS_SERVER, tls }),
  ValidateStrictHTTPHeaderName: (header) =>
    manifest('security.istio.io/v1', 'RequestAuthentication', {
      jwtRules: [{ issuer: 'a', outputClaimToHeaders: [{ claim: 'sub', header }] }],
    }),
  ValidateHTTPHeaderNameOrJwtClaimRoute: (name) =>
    gatewayVirtualService({
      http: [{ match: [{ headers: { [String(name)]: { exact: 'a' } } }], route: [DESTINATION] }],
    }),
  ValidateHTTPHeaderValue: (value) => virtualService({ headers: { request: { set: { 'x-a': value } } } }),
  validateCORSPolicy: (corsPolicy) => virtualService({ corsPolicy }),
  validateHTTPStatus: (status) => virtualService({ route: undefined, directResponse: { status } }),
  validateHTTPFaultInjectionAbort: (abort) => virtualService(abort === null ? {} : { fault: { abort } }),
  validateHTTPFaultInjectionDelay: (delay) => virtualService(delay === null ? {} : { fault: { delay } }),
  ValidateHTTPRetry: (retries) => virtualService({ retries }),
  validateHTTPRewrite: (rewrite) => virtualService(field('rewrite', rewrite)),
  validateURIRegexRewrite: (uriRegexRewrite) =>
    virtualService(uriRegexRewrite === null ? {} : { rewrite: { uriRegexRewrite } }),
  validateHTTPRedirect: (redirect, match) =>
    virtualService({ route: undefined, ...field('redirect', redirect), ...field('match', match) }),
  validateHTTPDirectResponse: (response) =>
    virtualService(response === null ? {} : { route: undefined, directResponse: response }),
  validateDestination: (destination) => virtualService({ route: [{ destination }] }),
  validateHTTPRoute: (route, delegated) =>
    manifest(NETWORKING, 'VirtualService', { ...(delegated === true ? {} : { hosts: ['reviews'] }), http: [route] }),
  validateRouteDestinations: (route) =>
    manifest(NETWORKING, 'VirtualService', { hosts: ['reviews'], tcp: [{ route }] }),
  validateTrafficPolicy: (namespace, policy) => destinationRule(policy, namespace),
  validateConnectionPool: (connectionPool) => destinationRule({ connectionPool }),
  validateLoadBalancer: (loadBalancer, outlier) =>
    destinationRule({ loadBalancer, ...field('outlierDetection', outlier) }),
  validateOutlierDetection: (outlierDetection) => destinationRule({ outlierDetection }),
  ValidateLocalityLbSetting: (localityLbSetting, outlier) =>
    destinationRule({ loadBalancer: { localityLbSetting }, ...field('outlierDetection', outlier) }),
  ValidateZoneAwareLbSetting: (zoneAwareLbSetting, outlier) =>
    destinationRule({ loadBalancer: { zoneAwareLbSetting }, ...field('outlierDetection', outlier) }),
  validateLocalities: (localities) =>
    destinationRule({
      loadBalancer: {
        localityLbSetting: {
          distribute: (Array.isArray(localities) ? localities : []).map((from: Json) => ({ from, to: { a: 100 } })),
        },
      },
    }),
  ValidateTLS: (namespace, tls) => destinationRule({ tls }, namespace),
  validateExportTo: (namespace, entries, isServiceEntry, hasSelector) =>
    exportTo(namespace, entries, isServiceEntry, hasSelector),
  validateTelemetryFilter: (filter) => manifest('telemetry.istio.io/v1', 'Telemetry', { accessLogging: [{ filter }] }),
  ValidateFQDN: (host) =>
    manifest(NETWORKING, 'Sidecar', {
      outboundTrafficPolicy: { mode: 'ALLOW_ANY', egressProxy: { host, port: { number: 80 } } },
    }),
  ValidatePort: (number) => virtualService({ route: [{ destination: { host: 'reviews', port: { number } } }] }),
  ValidatePortName: (name) => serviceEntry({ ports: [{ number: 80, name, protocol: 'HTTP' }], resolution: 'DNS' }),
  ValidateDuration: (timeout) => virtualService({ timeout }),
  ValidateWildcardDomain: (host) => manifest(NETWORKING, 'DestinationRule', { host }),
  ValidateWildcardDomainForVirtualServiceBoundToGateway: (sni, host) =>
    gatewayVirtualService(
      sni === true
        ? { hosts: [host], tls: [{ match: [{ sniHosts: [host] }], route: [DESTINATION] }] }
        : { hosts: [host], http: [{ route: [DESTINATION] }] },
    ),
  ValidateIPAddress: (bind) => gateway({ ...HTTPS_SERVER, bind, tls: { mode: 'SIMPLE', credentialName: 'a' } }),
  ValidateIPSubnet: (address) => serviceEntry({ addresses: [address] }),
};
