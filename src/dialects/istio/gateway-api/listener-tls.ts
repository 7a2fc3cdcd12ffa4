import { CONFIG_MAP, type ConfigPath, type KindDefinition, type Resource, SECRET } from '../../../config';
import type { GatewaySpec, ListenerTls, SecretReference } from '../../gateway-api';
import type { ServerTlsSettings } from '../kinds';
import { isCipherSuite } from '../kinds/rules/server-tls';
import type { ConversionContext } from './context';
import { isGranted } from './grants';

const TERMINATE_MODE_OPTION = 'gateway.istio.io/tls-terminate-mode';
const CIPHER_SUITES_OPTION = 'gateway.istio.io/tls-cipher-suites';
const LISTENER_MODE_OPTION = 'gateway.istio.io/listener-protocol';
const AUTO_PASSTHROUGH = 'auto-passthrough';
const NETWORK_LABEL = 'topology.istio.io/network';
const GATEWAY_PORT_LABEL = 'networking.istio.io/gatewayPort';
const AUTO_PASSTHROUGH_PORT = '15443';
const CREDENTIAL_PREFIX = 'kubernetes-gateway://';
const CA_SUFFIX = '-cacert';
/** istio/istio pilot/pkg/model/credentials/resource.go (BuiltinGatewaySecretTypeURI) */
const BUILTIN_CREDENTIAL = 'builtin://';
const MAX_CERTIFICATES = 2;

export interface TlsRequest {
  readonly context: ConversionContext;
  /** Gateway or ListenerSet. */
  readonly owner: Resource;
  readonly port: number;
  readonly path: ConfigPath;
  readonly gatewayTls: GatewaySpec['tls'];
}

/** Settings of a server, and whether the listener may be served with them. */
export interface ListenerTlsResult {
  readonly tls?: ServerTlsSettings;
  readonly valid: boolean;
}

/** istio/istio pilot/pkg/serviceregistry/kube/conversion.go (IsAutoPassthrough) */
function isAutoPassthrough(tls: ListenerTls, port: number, labels: Readonly<Record<string, string>>): boolean {
  if (tls.options?.[LISTENER_MODE_OPTION] === AUTO_PASSTHROUGH) return true;
  if (!Object.hasOwn(labels, NETWORK_LABEL)) return false;
  return String(port) === (labels[GATEWAY_PORT_LABEL] ?? AUTO_PASSTHROUGH_PORT);
}

/** An object that a part of TLS needs. */
interface TlsTarget {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: ConfigPath;
  /** Kinds that may hold it. */
  readonly kinds: readonly KindDefinition[];
}

/**
 * Whether the object that a part of TLS needs may be used and is there; what stands in the way is reported.
 * istio/istio pilot/pkg/config/kube/gateway/conversion.go (buildSecretReference, buildCaCertificateReference)
 */
function isUsable({ context, owner }: TlsRequest, target: TlsTarget): boolean {
  const { namespace } = owner.metadata;
  const { group, kind, name, path } = target;
  const value = `${target.namespace}/${name}`;
  const from = { group: owner.ref.group, kind: owner.kind, namespace };
  const to = { group, kind, namespace: target.namespace, name };
  if (target.namespace !== namespace && !isGranted(context.resources.referenceGrants, { from, to })) {
    const values = { kind: owner.kind, from: namespace, value: `the ${kind} ${value}`, to: target.namespace };
    context.report(owner.ref, 'reference-not-granted', path, values);
    return false;
  }
  const definition = target.kinds.find((candidate) => candidate.kind === kind && candidate.group === group);
  if (definition !== undefined && context.view.get(definition, target.namespace, name) !== undefined) return true;
  context.report(owner.ref, 'listener-certificate', [...path, 'name'], { kind, value });
  return false;
}

/** Name of the credential; undefined when it cannot be used. */
function credentialOf(request: TlsRequest, ref: SecretReference, index: number): string | undefined {
  const namespace = ref.namespace ?? request.owner.metadata.namespace;
  const path = [...request.path, 'certificateRefs', index];
  if (!isUsable(request, { ...ref, namespace, path, kinds: [SECRET] })) return undefined;
  return `${CREDENTIAL_PREFIX}${namespace}/${ref.name}`;
}

/** What the options of the listener say in the place of the usual mode. */
function terminateMode(tls: ListenerTls): ServerTlsSettings | undefined {
  switch (tls.options?.[TERMINATE_MODE_OPTION]) {
    case 'MUTUAL':
      return { mode: 'MUTUAL' };
    case 'OPTIONAL_MUTUAL':
      return { mode: 'OPTIONAL_MUTUAL' };
    case 'ISTIO_SIMPLE':
      return { mode: 'SIMPLE', credentialName: BUILTIN_CREDENTIAL };
    case 'ISTIO_MUTUAL':
      return { mode: 'ISTIO_MUTUAL' };
    default:
      return undefined;
  }
}

/**
 * Checks of client certificates that the Gateway asks for at the port; undefined: their authority cannot be used.
 * istio/istio pilot/pkg/config/kube/gateway/conversion.go (resolveGatewayTLS)
 */
function clientValidation(request: TlsRequest, written: ServerTlsSettings | undefined): ServerTlsSettings | undefined {
  const { gatewayTls, port, owner } = request;
  const frontend = gatewayTls?.frontend;
  const validation = (frontend?.perPort?.find((entry) => entry.port === port)?.tls ?? frontend?.default)?.validation;
  const [authority, ...others] = validation?.caCertificateRefs ?? [];
  if (authority === undefined) return {};
  const namespace = authority.namespace ?? owner.metadata.namespace;
  const path = ['spec', 'tls', 'frontend'];
  if (others.length > 0 || !isUsable(request, { ...authority, namespace, path, kinds: [SECRET, CONFIG_MAP] })) {
    return undefined;
  }
  const scheme = authority.kind === CONFIG_MAP.kind ? 'configmap://' : CREDENTIAL_PREFIX;
  const lenient = validation?.mode === 'AllowInsecureFallback';
  return {
    mode: written?.mode ?? (lenient ? 'OPTIONAL_MUTUAL' : 'MUTUAL'),
    insecureSkipVerify: written === undefined && lenient,
    caCertCredentialName: `${scheme}${namespace}/${authority.name}${CA_SUFFIX}`,
  };
}

function terminated(tls: ListenerTls, request: TlsRequest): ListenerTlsResult {
  const written = terminateMode(tls);
  if (written?.credentialName !== undefined || written?.mode === 'ISTIO_MUTUAL') return { tls: written, valid: true };
  const refs = tls.certificateRefs ?? [];
  const mode = written?.mode ?? 'SIMPLE';
  if (refs.length > MAX_CERTIFICATES) {
    request.context.report(request.owner.ref, 'listener-certificates', [...request.path, 'certificateRefs']);
    return { tls: { mode }, valid: false };
  }
  const names = refs.map((ref, index) => credentialOf(request, ref, index)).filter((name) => name !== undefined);
  const [first] = names;
  if (first === undefined) return { tls: { mode }, valid: refs.length === 0 };
  const credentials = names.length === 1 ? { credentialName: first } : { credentialNames: names };
  const clients = clientValidation(request, written);
  return { tls: { mode, ...credentials, ...clients }, valid: clients !== undefined };
}

/** Those that are not known are left out. istio/istio pkg/config/security/security.go (FilterCipherSuites) */
function cipherSuites(tls: ListenerTls): Pick<ServerTlsSettings, 'cipherSuites'> {
  const written = (tls.options?.[CIPHER_SUITES_OPTION] ?? '').split(',').map((suite) => suite.trim());
  const known = [...new Set(written)].filter((suite) => suite !== '' && isCipherSuite(suite));
  return known.length === 0 ? {} : { cipherSuites: known };
}

/** istio/istio pilot/pkg/config/kube/gateway/conversion.go (buildTLS) */
export function toServerTls(tls: ListenerTls | undefined, request: TlsRequest): ListenerTlsResult {
  if (tls === undefined) return { valid: true };
  if (tls.mode === 'Passthrough') {
    const auto = isAutoPassthrough(tls, request.port, request.owner.metadata.labels);
    return { tls: { mode: auto ? 'AUTO_PASSTHROUGH' : 'PASSTHROUGH', ...cipherSuites(tls) }, valid: true };
  }
  const result = terminated(tls, request);
  return { ...result, tls: { ...result.tls, ...cipherSuites(tls) } };
}
