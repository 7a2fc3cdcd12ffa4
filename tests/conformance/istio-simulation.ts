// Which listener, filter chain, virtual host, route and cluster take a call, as upstream's own simulator finds them.
import {
  compileFilterChains,
  compileRouteConfiguration,
  type FilterChainInput,
  findFilterChain,
  matchRoute,
  NO_METADATA,
  requestView,
} from '../../src/engine/proxy/semantics';
import type {
  FilterChain,
  Listener,
  ListenerFilter,
  PortPredicate,
  RouteConfiguration,
  XdsSnapshot,
} from '../../src/xds';
import { readShared } from '../support/shared';
import { type SimulationInputs, simulateProxy } from './istio-simulation-cluster';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

const SUITE = 'istio-simulation';

interface Call {
  readonly address?: string;
  readonly port: number;
  readonly path?: string;
  readonly protocol?: 'http' | 'http2' | 'tcp';
  readonly tls?: 'plaintext' | 'tls' | 'mtls';
  readonly alpn?: string;
  readonly hostHeader?: string;
  readonly sni?: string;
  readonly callMode?: 'gateway' | 'outbound' | 'inbound';
  readonly mtlsSecretConfigName?: string;
}

interface Outcome {
  readonly error?: string;
  readonly listenerMatched?: string;
  readonly filterChainMatched?: string;
  readonly routeMatched?: string;
  readonly routeConfigMatched?: string;
  readonly virtualHostMatched?: string;
  readonly clusterMatched?: string;
}

const FIELDS = [
  'listenerMatched',
  'filterChainMatched',
  'routeMatched',
  'routeConfigMatched',
  'virtualHostMatched',
  'clusterMatched',
] as const;

interface Scenario extends SimulationInputs {
  readonly id: string;
  readonly test: string;
  readonly calls?: readonly {
    readonly name: string;
    readonly call: Call;
    readonly expect: Outcome & { readonly strictMatch?: boolean; readonly skip?: string };
  }[];
  readonly routes?: readonly {
    readonly routeConfig: string;
    readonly virtualHost: string;
    readonly clusters: readonly string[] | null;
  }[];
  readonly inboundClusters?: Readonly<
    Record<string, { readonly endpoints: readonly string[]; readonly services: readonly string[] }>
  >;
}

/** A call with upstream's defaults filled in. */
interface FullCall {
  readonly address: string;
  readonly port: number;
  readonly path: string;
  readonly protocol: 'http' | 'http2' | 'tcp';
  readonly tls: 'plaintext' | 'tls' | 'mtls';
  readonly alpn: string;
  readonly host: string;
  readonly sni: string;
  readonly inbound: boolean;
  readonly secret: string;
}

const MTLS_ALPN = { http: 'istio-http/1.1', http2: 'istio-h2', tcp: 'istio' } as const;
const TLS_ALPN = { http: 'http/1.1', http2: 'h2', tcp: '' } as const;
const PLAINTEXT_ALPN = { http: 'http/1.1', http2: 'h2c', tcp: '' } as const;
const ANY_ADDRESS = '1.3.3.7';

function fillDefaults(call: Call): FullCall {
  const { protocol = 'tcp', tls = 'plaintext', hostHeader = '' } = call;
  const offered = tls === 'mtls' ? MTLS_ALPN[protocol] : tls === 'tls' ? TLS_ALPN[protocol] : '';
  return {
    address: call.address ?? ANY_ADDRESS,
    port: call.port,
    path: call.path ?? '/',
    protocol,
    tls,
    alpn: call.alpn ?? offered,
    host: hostHeader,
    sni: call.sni ?? (tls === 'tls' ? hostHeader : ''),
    inbound: call.callMode === 'inbound',
    secret: call.mtlsSecretConfigName ?? 'default',
  };
}

function findListener(listeners: readonly Listener[], call: FullCall): Listener | undefined {
  if (call.inbound) return listeners.find(({ name }) => name === 'virtualInbound');
  const at = (address: string): Listener | undefined =>
    listeners.find((listener) => listener.address.address === address && listener.address.port === call.port);
  return at(call.address) ?? at('0.0.0.0') ?? listeners.find(({ name }) => name === 'virtualOutbound');
}

function covers({ start, end, invert = false }: PortPredicate, port: number): boolean {
  return (port >= start && port < end) !== invert;
}

function inspects(listener: Listener, kind: ListenerFilter['kind'], port: number): boolean {
  return listener.listenerFilters.some(
    (filter) => filter.kind === kind && !('disabledPorts' in filter && isDisabled(filter.disabledPorts, port)),
  );
}

/** Inverted ranges say where a filter runs: it is off on ports that none of them names. */
function isDisabled(predicates: readonly PortPredicate[], port: number): boolean {
  if (predicates.length === 0) return false;
  const inverted = predicates.every(({ invert }) => invert === true);
  return inverted
    ? predicates.every((predicate) => covers(predicate, port))
    : predicates.some((predicate) => covers(predicate, port));
}

/** What the listener filters find out. */
function chainInput(listener: Listener, call: FullCall): FilterChainInput {
  const tls = inspects(listener, 'tlsInspector', call.port);
  const http = inspects(listener, 'httpInspector', call.port) && call.tls === 'plaintext';
  const detected = http ? PLAINTEXT_ALPN[call.protocol] : '';
  const alpn = detected === '' ? (tls ? call.alpn : '') : detected;
  const source = { address: '10.0.0.9', port: 40_000 };
  return {
    destination: { address: call.address, port: call.port },
    serverName: tls ? call.sni : '',
    transportProtocol: tls && call.tls !== 'plaintext' ? 'tls' : 'raw_buffer',
    applicationProtocols: alpn === '' ? [] : [alpn],
    source,
    directSource: source,
  };
}

function requiresMtls(chain: FilterChain, secret: string): boolean {
  const [certificate] = chain.tls?.common.certificates ?? [];
  return (
    certificate?.kind === 'sds' && certificate.secretName === secret && chain.tls?.requireClientCertificate === true
  );
}

/** Upstream's simulator looks at paths alone. */
function byPathOnly(configuration: RouteConfiguration): RouteConfiguration {
  return {
    ...configuration,
    virtualHosts: configuration.virtualHosts.map((host) => ({
      ...host,
      routes: host.routes.map((route) => ({
        ...route,
        match: { ...route.match, headers: [], queryParameters: [], dynamicMetadata: [] },
      })),
    })),
  };
}

function findRoute(configuration: RouteConfiguration, call: FullCall): Outcome {
  const compiled = compileRouteConfiguration(byPathOnly(configuration));
  if (!compiled.ok) return { error: `refused: ${compiled.error}` };
  const source = { address: '10.0.0.9', port: 40_000 };
  const local = { address: call.address, port: call.port };
  const connection = {
    directRemoteAddress: source,
    remoteAddress: source,
    localAddress: local,
    requestedServerName: '',
  };
  const scheme = call.tls === 'plaintext' ? 'http' : 'https';
  const request = requestView('GET', call.host, call.path, [['x-forwarded-proto', scheme]]);
  const result = matchRoute(compiled.value, request, { connection, metadata: NO_METADATA }, 0);
  const host = result.virtualHost?.source.name;
  const at = host === undefined ? {} : { virtualHostMatched: host };
  if (result.kind === 'sslRedirect') return { ...at, error: 'ErrTLSRedirect' };
  if (result.kind === 'noRoute') return { ...at, error: host === undefined ? 'ErrNoVirtualHost' : 'ErrNoRoute' };
  const { action, name } = result.route.source;
  const cluster =
    action.kind === 'route' && action.route.cluster.kind === 'cluster' ? action.route.cluster.cluster : '';
  return { ...at, routeMatched: name, clusterMatched: cluster };
}

function throughChain(chain: FilterChain, call: FullCall, proxy: XdsSnapshot): Outcome {
  for (const filter of chain.filters) {
    if (filter.kind === 'tcpProxy') {
      const { cluster } = filter.tcpProxy;
      return { clusterMatched: cluster.kind === 'cluster' ? cluster.cluster : '' };
    }
    if (filter.kind !== 'httpConnectionManager') continue;
    const undecrypted = call.tls !== 'plaintext' && chain.tls === undefined;
    if (undecrypted || call.protocol === 'tcp') return { error: 'ErrProtocolError' };
    const { routes } = filter.hcm;
    if (routes.kind === 'inline') return findRoute(routes.routeConfig, call);
    if (routes.kind !== 'rds') return { error: 'scoped routes' };
    const at = { routeConfigMatched: routes.routeConfigName };
    const found = proxy.routes.find(({ name }) => name === routes.routeConfigName);
    return found === undefined ? { ...at, error: 'ErrNoVirtualHost' } : { ...at, ...findRoute(found, call) };
  }
  return {};
}

function simulate(proxy: XdsSnapshot, call: FullCall): Outcome {
  const listener = findListener(proxy.listeners, call);
  if (listener === undefined) return { error: 'ErrNoListener' };
  const at = { listenerMatched: listener.name };
  const compiled = compileFilterChains(listener);
  // Chains that one connection could match both are what Envoy refuses when it loads them.
  if (!compiled.ok) return { ...at, error: 'ErrMultipleFilterChain' };
  const chain = findFilterChain(compiled.value, chainInput(listener, call));
  if (chain === undefined) return { ...at, error: 'ErrNoFilterChain' };
  const in_ = { ...at, filterChainMatched: chain.name };
  if (chain.tls !== undefined && call.tls === 'plaintext') return { ...in_, error: 'ErrTLSError' };
  if (chain.tls !== undefined && requiresMtls(chain, call.secret) !== (call.tls === 'mtls')) {
    return { ...in_, error: 'ErrMTLSError' };
  }
  return { ...in_, ...throughChain(chain, call, proxy) };
}

function compareOutcome(actual: Outcome, expected: Outcome & { readonly strictMatch?: boolean }): readonly string[] {
  const problems: string[] = [];
  if ((actual.error ?? '') !== (expected.error ?? '')) {
    problems.push(`error ${actual.error ?? '-'} instead of ${expected.error ?? '-'}`);
  }
  for (const field of FIELDS) {
    const wanted = expected[field] ?? '';
    if (wanted === '' && expected.strictMatch !== true) continue;
    const found = actual[field] ?? '';
    // Objects of these fixtures have no cluster domain, so that short names are completed by the namespace alone.
    if (found === wanted || found.replace('.svc.cluster.local', '') === wanted) continue;
    problems.push(`${field} ${found === '' ? '-' : found} instead of ${wanted}`);
  }
  return problems.length === 0 ? [] : [...problems, JSON.stringify(actual)];
}

function clustersOf(proxy: XdsSnapshot, configuration: string, domain: string): readonly string[] | null {
  const found = proxy.routes.find(({ name }) => name === configuration);
  const host = found?.virtualHosts.find(({ domains }) => domains.includes(domain));
  const clusters = (host?.routes ?? []).flatMap(({ action }) =>
    action.kind === 'route' && action.route.cluster.kind === 'cluster' ? [action.route.cluster.cluster] : [],
  );
  return clusters.length === 0 ? null : [...clusters].sort();
}

function inboundClusters(proxy: XdsSnapshot): Scenario['inboundClusters'] {
  return Object.fromEntries(
    proxy.clusters
      .filter(({ name }) => name.startsWith('inbound'))
      .map(({ name, discovery, services }) => [
        name,
        {
          endpoints:
            discovery.kind === 'STATIC'
              ? discovery.loadAssignment.endpoints.flatMap(({ lbEndpoints }) =>
                  lbEndpoints.map(({ address }) =>
                    address.port === 0 ? address.address.replace('unix://', '') : `${address.address}:${address.port}`,
                  ),
                )
              : [],
          services: services.map(({ host }) => host),
        },
      ]),
  );
}

function equalTexts(actual: unknown, expected: unknown): readonly string[] {
  const [ours, theirs] = [JSON.stringify(actual), JSON.stringify(expected)];
  return ours === theirs ? [] : [`${ours} instead of ${theirs}`];
}

function sortedEntries(record: Scenario['inboundClusters']): unknown {
  return Object.entries(record ?? {})
    .map(([name, { endpoints, services }]) => [name, [...endpoints].sort(), [...services].sort()])
    .sort();
}

function runScenario(scenario: Scenario, recorder: CaseRecorder): void {
  let proxy: XdsSnapshot | undefined;
  const compiled = (): XdsSnapshot => {
    proxy ??= simulateProxy(scenario);
    return proxy;
  };
  const label = `${scenario.id}/${scenario.test}`;
  for (const [index, { name, call, expect }] of (scenario.calls ?? []).entries()) {
    recorder.run(`${label}/call ${index} ${name}`, () =>
      compareOutcome(simulate(compiled(), fillDefaults(call)), expect),
    );
  }
  for (const [index, { routeConfig, virtualHost, clusters }] of (scenario.routes ?? []).entries()) {
    recorder.run(`${label}/routes ${index} ${routeConfig} ${virtualHost}`, () =>
      equalTexts(clustersOf(compiled(), routeConfig, virtualHost), clusters),
    );
  }
  if (scenario.inboundClusters !== undefined) {
    recorder.run(`${label}/inbound clusters`, () =>
      equalTexts(sortedEntries(inboundClusters(compiled())), sortedEntries(scenario.inboundClusters)),
    );
  }
}

export function runSuite(): SuiteResult {
  const file: { readonly scenarios: readonly Scenario[] } = JSON.parse(
    readShared('conformance', 'istio-simulation', 'cases.json'),
  );
  const recorder = new CaseRecorder(SUITE, SKIPS);
  for (const scenario of file.scenarios) runScenario(scenario, recorder);
  return recorder.result();
}
