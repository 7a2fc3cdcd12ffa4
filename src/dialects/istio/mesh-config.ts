import { NS_PER_S, type Ns, parseDuration } from '../../base';
import type { JsonValue } from '../../xds';
import type { LocalityLbSetting } from './kinds';

/** The fields of MeshConfig that the compiler reads, defaults filled in. istio/istio pkg/config/mesh/mesh.go */
export interface MeshConfig {
  readonly rootNamespace: string;
  readonly trustDomain: string;
  readonly trustDomainAliases: readonly string[];
  readonly outboundTrafficPolicy: 'ALLOW_ANY' | 'REGISTRY_ONLY';
  readonly inboundTrafficPolicy: 'PASSTHROUGH' | 'LOCALHOST';
  readonly enableAutoMtls: boolean;
  readonly connectTimeoutNs: Ns;
  /** 0: wait for the first bytes without limit. */
  readonly protocolDetectionTimeoutNs: Ns;
  /** Absent or `enabled: false`: no locality load balancing by default. */
  readonly localityLbSetting?: LocalityLbSetting;
  readonly defaultServiceExportTo: readonly string[];
  readonly defaultVirtualServiceExportTo: readonly string[];
  readonly defaultDestinationRuleExportTo: readonly string[];
  readonly enableTracing: boolean;
  readonly accessLogFile: string;
  readonly accessLogEncoding: 'TEXT' | 'JSON';
  readonly accessLogFormat: string;
  readonly proxyListenPort: number;
  readonly proxyInboundListenPort: number;
  readonly h2Upgrade: boolean;
  readonly dnsRefreshRateNs: Ns;
  readonly tcpKeepalive?: { readonly probes?: number; readonly time?: string; readonly interval?: string };
  readonly pathNormalization: 'NONE' | 'BASE' | 'MERGE_SLASHES' | 'DECODE_AND_MERGE_SLASHES';
  readonly verifyCertificateAtClient: boolean;
  readonly enableNamespacesByDefault: boolean;
  readonly extensionProviders: readonly ExtensionProvider[];
  /** Names of the providers that log accesses unless a Telemetry object says otherwise. */
  readonly defaultAccessLogProviders: readonly string[];
  /** Names of the providers that collect metrics. */
  readonly defaultMetricsProviders: readonly string[];
  readonly ingressClass: string;
  readonly ingressSelector: string;
  /** Everything that was set, for fields that only one place reads. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** One named provider; `kind` is the field that is set (`envoyExtAuthzHttp`, ...), `config` its content. */
export interface ExtensionProvider {
  readonly name: string;
  readonly kind: string;
  readonly config: Readonly<Record<string, JsonValue>>;
}

const BUILT_IN_PROVIDERS: readonly ExtensionProvider[] = [
  { name: 'prometheus', kind: 'prometheus', config: {} },
  { name: 'stackdriver', kind: 'stackdriver', config: {} },
  { name: 'envoy', kind: 'envoyFileAccessLog', config: { path: '/dev/stdout' } },
];

type Raw = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function record(raw: Raw, field: string): Raw {
  const value = raw[field];
  return isRecord(value) ? value : {};
}

function text(raw: Raw, field: string, fallback: string): string {
  const value = raw[field];
  return typeof value === 'string' ? value : fallback;
}

function truth(raw: Raw, field: string, fallback: boolean): boolean {
  const value = raw[field];
  return typeof value === 'boolean' ? value : fallback;
}

function count(raw: Raw, field: string, fallback: number): number {
  const value = raw[field];
  return typeof value === 'number' ? value : fallback;
}

function texts(raw: Raw, field: string, fallback: readonly string[]): readonly string[] {
  const value = raw[field];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : fallback;
}

function oneOf<T extends string>(raw: Raw, field: string, values: readonly [T, ...T[]]): T {
  const value = raw[field];
  return values.find((candidate) => candidate === value) ?? values[0];
}

function durationNs(raw: Raw, field: string, fallbackNs: Ns): Ns {
  const value = raw[field];
  if (typeof value !== 'string') return fallbackNs;
  const parsed = parseDuration(value);
  return parsed.ok ? parsed.value : fallbackNs;
}

function isJson(value: unknown): value is JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return true;
  if (Array.isArray(value)) return value.every(isJson);
  return isRecord(value) && Object.values(value).every(isJson);
}

function isJsonRecord(value: unknown): value is Readonly<Record<string, JsonValue>> {
  return isRecord(value) && isJson(value);
}

function decodeProvider(entry: unknown): ExtensionProvider | undefined {
  if (!isRecord(entry)) return undefined;
  const kind = Object.keys(entry).find((key) => key !== 'name');
  const config = kind === undefined ? {} : entry[kind];
  return { name: text(entry, 'name', ''), kind: kind ?? '', config: isJsonRecord(config) ? config : {} };
}

/** Providers merge by name: a named one replaces the built-in, others are appended. */
function decodeProviders(raw: Raw): readonly ExtensionProvider[] {
  const merged = [...BUILT_IN_PROVIDERS];
  const entries = raw['extensionProviders'];
  for (const entry of Array.isArray(entries) ? entries : []) {
    const provider = decodeProvider(entry);
    if (provider === undefined) continue;
    const at = merged.findIndex((known) => known.name === provider.name);
    if (at < 0) merged.push(provider);
    else merged[at] = provider;
  }
  return merged;
}

function decodeLocality(raw: Raw): LocalityLbSetting {
  const value = raw['localityLbSetting'];
  return isRecord(value) ? value : { enabled: true };
}

function decodeKeepalive(raw: Raw): Pick<MeshConfig, 'tcpKeepalive'> {
  const value = raw['tcpKeepalive'];
  return isRecord(value) ? { tcpKeepalive: value } : {};
}

/** Reads what was set; fields of a wrong type count as not set. */
export function decodeMeshConfig(raw: Raw): MeshConfig {
  return {
    rootNamespace: text(raw, 'rootNamespace', 'istio-system'),
    trustDomain: text(raw, 'trustDomain', 'cluster.local'),
    trustDomainAliases: texts(raw, 'trustDomainAliases', []),
    outboundTrafficPolicy: oneOf(record(raw, 'outboundTrafficPolicy'), 'mode', ['ALLOW_ANY', 'REGISTRY_ONLY']),
    inboundTrafficPolicy: oneOf(record(raw, 'inboundTrafficPolicy'), 'mode', ['PASSTHROUGH', 'LOCALHOST']),
    enableAutoMtls: truth(raw, 'enableAutoMtls', true),
    connectTimeoutNs: durationNs(raw, 'connectTimeout', 10 * NS_PER_S),
    protocolDetectionTimeoutNs: durationNs(raw, 'protocolDetectionTimeout', 0),
    localityLbSetting: decodeLocality(raw),
    defaultServiceExportTo: texts(raw, 'defaultServiceExportTo', ['*']),
    defaultVirtualServiceExportTo: texts(raw, 'defaultVirtualServiceExportTo', ['*']),
    defaultDestinationRuleExportTo: texts(raw, 'defaultDestinationRuleExportTo', ['*']),
    enableTracing: truth(raw, 'enableTracing', true),
    accessLogFile: text(raw, 'accessLogFile', ''),
    accessLogEncoding: oneOf(raw, 'accessLogEncoding', ['TEXT', 'JSON']),
    accessLogFormat: text(raw, 'accessLogFormat', ''),
    proxyListenPort: count(raw, 'proxyListenPort', 15001),
    proxyInboundListenPort: count(raw, 'proxyInboundListenPort', 15006),
    h2Upgrade: raw['h2UpgradePolicy'] === 'UPGRADE',
    dnsRefreshRateNs: durationNs(raw, 'dnsRefreshRate', 60 * NS_PER_S),
    ...decodeKeepalive(raw),
    pathNormalization: oneOf(record(raw, 'pathNormalization'), 'normalization', [
      'BASE',
      'NONE',
      'MERGE_SLASHES',
      'DECODE_AND_MERGE_SLASHES',
    ]),
    verifyCertificateAtClient: truth(raw, 'verifyCertificateAtClient', false),
    enableNamespacesByDefault: truth(raw, 'enableNamespacesByDefault', false),
    extensionProviders: decodeProviders(raw),
    defaultAccessLogProviders: texts(record(raw, 'defaultProviders'), 'accessLogging', []),
    defaultMetricsProviders: texts(record(raw, 'defaultProviders'), 'metrics', []),
    ingressClass: text(raw, 'ingressClass', 'istio'),
    ingressSelector: text(raw, 'ingressSelector', 'ingressgateway'),
    raw,
  };
}
