import { err, ok, type Result } from '../../../base';
import type { CidrRange, FilterChain, FilterChainMatch, JsonObject, Listener, SocketAddress } from '../../../xds';
import { type AddressBytes, type CompiledCidr, compileCidr, parseAddress, samePrefix } from './cidr';
import { ConfigRefusal, refuse } from './config-error';
import { type FilterChainInput, isSameIpOrLoopback, isUnixSocket } from './filter-chain-input';
import type { CompiledMatcher } from './matcher-tree';
import { compileFilterChainMatcher } from './network-matcher';

export type FilterChainCriterion =
  | 'destinationPort'
  | 'destinationIp'
  | 'serverName'
  | 'transportProtocol'
  | 'applicationProtocol'
  | 'directSourceIp'
  | 'sourceType'
  | 'sourceIp'
  | 'sourcePort';

/** Told how each criterion was decided; `matched` undefined: no branch, so the search ends there. An empty text is the branch that takes anything. */
export type FilterChainRecorder = (criterion: FilterChainCriterion, matched: string | undefined) => void;

type SourcePorts = Map<number, FilterChain>;
type SourceType = FilterChainMatch['sourceType'];

interface SourceTypes {
  readonly byType: Map<SourceType, IpTable<SourcePorts>>;
}

type ApplicationProtocols = Map<string, IpTable<SourceTypes>>;
type TransportProtocols = Map<string, ApplicationProtocols>;
type ServerNames = Map<string, TransportProtocols>;
type DestinationPorts = Map<number, IpTable<ServerNames>>;

/** Longest prefix wins; the empty key takes any address. */
interface IpTable<T> {
  readonly entries: Map<string, { readonly cidr: CompiledCidr | undefined; readonly value: T }>;
}

export interface CompiledFilterChains {
  readonly listener: Listener;
  readonly destinationPorts: DestinationPorts;
  /** The listener's matcher tree, which replaces the match rules of the chains. */
  readonly matcher: CompiledMatcher<FilterChainInput, string> | undefined;
  readonly byName: ReadonlyMap<string, FilterChain>;
}

/** Stands for the address of a Unix domain socket where only IP addresses can be looked up. */
const FAKE_ADDRESS: AddressBytes = [255, 255, 255, 255];

function cidrText(range: CidrRange): string {
  return `${range.addressPrefix}/${range.prefixLen}`;
}

function ipKeys(ranges: readonly CidrRange[]): readonly (CidrRange | undefined)[] {
  return ranges.length === 0 ? [undefined] : ranges;
}

function entryOf<T>(table: IpTable<T>, range: CidrRange | undefined, create: () => T): T {
  const cidr = range === undefined ? undefined : compileCidr(range);
  const key = cidr === undefined ? '' : normalizedCidr(cidr);
  const known = table.entries.get(key);
  if (known !== undefined) return known.value;
  const value = create();
  table.entries.set(key, { cidr, value });
  return value;
}

/** The range with the bits behind the prefix cleared, so that equal ranges have one entry. */
function normalizedCidr(cidr: CompiledCidr): string {
  const bytes = (cidr.bytes ?? []).map((byte, index) => {
    const bits = Math.min(8, Math.max(0, cidr.prefixLength - 8 * index));
    return byte & (0xff00 >> bits);
  });
  return `${bytes.join('.')}/${cidr.prefixLength}`;
}

function newTable<T>(): IpTable<T> {
  return { entries: new Map() };
}

function getOrCreate<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = create();
  map.set(key, value);
  return value;
}

function orAny(values: readonly string[]): readonly string[] {
  return values.length === 0 ? [''] : values;
}

function serverNameKeys(names: readonly string[], prefix: string): readonly string[] {
  return orAny(
    names.map((name) => {
      const wildcard = name.startsWith('*.');
      if (name.includes('*') && !wildcard) refuse(`${prefix}partial wildcards are not supported in "server_names"`);
      return (wildcard ? name.slice(1) : name).toLowerCase();
    }),
  );
}

function checkRanges(match: FilterChainMatch): void {
  for (const range of [...match.prefixRanges, ...match.sourcePrefixRanges, ...match.directSourcePrefixRanges]) {
    if (parseAddress(range.addressPrefix) === undefined) refuse(`malformed IP address: ${range.addressPrefix}`);
  }
}

/** The last two levels of the table, where overlapping rules collide. */
function addSources(table: IpTable<SourcePorts>, match: FilterChainMatch, chain: FilterChain, prefix: string): void {
  for (const range of ipKeys(match.sourcePrefixRanges)) {
    const ports = entryOf(table, range, (): SourcePorts => new Map());
    for (const port of match.sourcePorts.length === 0 ? [0] : match.sourcePorts) {
      if (ports.has(port)) refuse(`${prefix}multiple filter chains with overlapping matching rules are defined`);
      ports.set(port, chain);
    }
  }
}

// envoyproxy/envoy source/common/listener_manager/filter_chain_manager_impl.cc addFilterChainForDestinationPorts and below
function addChain(ports: DestinationPorts, chain: FilterChain, prefix: string): void {
  const { match } = chain;
  checkRanges(match);
  const names = serverNameKeys(match.serverNames, prefix);
  const destinations = getOrCreate(ports, match.destinationPort ?? 0, newTable<ServerNames>);
  for (const range of ipKeys(match.prefixRanges)) {
    const serverNames = entryOf(destinations, range, (): ServerNames => new Map());
    for (const name of names) {
      const transports = getOrCreate(serverNames, name, (): TransportProtocols => new Map());
      const protocols = getOrCreate(transports, match.transportProtocol, (): ApplicationProtocols => new Map());
      for (const protocol of orAny(match.applicationProtocols)) {
        const directSources = getOrCreate(protocols, protocol, newTable<SourceTypes>);
        for (const direct of ipKeys(match.directSourcePrefixRanges)) {
          const types = entryOf(directSources, direct, (): SourceTypes => ({ byType: new Map() }));
          addSources(getOrCreate(types.byType, match.sourceType, newTable<SourcePorts>), match, chain, prefix);
        }
      }
    }
  }
}

function rangesJson(ranges: readonly CidrRange[]): readonly JsonObject[] {
  return ranges.map(({ addressPrefix, prefixLen }) => ({ address_prefix: addressPrefix, prefix_len: prefixLen }));
}

/** The match rules as protobuf prints them: fields by number, defaults left out. */
function matchJson(match: FilterChainMatch): string {
  const fields: JsonObject = {
    ...(match.prefixRanges.length > 0 ? { prefix_ranges: rangesJson(match.prefixRanges) } : {}),
    ...(match.sourcePrefixRanges.length > 0 ? { source_prefix_ranges: rangesJson(match.sourcePrefixRanges) } : {}),
    ...(match.sourcePorts.length > 0 ? { source_ports: match.sourcePorts } : {}),
    ...(match.destinationPort === undefined ? {} : { destination_port: match.destinationPort }),
    ...(match.transportProtocol === '' ? {} : { transport_protocol: match.transportProtocol }),
    ...(match.applicationProtocols.length > 0 ? { application_protocols: match.applicationProtocols } : {}),
    ...(match.serverNames.length > 0 ? { server_names: match.serverNames } : {}),
    ...(match.sourceType === 'ANY' ? {} : { source_type: match.sourceType }),
    ...(match.directSourcePrefixRanges.length > 0
      ? { direct_source_prefix_ranges: rangesJson(match.directSourcePrefixRanges) }
      : {}),
  };
  return JSON.stringify(fields);
}

function addressText({ address, port }: SocketAddress): string {
  if (isUnixSocket(address)) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Fields of old configurations that no code implements; a source that sets them is refused. */
function checkImplemented(chain: FilterChain, prefix: string): void {
  const extra = chain.match.extra ?? {};
  if (extra['addressSuffix'] !== undefined || extra['suffixLen'] !== undefined) {
    refuse(`${prefix}filter chain '${chain.name}' contains unimplemented fields`);
  }
}

function compileByRules(chains: readonly FilterChain[], prefix: string): DestinationPorts {
  const ports: DestinationPorts = new Map();
  const seen = new Map<string, string>();
  for (const chain of chains) {
    checkImplemented(chain, prefix);
    const json = matchJson(chain.match);
    const other = seen.get(json);
    if (other !== undefined) {
      refuse(
        `${prefix}filter chain '${chain.name}' has the same matching rules defined as '${other}'. duplicate matcher is: ${json}`,
      );
    }
    seen.set(json, chain.name);
    addChain(ports, chain, prefix);
  }
  return ports;
}

function compileByName(chains: readonly FilterChain[], prefix: string): ReadonlyMap<string, FilterChain> {
  const byName = new Map<string, FilterChain>();
  for (const chain of chains) {
    checkImplemented(chain, prefix);
    if (chain.name === '') refuse(`${prefix}"name" field is required when using a listener matcher`);
    if (byName.has(chain.name)) refuse(`${prefix}"name" field is duplicated with value '${chain.name}'`);
    byName.set(chain.name, chain);
  }
  return byName;
}

/** Compiles the filter chains of a listener; the error is the message with which Envoy refuses it. */
// envoyproxy/envoy source/common/listener_manager/filter_chain_manager_impl.cc FilterChainManagerImpl::addFilterChains
export function compileFilterChains(listener: Listener): Result<CompiledFilterChains, string> {
  const addresses = [listener.address, ...listener.additionalAddresses].map(addressText);
  const prefix = `error adding listener '${addresses.join(',')}': `;
  const source = listener.filterChainMatcher;
  try {
    if (source === undefined) {
      const destinationPorts = compileByRules(listener.filterChains, prefix);
      return ok({ listener, destinationPorts, matcher: undefined, byName: new Map() });
    }
    const byName = compileByName(listener.filterChains, prefix);
    return ok({ listener, destinationPorts: new Map(), matcher: compileFilterChainMatcher(source), byName });
  } catch (error) {
    if (error instanceof ConfigRefusal) return err(error.message);
    throw error;
  }
}

function lookUpIp<T>(table: IpTable<T>, address: string): { readonly key: string; readonly value: T } | undefined {
  const bytes = isUnixSocket(address) ? FAKE_ADDRESS : parseAddress(address);
  let best: { readonly cidr: CompiledCidr | undefined; readonly value: T } | undefined;
  for (const entry of table.entries.values()) {
    const { cidr } = entry;
    const length = cidr?.prefixLength ?? -1;
    const contains =
      cidr === undefined ||
      (bytes !== undefined && cidr.bytes !== undefined && samePrefix(bytes, cidr.bytes, cidr.prefixLength));
    if (contains && (best === undefined || length > (best.cidr?.prefixLength ?? -1))) best = entry;
  }
  if (best === undefined) return undefined;
  return { key: best.cidr === undefined ? '' : cidrText(best.cidr.source), value: best.value };
}

/** The exact name, else the longest wildcard that covers it, else the branch without a name. */
// filter_chain_manager_impl.cc findFilterChainForServerName
function serverNameKey(names: ReadonlyMap<string, unknown>, serverName: string): string | undefined {
  if (names.has(serverName)) return serverName;
  for (
    let dot = serverName.indexOf('.', 1);
    dot >= 0 && dot < serverName.length - 1;
    dot = serverName.indexOf('.', dot + 1)
  ) {
    const wildcard = serverName.slice(dot);
    if (names.has(wildcard)) return wildcard;
  }
  return names.has('') ? '' : undefined;
}

function exactOrAny(names: ReadonlyMap<string, unknown>, wanted: readonly string[]): string | undefined {
  return wanted.find((name) => name !== '' && names.has(name)) ?? (names.has('') ? '' : undefined);
}

// filter_chain_manager_impl.cc findFilterChainForSourceTypes
function sourceTypeKey(types: SourceTypes, input: FilterChainInput): SourceType | undefined {
  const specific: SourceType = isSameIpOrLoopback(input) ? 'SAME_IP_OR_LOOPBACK' : 'EXTERNAL';
  if (types.byType.has(specific)) return specific;
  return types.byType.has('ANY') ? 'ANY' : undefined;
}

function findBySource(
  types: SourceTypes,
  input: FilterChainInput,
  recorder: FilterChainRecorder,
): FilterChain | undefined {
  const type = sourceTypeKey(types, input);
  recorder('sourceType', type);
  const table = type === undefined ? undefined : types.byType.get(type);
  const ports = table === undefined ? undefined : lookUpIp(table, input.source.address);
  recorder('sourceIp', ports?.key);
  if (ports === undefined) return undefined;
  const port = isUnixSocket(input.source.address) ? 0 : input.source.port;
  const found = ports.value.get(port) ?? ports.value.get(0);
  recorder('sourcePort', found === undefined ? undefined : String(ports.value.has(port) ? port : ''));
  return found;
}

/** Takes the most specific branch of each criterion; a branch once taken is never left again. */
function findByRules(
  destinations: IpTable<ServerNames>,
  input: FilterChainInput,
  recorder: FilterChainRecorder,
): FilterChain | undefined {
  const serverNames = lookUpIp(destinations, input.destination.address);
  recorder('destinationIp', serverNames?.key);
  if (serverNames === undefined) return undefined;
  const name = serverNameKey(serverNames.value, input.serverName.toLowerCase());
  recorder('serverName', name);
  const transports = name === undefined ? undefined : serverNames.value.get(name);
  if (transports === undefined) return undefined;
  const transport = exactOrAny(transports, [input.transportProtocol]);
  recorder('transportProtocol', transport);
  const protocols = transport === undefined ? undefined : transports.get(transport);
  if (protocols === undefined) return undefined;
  const protocol = exactOrAny(protocols, input.applicationProtocols);
  recorder('applicationProtocol', protocol);
  const directSources = protocol === undefined ? undefined : protocols.get(protocol);
  if (directSources === undefined) return undefined;
  const types = lookUpIp(directSources, input.directSource.address);
  recorder('directSourceIp', types?.key);
  return types === undefined ? undefined : findBySource(types.value, input, recorder);
}

function findByTable(
  compiled: CompiledFilterChains,
  input: FilterChainInput,
  recorder: FilterChainRecorder,
): FilterChain | undefined {
  const { destinationPorts } = compiled;
  const own = isUnixSocket(input.destination.address) ? undefined : destinationPorts.get(input.destination.port);
  const destinations = own ?? destinationPorts.get(0);
  recorder(
    'destinationPort',
    destinations === undefined ? undefined : own === undefined ? '' : String(input.destination.port),
  );
  return destinations === undefined ? undefined : findByRules(destinations, input, recorder);
}

function ignoreStep(): void {}

/**
 * The filter chain that serves a connection: by rules or matcher, else the listener's default chain. Undefined: the connection is
 * closed (no_filter_chain_match, flag NR).
 */
// envoyproxy/envoy source/common/listener_manager/filter_chain_manager_impl.cc FilterChainManagerImpl::findFilterChain
export function findFilterChain(
  compiled: CompiledFilterChains,
  input: FilterChainInput,
  recorder: FilterChainRecorder = ignoreStep,
): FilterChain | undefined {
  const fallback = compiled.listener.defaultFilterChain;
  if (compiled.matcher === undefined) return findByTable(compiled, input, recorder) ?? fallback;
  const name = compiled.matcher(input);
  // An action that names no chain closes the connection; only a tree without a match falls back.
  return name === undefined ? fallback : compiled.byName.get(name);
}
