/** What counts as a well-formed name, and when two host names overlap. */

const LABEL = '[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?';
const DNS_LABEL = new RegExp(`^${LABEL}$`);
const WILDCARD_LABEL = new RegExp(`^(?:\\*|(?:\\*|\\*-)?${LABEL})$`);
const LABEL_KEY = new RegExp(`^(${LABEL}(?:\\.${LABEL})*/)?((?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`);
const LABEL_VALUE = /^(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const DNS_LABEL_MAX = 63;
const DOMAIN_MAX = 255;
const LABEL_PREFIX_MAX = 253;

/** Start of the server names that AUTO_PASSTHROUGH uses. istio/istio pkg/config/validation/agent/validation.go */
const GENERATED_SNI_PREFIX = 'outbound';

/** istio/istio pkg/config/labels/instance.go (IsDNS1123Label): upper case is let through, unlike in Kubernetes. */
export function isDnsLabel(text: string): boolean {
  return text.length <= DNS_LABEL_MAX && DNS_LABEL.test(text);
}

/** istio/istio pkg/config/validation/agent/validation.go (ValidateDNS1123Labels) */
function hasDnsLabels(domain: string): boolean {
  const labels = domain.split('.');
  const last = labels.at(-1) ?? '';
  if (/^[-+]?\d+$/.test(last)) return false;
  // The last part may be empty, for names that end in a dot; what follows an empty part is never looked at.
  return labels.every((label, index) => isDnsLabel(label) || (label === '' && index === labels.length - 1));
}

function hasDomainLength(name: string): boolean {
  return name.length > 0 && name.length <= DOMAIN_MAX;
}

/** istio/istio pkg/config/validation/agent/validation.go (ValidateFQDN) */
export function isDomainName(text: string): boolean {
  return hasDomainLength(text) && hasDnsLabels(text);
}

/** A domain name whose first label may be or start with `*`. istio/istio pkg/config/validation/agent/validation.go (ValidateWildcardDomain) */
export function isWildcardDomain(text: string): boolean {
  if (!hasDomainLength(text)) return false;
  const dot = text.indexOf('.');
  const first = dot < 0 ? text : text.slice(0, dot);
  if (first.length > DNS_LABEL_MAX || !WILDCARD_LABEL.test(first)) return false;
  return dot < 0 || hasDnsLabels(text.slice(dot + 1));
}

/**
 * As {@link isWildcardDomain}, and names of the form `outbound_.80_._.reviews.default.svc.cluster.local` where `sni`.
 * istio/istio pkg/config/validation/agent/validation.go (ValidateWildcardDomainForVirtualServiceBoundToGateway)
 */
export function isGatewayDomain(text: string, sni: boolean): boolean {
  if (!sni || !text.startsWith(`${GENERATED_SNI_PREFIX}_`)) return isWildcardDomain(text);
  if (!hasDomainLength(text)) return false;
  const parts = text.split('_');
  if (parts.length < 4) return false;
  return /\d/.test(parts[1] ?? '') && /[a-zA-Z]/.test(parts[3] ?? '');
}

/** A wildcard that is not a whole first label: `*foo.com`. istio/istio pkg/config/validation/agent/validation.go (ValidatePartialWildCard) */
export function isPartialWildcard(host: string): boolean {
  return host.includes('*') && host.length !== 1 && !host.startsWith('*.');
}

/** istio/istio pkg/config/labels/instance.go (validateTagKey) */
export function isLabelKey(key: string): boolean {
  const match = LABEL_KEY.exec(key);
  if (match === null) return false;
  const prefix = match[1] ?? '';
  return prefix.length - 1 <= LABEL_PREFIX_MAX && (match[2] ?? '').length <= DNS_LABEL_MAX;
}

/** istio/istio pkg/config/labels/instance.go (labelValueRegexp) */
export function isLabelValue(value: string): boolean {
  return LABEL_VALUE.test(value);
}

/** `@request.auth.claims.NAME` or `@request.auth.claims[NAME]`. istio/istio pkg/jwt/routing.go (ToRoutingClaim) */
export function isClaimHeader(name: string): boolean {
  return /^@request\.auth\.claims(?:\..+|\[.+\])$/i.test(name);
}

/** The absolute path of a Unix domain socket, or an abstract one. istio/istio pkg/config/validation/validation.go (ValidateUnixAddress) */
export function isUnixAddress(path: string): boolean {
  return path.startsWith('@') || (path.startsWith('/') && !path.endsWith('/'));
}
