import type { CatalogueEntry, Severity } from '../../../../config';

/** One rule: what is said when it is broken. */
interface Rule {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hints: readonly string[];
}

function error(code: string, message: string, ...hints: readonly string[]): Rule {
  return { code, severity: 'error', message, hints };
}

function warning(code: string, message: string, ...hints: readonly string[]): Rule {
  return { code, severity: 'warning', message, hints };
}

function info(code: string, message: string, ...hints: readonly string[]): Rule {
  return { code, severity: 'info', message, hints };
}

/**
 * Everything that the validating webhook refuses or warns of, in our words. Codes are stable: those of upstream's
 * analyzers where it has one, else MW10xx for what kinds share and MW11xx to MW19xx for single kinds.
 */
export const RULES = {
  'annotation-reserved': error('MW1001', 'The annotation `{name}` is for the control plane alone.', 'Remove it.'),
  'dry-run-unsupported': error(
    'MW1002',
    '{kind} has no dry run.',
    'Remove the annotation; only AuthorizationPolicy knows it.',
  ),
  'spec-missing': error('MW1003', '{kind} has no `spec`.'),
  'duration-too-short': error(
    'MW1004',
    '{value} is shorter than 1ms.',
    'Write 1ms or more; leave the field out for its default.',
  ),
  'duration-too-fine': error('MW1005', '{value} is finer than whole milliseconds.', 'Round it to milliseconds.'),
  'duration-not-seconds': error('MW1006', '{value} is finer than whole seconds.', 'Round it to seconds.'),
  'label-key': error(
    'MW1007',
    '`{value}` is not a label key.',
    'A key has at most 63 letters, digits, `-`, `_` and `.`, after an optional `domain/`.',
  ),
  'label-value': error(
    'MW1008',
    '`{value}` is not a label value.',
    'A value has letters, digits, `-`, `_` and `.`, a letter or digit at either end.',
  ),
  'selector-key-empty': error('MW1009', 'A selector cannot have an empty key.'),
  'selector-wildcard': error('MW1010', 'A selector cannot have wildcards.', 'Name the exact key and value.'),
  'selector-empty': warning(
    'MW1011',
    'The selector names no label, so it chooses every workload of the namespace.',
    'Name a label, or remove the selector.',
  ),
  'target-namespace': error(
    'MW1012',
    'A target is always in the namespace of the policy.',
    'Remove `namespace`, or move the policy.',
  ),
  'target-kind': error(
    'MW1013',
    'A policy cannot be attached to {value}.',
    'Targets are Gateway, GatewayClass, Service and ServiceEntry, each with its group.',
  ),
  'export-duplicate': error(
    'MW1014',
    '`{value}` repeats an earlier entry; `.` stands for the namespace of the object.',
  ),
  'export-none': error('MW1015', '`~` is for services alone.', 'Write `.` to keep the object in its namespace.'),
  'export-name': error('MW1016', '`{value}` is neither `.`, `*` nor the name of a namespace.'),
  'export-beyond-namespace': error(
    'MW1017',
    'A DestinationRule with a workload selector holds in its own namespace only.',
    'Write `.` alone, or remove `exportTo`.',
  ),
  'export-mixed': error('MW1018', '`{value}` stands for all or none, so nothing may be written beside it.'),
  host: error(
    'MW1019',
    '`{value}` is not a host name.',
    'Use letters, digits, dashes and dots; `*` may only stand at the very front.',
  ),
  'host-short': error(
    'MW1020',
    '`{value}` has no dot; names are not completed here.',
    'Write the whole name, such as `reviews.default.svc.cluster.local`.',
  ),
  'host-partial-wildcard': error(
    'MW1021',
    'In `{value}` the `*` is not a whole first label.',
    'Write `*.` at the front.',
  ),
  'host-partial-wildcard-warning': warning(
    'MW1022',
    'In `{value}` the `*` is not a whole first label.',
    'Write `*.` at the front.',
  ),
  'host-namespace': error('MW1023', '`{value}` is not the name of a namespace, `.` or `*`.'),
  'host-or-address': error('MW1024', '`{value}` is neither a host name nor an IP address.'),
  'hosts-missing': error('MW1025', '{what} has no hosts.', 'Name one; `*` stands for all.'),
  address: error('MW1026', '`{value}` is not an IP address.'),
  'address-range': error('MW1027', '`{value}` is neither an IP address nor a range such as 10.0.0.0/8.'),
  'unix-path': error('MW1028', '`{value}` is not the absolute path of a socket.'),
  'unix-with-port': error('MW1029', 'A Unix domain socket has no port.'),
  'port-range': error('MW1030', '`{value}` is not a port: ports go from 1 to 65535.'),
  'port-name': error('MW1031', '`{value}` is not a port name.', 'Use letters, digits and dashes, at most 63.'),
  'protocol-unknown': error(
    'MW1032',
    '`{value}` is not a protocol that is known.',
    'Known are HTTP, HTTP2, GRPC, GRPC-WEB, HTTPS, TLS, TCP, UDP, MONGO, REDIS and MYSQL.',
  ),
  'target-port-without-effect': error('MW1033', 'A target port has no effect here.', 'Remove it.'),
  'namespace-name': error('MW1034', '`{value}` is not the name of a namespace.'),
  'subset-name': error(
    'MW1035',
    '`{value}` is not the name of a subset.',
    'Use letters, digits and dashes, at most 63.',
  ),
  'name-empty': error('MW1036', '{what} has no name.'),
  duplicate: error('MW1037', 'The {what} `{value}` is used a second time.'),
  negative: error('MW1038', '{value} is negative.'),
  'not-positive': error('MW1039', '{value} is not above 0.'),
  'percent-range': error('MW1040', '{value} is not a share: shares go from 0 to 100 in steps of 0.0001.'),
  'header-name': error('MW1041', '`{value}` is not the name of a header.'),
  regex: error(
    'MW1042',
    'This is not an RE2 expression: {problem}',
    'Look-around and back references are not part of RE2.',
  ),
  'regex-long': error('MW1043', 'An expression has at most {limit} characters.'),
  'tls-field-missing': error('MW1044', '{mode} needs `{field}`.', 'Name the file, or give `credentialName`.'),
  'listener-taken': warning(
    'MW1045',
    'At {listener}, proxies do not know `{value}`: another service is there before.',
    'Give one of the two an address of its own, or another port.',
  ),
  'routes-missing': error('MW1101', 'A VirtualService needs rules.', 'Write `http`, `tls` or `tcp`.'),
  'delegate-field': error(
    'MW1102',
    'Without hosts others delegate to this VirtualService, and then it has no `{field}`.',
    'Name `hosts`, or remove `{field}`.',
  ),
  'delegate-of-delegate': error('MW1103', 'A VirtualService that is delegated to cannot delegate further.'),
  'host-star-on-mesh': error(
    'MW1104',
    '`*` alone is for gateways: in the mesh it would take every host.',
    'Name the hosts, or bind the rules to gateways only.',
  ),
  'host-overlap': error('MW1105', '`{value}` overlaps `{other}` in the same list.'),
  'claim-without-gateway': error(
    'MW1106',
    '`{value}` looks into a token, which only works on gateways.',
    'Bind the rules to a gateway and not to `mesh`.',
  ),
  'gateway-reference': error(
    'MW1107',
    '`{value}` is not the name of a gateway.',
    'Write `namespace/name`, a name of this namespace, or `mesh`.',
  ),
  'gateway-reference-old': warning('MW1108', '`{value}` is the old way to name a gateway.', 'Write `{suggestion}`.'),
  'match-missing': error('MW1109', 'A TLS rule needs a condition.'),
  'match-empty': error('MW1110', 'The {what} is empty, so nothing is compared.'),
  'sni-missing': error('MW1111', 'A TLS condition needs server names.'),
  'sni-address': warning('MW1112', '`{value}` is an address; clients send no server name for addresses.'),
  'sni-not-covered': error('MW1113', '`{value}` is not covered by a host of this VirtualService.'),
  'route-missing': error(
    'MW1114',
    'The rule says nothing about where the traffic goes.',
    'Write `route`; HTTP rules may have `redirect` or `directResponse` instead.',
  ),
  'route-conflict': error('MW1115', '`{field}` has no place beside `{other}`.'),
  'weights-zero': error('MW1116', 'All weights are 0, so nothing would get the traffic.'),
  'header-internal': error(
    'MW1117',
    '`{value}` cannot be changed here.',
    'Write `rewrite.authority` to change the host.',
  ),
  'header-text': error(
    'MW1118',
    '`{value}` is not the value of a header.',
    'Write `%%` for a percent sign, and close every `%VARIABLE%`.',
  ),
  'authority-twice': error('MW1119', 'The host is written over a second time.'),
  'method-unknown': error('MW1120', '`{value}` is not an HTTP method.'),
  'fault-empty': error('MW1121', 'A fault needs `delay` or `abort`.'),
  'abort-without-error': warning(
    'MW1122',
    'The abort names no error, so nothing is aborted.',
    'Write `httpStatus` or `grpcStatus`.',
  ),
  'grpc-status': error('MW1123', '`{value}` is not a gRPC status.', 'Names are in capitals, such as `UNAVAILABLE`.'),
  'not-implemented': error('MW1124', 'Istio has never implemented this field.'),
  'status-range': error('MW1125', '{value} is not a status: statuses go from 200 to 599.'),
  'redirect-empty': error(
    'MW1126',
    'The redirect changes nothing.',
    'Write `uri`, `prefixRewrite`, `authority`, `scheme` or `port`.',
  ),
  'redirect-code': error('MW1127', '{value} is not a redirect: codes go from 300 to 399.'),
  'redirect-scheme': error('MW1128', '`{value}` is neither http nor https.'),
  'prefix-rewrite-without-prefix': error(
    'MW1129',
    'A prefix can only be replaced where every condition on the path is a prefix.',
  ),
  'body-too-large': error('MW1130', 'The body has {value} bytes; {limit} are allowed.'),
  'body-large': warning('MW1131', 'The body has {value} bytes, which every proxy gets with its configuration.'),
  'retries-off': error('MW1132', '`attempts: 0` switches retries off, so the fields beside it contradict it.'),
  'retry-condition': error(
    'MW1133',
    '`{value}` is not a condition for retries.',
    'Separate conditions by commas without spaces.',
  ),
  'rewrite-empty': error('MW1134', 'The rewrite changes nothing.', 'Write `uri`, `uriRegexRewrite` or `authority`.'),
  'regex-rewrite-incomplete': error('MW1135', 'A rewrite by expression needs `match` and `rewrite`.'),
  'delegate-not-found': warning(
    'MW1136',
    'There is no `{value}` without hosts to delegate to, so the rule is left out.',
    'Name a VirtualService without `hosts`.',
  ),
  'delegate-not-exported': warning(
    'MW1137',
    '`{value}` is not exported to this namespace, so the rule is left out.',
    'Name this namespace in its `exportTo`.',
  ),
  'delegate-contradicts': warning(
    'MW1138',
    'A rule of `{value}` is left out: its conditions contradict those of this rule.',
    'Delegates can only narrow the conditions of the rule they are called from.',
  ),
  'rule-unreachable': warning('IST0130', 'The rule {rule} is never reached: {reason}.', 'Move it up, or remove it.'),
  'match-ineffective': info(
    'IST0131',
    'The condition {match} of rule {rule} has no effect: rule {other} takes the same requests before.',
    'Move the narrower condition up.',
  ),
  'policy-empty': error('MW1201', 'The policy is empty.', 'Remove it, or say something in it.'),
  'port-policy-without-port': error('MW1202', 'The policy names no port.'),
  'tunnel-with-proxy-protocol': error('MW1203', 'A tunnel and the PROXY protocol exclude each other.'),
  'tunnel-protocol': error('MW1204', '`{value}` is neither CONNECT nor POST.'),
  'local-origin-not-split': error(
    'MW1205',
    'Failures of the proxy itself only count apart with `splitExternalLocalOriginErrors: true`.',
  ),
  'pool-empty': error('MW1206', 'The connection pool needs `tcp` or `http`.'),
  'upgrade-with-client-protocol': error('MW1207', 'The protocol of the client cannot be kept and upgraded.'),
  'keepalive-incomplete': error('MW1208', 'HTTP/2 keep-alive needs `{field}`.'),
  'ring-size-twice': error('MW1209', 'The size of the ring is given twice.', 'Remove `minimumRingSize`.'),
  'maglev-size': error(
    'MW1210',
    '{value} is not a size for the table: it is a prime below 5000011.',
    '65537 is the usual one.',
  ),
  'locality-twice': error('MW1211', '`localityLbSetting` and `zoneAwareLbSetting` exclude each other.'),
  'distribute-with-failover': error('MW1212', '`distribute` and `failover` exclude each other.'),
  'failover-topology-label': error(
    'MW1213',
    '`{value}` cannot be given here: the order of locations follows from the regions.',
  ),
  'failover-without-outlier': warning(
    'MW1214',
    'Failover only happens to endpoints that outlier detection ejects.',
    'Add `outlierDetection`.',
  ),
  'failover-same-region': error('MW1215', '`{value}` cannot fail over to itself.'),
  'failover-not-a-region': error('MW1216', 'Failover is between whole regions: no `/` and no `*`.'),
  'locality-weight': error('MW1217', '{value} is not a share: shares go from 1 to 100.'),
  'locality-weights': error('MW1218', 'The shares add up to {value} and not to 100.'),
  'locality-form': error(
    'MW1219',
    '`{value}` is not a location.',
    'Write `region/zone/subzone`; `*` may only stand at the end.',
  ),
  'locality-overlap': error('MW1220', '`{value}` overlaps a location that was named before.'),
  'credential-with-files': error('MW1221', '`{field}` has no place beside `credentialName`.'),
  'config-map-name': error(
    'MW1222',
    '`{value}` does not name a ConfigMap of the namespace {namespace}.',
    'Write `configmap://{namespace}/NAME`.',
  ),
  'verification-skipped': error(
    'MW1223',
    '`{field}` has no effect where the certificate of the server is not verified.',
    'Remove `insecureSkipVerify`.',
  ),
  'gateway-name': error('MW1301', '`{value}` is not the name of a gateway: it cannot have dots.'),
  'gateway-without-server': error('MW1302', 'A gateway needs a server.'),
  'redirect-without-http': warning('MW1303', 'A redirect to HTTPS only works on HTTP servers.'),
  'tls-missing': error('MW1304', 'A server for {value} needs `tls`.'),
  'tls-without-tls-port': error(
    'MW1305',
    'A server for {value} has no TLS settings.',
    'Use HTTPS or TLS as the protocol; plain HTTP may only have `httpsRedirect`.',
  ),
  'old-tls-without-ciphers': warning(
    'MW1306',
    'Versions before 1.2 need ciphers that are not offered by default.',
    'Name them in `cipherSuites`.',
  ),
  'cipher-unknown': warning('MW1307', '`{value}` is not a cipher that is known; it is left out.'),
  'cipher-duplicate': warning('MW1308', '`{value}` is named twice.'),
  'istio-mutual-with-certificate': error(
    'MW1309',
    '`{field}` has no place in ISTIO_MUTUAL: Istio provides the certificates.',
  ),
  'passthrough-with-certificate': warning('MW1310', '{mode} does not end TLS, so `{field}` is not used.'),
  'certificate-twice': error('MW1311', 'The certificate comes from more than one place: {fields}.'),
  'revocations-with-credential': error('MW1312', 'Revoked certificates belong into the secret.', 'Remove `caCrl`.'),
  'revocations-with-simple': error(
    'MW1313',
    'SIMPLE asks clients for no certificate, so none can be revoked.',
    'Remove `caCrl`.',
  ),
  'server-host-taken': warning(
    'MW1314',
    'The server is left out: one before it has a host of it at the same port.',
    'Remove the host from one of them, or use another port.',
  ),
  'server-port-taken': warning(
    'MW1315',
    'The server is left out: one before it uses the port in another way.',
    'Use another port.',
  ),
  'endpoints-with-selector': error('MW1401', 'Endpoints are either listed or selected.'),
  'range-with-resolution': error(
    'MW1402',
    'A range such as {value} cannot be resolved by {resolution}.',
    'Use NONE or STATIC.',
  ),
  'tcp-without-address': warning(
    'MW1403',
    'Without an address this port takes all traffic of its number that nothing else claims.',
    'Give `addresses`, or name a protocol with a host such as HTTP or TLS.',
  ),
  'endpoints-with-none': error(
    'MW1404',
    'Resolution NONE uses the address that the client dialled, so it has no endpoints.',
  ),
  'selector-with-none': warning(
    'MW1405',
    'Resolution NONE uses the address that the client dialled, so the selector has no effect.',
  ),
  'host-not-resolvable': error('MW1406', '`{value}` cannot be resolved.', 'Name hosts without `*`, or list endpoints.'),
  'endpoints-beyond-one': error('MW1407', 'DNS_ROUND_ROBIN takes one endpoint.'),
  'hosts-share-address': warning('MW1408', 'Several hosts share an address, and TCP does not say which is meant.'),
  'hosts-indistinguishable': error(
    'MW1409',
    'The service has several hosts, and nothing on this port says which is meant.',
    'Use one ServiceEntry per host, or HTTP or TLS.',
  ),
  'dynamic-without-wildcard': error('MW1410', 'DYNAMIC_DNS is for hosts that start with `*`; `{value}` does not.'),
  'dynamic-field': error('MW1411', '`{field}` has no place in DYNAMIC_DNS: the request names the host.'),
  'dynamic-protocol': error('MW1412', 'DYNAMIC_DNS serves HTTP, HTTP2, GRPC and TLS, not `{value}`.'),
  'dynamic-with-waypoint': error('MW1413', 'DYNAMIC_DNS inside the mesh does not work with waypoints.'),
  'endpoint-port-unknown': error('MW1414', 'The service has no port called `{value}`.'),
  'unix-with-ports': error('MW1415', 'A Unix domain socket serves exactly one port.'),
  'address-missing': error('MW1416', 'A workload needs an address.'),
  'address-of-network': warning(
    'MW1417',
    'The workload has no address and is reached through the gateways of the network {value}.',
  ),
  'probe-empty': error(
    'MW1418',
    'The probe says nothing about how health is looked at.',
    'Write `httpGet`, `tcpSocket` or `exec`.',
  ),
  'probe-scheme': error('MW1419', '`{value}` is neither HTTP nor HTTPS.'),
  'command-empty': error('MW1420', 'The command is empty.'),
  'sidecar-empty': error(
    'MW1501',
    'The Sidecar says nothing.',
    'Write `egress`, `ingress` or `outboundTrafficPolicy`.',
  ),
  'default-endpoint': error(
    'MW1502',
    '`{value}` is not an endpoint.',
    'Write `127.0.0.1:PORT`, `0.0.0.0:PORT`, `[::1]:PORT`, `[::]:PORT`, `:PORT` or `unix:///PATH`.',
  ),
  'sidecar-tls-field': error('MW1503', 'Sidecars do not support `{field}`.'),
  'sidecar-tls-mode': error('MW1504', 'Sidecars do not support {value}.'),
  'http-pool-without-http': warning('MW1505', 'The port is not HTTP, so the HTTP limits have no effect.'),
  'egress-catch-all-not-last': error(
    'MW1506',
    'The listener without a port takes everything, so it comes last and only once.',
  ),
  'egress-host-form': error('MW1507', '`{value}` names no namespace.', 'Write `namespace/host`, `./host` or `*/host`.'),
  'egress-host-twice': warning('MW1508', '`{value}` is imported already.'),
  'egress-all-and-more': warning('MW1509', '`*/*` imports everything, so the other hosts say nothing.'),
  'unix-captured': error(
    'MW1510',
    'Traffic for a Unix domain socket cannot be captured.',
    'Write `captureMode: NONE`.',
  ),
  'egress-proxy-mode': error('MW1511', 'An egress proxy needs `mode: ALLOW_ANY`.'),
  'egress-proxy-port': error('MW1512', 'The egress proxy needs a port.'),
  'dry-run-action': error('MW1601', 'A dry run is for ALLOW and DENY, not for {action}.'),
  'dry-run-value': error('MW1602', '`{value}` is neither true nor false.'),
  'provider-without-custom': error('MW1603', 'A provider is for CUSTOM, not for {action}.'),
  'provider-missing': error('MW1604', 'CUSTOM needs the name of a provider.'),
  'rules-missing': error(
    'MW1605',
    '{action} without rules never matches.',
    'Write `rules: [{}]` to match every request.',
  ),
  'not-for-custom': error('MW1606', 'CUSTOM cannot look at `{field}`.'),
  'list-empty': error('MW1607', '`{field}` is empty.', 'Remove it to match everything.'),
  'part-empty': error('MW1608', '`{field}` is missing or says nothing.'),
  'service-accounts-with-identities': error(
    'MW1609',
    'Service accounts have no place beside principals and namespaces.',
  ),
  'value-empty': error('MW1610', 'The value is empty.'),
  'values-missing': error('MW1611', '`{value}` is compared with nothing.', 'Write `values` or `notValues`.'),
  'too-many-values': error('MW1612', 'There are more than {limit} values.'),
  'service-account': error(
    'MW1613',
    '`{value}` is not a service account.',
    'Write `ACCOUNT` or `NAMESPACE/ACCOUNT`, without wildcards.',
  ),
  'trust-domain': error(
    'MW1614',
    '`{value}` is not a trust domain.',
    '`*` may stand alone, at the start or at the end; there is no `/`.',
  ),
  'path-template': error(
    'MW1615',
    '`{value}` is not a path.',
    '`{*}` and `{**}` are whole segments, and `{**}` is the last of them.',
  ),
  'attribute-form': error('MW1616', '`{value}` needs a name in brackets.', 'Write `request.headers[NAME]`.'),
  'attribute-outdated': error(
    'MW1617',
    '`{value}` is no longer known.',
    'Use the namespace and the selector of the policy.',
  ),
  'attribute-unknown': error('MW1618', '`{value}` is not an attribute.'),
  'deny-covers-tcp': warning(
    'MW1619',
    'TCP has none of these attributes, so the rule refuses every TCP connection of the workload.',
    'Name the ports that are meant.',
  ),
  'port-mtls-without-selector': error('MW1620', 'Modes for single ports need a selector.'),
  'provider-unknown': warning(
    'MW1621',
    'The mesh has no authorizer `{value}` that works, so that everything which the rules match is denied.',
    'Write one of {known}.',
    'Add it to `extensionProviders` of the mesh configuration, with a service and a port that exist.',
  ),
  'issuer-missing': error('MW1701', 'A rule needs `issuer` or `jwksUri`.'),
  'jwks-uri': error('MW1702', '`{value}` is not an http or https address.'),
  jwks: error('MW1703', 'This is not a JSON Web Key Set.'),
  'jwks-secret': warning(
    'MW1704',
    'Key {index} contains a secret; only public keys are needed here.',
    'Remove the secret part.',
  ),
  'several-unsupported': warning('MW1801', 'Only the first {what} is used.'),
  expression: error('MW1802', 'This is not a CEL expression.'),
  'tag-unnamed': warning('MW1803', 'A tag needs a name.'),
  'tag-without-value': error('MW1804', 'UPSERT needs a value.'),
  'tag-with-value': error('MW1805', 'REMOVE takes no value.'),
  'module-url': error(
    'MW1901',
    '`{value}` is not the address of a module.',
    'Write `oci://`, `http://`, `https://` or `file://`.',
  ),
  'host-variable-with-value': error('MW1902', 'A variable from the proxy has no value of its own.'),
  'patch-incomplete': error('MW1903', 'The patch has no `{field}`.'),
  'patch-match': error('MW1904', '{applyTo} is matched by `{field}`.'),
  'waypoint-match': error('MW1905', 'WAYPOINT and `waypoint` belong together.'),
  'proxy-version-long': warning('MW1906', 'An expression of more than {limit} characters is ignored.'),
  'filter-match-without-effect': warning('MW1907', '{applyTo} is not matched by filter.'),
  'sub-filter': error(
    'MW1908',
    'Only HTTP_FILTER inside the HTTP connection manager is matched by a filter inside a filter.',
  ),
  'filter-name-old': warning('MW1909', '`{value}` is the old name of a filter.', 'Names start with `envoy.filters.`.'),
} as const satisfies Readonly<Record<string, Rule>>;

/** Names a rule where it is applied. */
export type RuleName = keyof typeof RULES;

const REFERENCE = 'https://istio.io/latest/docs/reference/config/';

/** Upstream's page about the kinds of each range of codes. */
const PAGES: Readonly<Record<string, string>> = {
  MW11: 'networking/virtual-service/',
  MW12: 'networking/destination-rule/',
  MW13: 'networking/gateway/',
  MW14: 'networking/service-entry/',
  MW15: 'networking/sidecar/',
  MW16: 'security/authorization-policy/',
  MW17: 'security/request_authentication/',
  MW18: 'telemetry/',
  MW19: 'networking/envoy-filter/',
};

function linkOf(code: string): string {
  if (code.startsWith('IST')) return `${REFERENCE}analysis/${code.toLowerCase()}/`;
  return `${REFERENCE}${PAGES[code.slice(0, 4)] ?? ''}`;
}

/** The rules as entries of the catalogue of findings. */
export const ISTIO_ENTRIES: readonly CatalogueEntry[] = Object.values(RULES).map((rule: Rule) => ({
  code: rule.code,
  severity: rule.severity,
  message: rule.message,
  ...(rule.hints.length === 0 ? {} : { hints: rule.hints }),
  link: linkOf(rule.code),
}));
