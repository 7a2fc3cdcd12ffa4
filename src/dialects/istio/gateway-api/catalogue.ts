import type { CatalogueEntry, ConfigPath, ObjectRef, Severity } from '../../../config';
import type { ConfigOrigin } from '../../../xds';

interface Rule {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hints: readonly string[];
}

function warning(code: string, message: string, ...hints: readonly string[]): Rule {
  return { code, severity: 'warning', message, hints };
}

/**
 * What the translation leaves out, in the place of the conditions that istiod writes into the status of the objects.
 * istio/istio pilot/pkg/config/kube/gateway/conditions.go
 */
export const GATEWAY_API_RULES = {
  'class-unknown': warning(
    'MW2101',
    'No implementation here serves the class `{value}`, so the Gateway has no effect.',
    'Write `gatewayClassName: istio`, or add a GatewayClass with the controller `istio.io/gateway-controller`.',
  ),
  'parent-missing': warning('MW2102', 'There is no {kind} `{value}` to attach to.', 'Compare name and namespace.'),
  'parent-kind': warning('MW2103', 'Routes do not attach to a {kind}.', 'Use a Gateway, or a Service for the mesh.'),
  'listener-missing': warning('MW2104', '`{parent}` has no listener with the {what} {value}.', 'It has {known}.'),
  'kind-not-allowed': warning('MW2105', 'No listener of `{parent}` takes a {kind}.', 'Compare protocol and kinds.'),
  'namespace-not-allowed': warning(
    'MW2106',
    'No listener of `{parent}` takes routes of the namespace {namespace}.',
    'Widen `allowedRoutes.namespaces` of the listener.',
  ),
  'hosts-not-served': warning(
    'MW2107',
    'No listener of `{parent}` serves any of these hosts.',
    'The listeners serve {known}.',
  ),
  'backend-missing': warning(
    'MW2108',
    'There is no {kind} `{value}`: its share of the traffic fails.',
    'Compare name and namespace.',
  ),
  'backend-port-missing': warning(
    'MW2109',
    'The Service `{service}` has no port {port}: its share of the traffic fails.',
    'It has {known}.',
  ),
  'reference-not-granted': warning(
    'MW2110',
    'A {kind} of the namespace {from} may not refer to {value}: it counts as missing.',
    'Add a ReferenceGrant in the namespace {to}.',
  ),
  'backend-kind': warning('MW2111', 'A {kind} cannot be a backend: its share of the traffic fails.', 'Use a Service.'),
  'backend-invalid': warning('MW2112', '{problem} The whole route is left out.'),
  'filter-unsupported': warning(
    'MW2113',
    'Istio does not implement the filter {type} here. The whole route is left out.',
  ),
  'listener-conflict': warning(
    'MW2114',
    'The listener `{other}` has the port already, so this one is left out.',
    'Change port or host.',
  ),
  'listener-protocol': warning('MW2115', 'Istio does not serve the protocol {value}.', 'Use HTTP, HTTPS, TLS or TCP.'),
  'listener-certificate': warning(
    'MW2116',
    'There is no {kind} `{value}` with a certificate, so the listener is left out.',
    'Add the {kind}.',
  ),
  'listener-certificates': warning('MW2117', 'A listener shows two certificates at most; it is left out.'),
  'set-not-allowed': warning(
    'MW2118',
    'The Gateway `{parent}` takes no listeners from the namespace {namespace}.',
    'Widen `allowedListeners` of the Gateway.',
  ),
  'policy-target-missing': warning(
    'MW2119',
    'There is no {kind} `{value}` that the policy could be for.',
    'Compare the name.',
  ),
  'policy-port-missing': warning('MW2120', 'The target has no port with the name `{value}`.', 'It has {known}.'),
  'policy-conflict': warning(
    'MW2121',
    'The policy `{other}` is older and for the same target; this one has no effect.',
  ),
  'policy-authority-missing': warning(
    'MW2122',
    'There is no ConfigMap `{value}` with an authority: no connection to the backend is trusted.',
    'Add the ConfigMap.',
  ),
} as const satisfies Readonly<Record<string, Rule>>;

export type GatewayApiRule = keyof typeof GATEWAY_API_RULES;

const LINK = 'https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/';

export const GATEWAY_API_FINDING_ENTRIES: readonly CatalogueEntry[] = Object.values(GATEWAY_API_RULES).map(
  (rule: Rule) => ({ ...rule, link: LINK }),
);

/** One thing that was left out, and where it is written. */
export interface GatewayApiFinding {
  readonly rule: GatewayApiRule;
  readonly origin: ConfigOrigin;
  readonly values: Readonly<Record<string, string | number>>;
}

export type ReportFinding = (
  ref: ObjectRef,
  rule: GatewayApiRule,
  path: ConfigPath,
  values?: Readonly<Record<string, string | number>>,
) => void;
