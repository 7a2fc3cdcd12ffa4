import type { CatalogueEntry, Severity } from '../../../config';

interface Rule {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hints: readonly string[];
}

function warning(code: string, message: string, ...hints: readonly string[]): Rule {
  return { code, severity: 'warning', message, hints };
}

function info(code: string, message: string, ...hints: readonly string[]): Rule {
  return { code, severity: 'info', message, hints };
}

/**
 * What is said about objects that are valid by themselves but do not fit together. The control plane takes them all, so
 * none of these is an error here. istio/istio pkg/config/analysis/msg/messages.yaml
 */
export const ANALYSIS_RULES = {
  'reference-missing': warning('IST0101', 'There is no {what} `{value}`.', 'Did you mean `{suggestion}`?'),
  'mesh-host-taken': warning(
    'IST0109',
    '`{host}` has rules in several VirtualServices of the mesh: {names}. Only the oldest counts.',
    'Merge them into one.',
  ),
  'sidecars-overlap': warning(
    'IST0110',
    'The pod {pod} is selected by several Sidecars: {names}.',
    'Let every pod be selected by one.',
  ),
  'sidecars-without-selector': warning(
    'IST0111',
    'The namespace has several Sidecars without a selector: {names}.',
    'Keep one, or give the others a selector.',
  ),
  'destination-port-missing': warning(
    'IST0112',
    '`{value}` has several ports ({ports}), so the destination has to say which.',
    'Add `port: {number: {first}}`.',
  ),
  'port-protocol-unknown': info(
    'IST0118',
    'The name `{name}` of port {port} tells no protocol, so it is found out from the first bytes.',
    'Name it after its protocol, such as `http-{port}`, or set `appProtocol`.',
  ),
  'policy-selects-nothing': warning(
    'IST0127',
    'No workload of the mesh is selected.',
    'Compare the labels of the pods.',
  ),
  'server-unverified': warning(
    'IST0128',
    'TLS of mode {mode} without `caCertificates` trusts every authority of the operating system for {host}.',
    'Set `caCertificates`.',
  ),
  'server-unverified-at-port': warning(
    'IST0129',
    'TLS of mode {mode} at port {port} without `caCertificates` trusts every authority of the operating system for {host}.',
    'Set `caCertificates`.',
  ),
  'host-outside-gateway': warning(
    'IST0132',
    'No server of the Gateway {gateway} takes any of these hosts.',
    'Add one of the hosts to the Gateway.',
  ),
  'addresses-missing': warning(
    'IST0134',
    'Connections to port {port} are told apart by their address, and the ServiceEntry has none.',
    'Add `addresses`.',
  ),
  'certificate-twice': warning(
    'IST0138',
    'The Gateway {other} serves the same certificate; clients that reuse connections may end up there.',
    'Put the hosts into one Gateway.',
  ),
  'subset-without-effect': warning(
    'IST0140',
    'Rules of {other} choose subsets of this host, but not for requests that come through the gateway.',
    'Name the subset here, or bind {other} to the gateway as well.',
  ),
  'gateways-conflict': warning(
    'IST0145',
    'The port {port} has the same hosts in other Gateways of the same pods: {names}.',
    'Give every host to one Gateway.',
  ),
  'claims-unverified': warning(
    'IST0149',
    'The rule looks at `{header}`, but nothing verifies tokens at the pod {pod} of the Gateway {gateway}.',
    'Add a RequestAuthentication that selects the gateway.',
  ),
  'external-port-name': warning(
    'IST0150',
    'The port of an ExternalName service would take every connection to its number, whatever its address.',
    'Name the port after a protocol other than `tcp`.',
  ),
  'port-not-on-service': warning(
    'IST0162',
    'No service of the selected pods leads to port {port}.',
    'Add the port to the service of the gateway.',
  ),
  'internal-gateway': warning('IST0165', '`{value}` was made from a Kubernetes Gateway and may change at any time.'),
  'selector-of-gateway': warning(
    'IST0166',
    'The selector chooses pods of the Kubernetes Gateway {gateway}, where policies are attached by name.',
    'Name the Gateway in `targetRefs`.',
  ),
  'condition-negative': warning('IST0171', 'The status says that {type} does not hold: {reason}, {message}'),
  'subset-empty': warning(
    'IST0173',
    'The subset `{value}` selects no pod: requests to it fail with 503 (no healthy upstream).',
    'Compare the labels of the pods.',
  ),
  'rule-host-unknown': warning('IST0174', 'No service has the host `{value}`.', 'Did you mean `{suggestion}`?'),
  'protocols-conflict': warning(
    'IST0177',
    'ServiceEntries do not agree about the protocol of {host}:{port} ({protocols}): {names}.',
    'Give the port one protocol.',
  ),
} as const satisfies Readonly<Record<string, Rule>>;

export type AnalysisRule = keyof typeof ANALYSIS_RULES;

const PAGES = 'https://istio.io/latest/docs/reference/config/analysis/';

export const ANALYSIS_ENTRIES: readonly CatalogueEntry[] = Object.values(ANALYSIS_RULES).map((rule: Rule) => ({
  ...rule,
  link: `${PAGES}${rule.code.toLowerCase()}/`,
}));
