/** The name that stands for the trust domain of the mesh, whatever that is called. */
const LOCAL_TRUST_DOMAIN = 'cluster.local';
/** `DOMAIN/ns/NAMESPACE/sa/ACCOUNT` */
const PRINCIPAL_PARTS = 5;

/** The trust domain of the mesh and its other names, in that order. */
export type TrustDomains = readonly string[];

function beginsAs(text: string, pattern: string): boolean {
  return pattern.endsWith('*') && text.startsWith(pattern.slice(0, -1));
}

function endsAs(text: string, pattern: string): boolean {
  return pattern.startsWith('*') && text.endsWith(pattern.slice(1));
}

/** Either side may carry the wildcard. istio/istio pilot/pkg/security/trustdomain/util.go (stringMatch) */
function isOneOf(domain: string, trustDomains: TrustDomains): boolean {
  return trustDomains.some(
    (known) =>
      known === domain ||
      known === '*' ||
      beginsAs(domain, known) ||
      beginsAs(known, domain) ||
      endsAs(domain, known) ||
      endsAs(known, domain),
  );
}

/**
 * A principal of the mesh holds under every name of its trust domain; one of another domain stays as it is.
 * istio/istio pilot/pkg/security/trustdomain/bundle.go (ReplaceTrustDomainAliases)
 */
export function underTrustDomainAliases(principals: readonly string[], trustDomains: TrustDomains): readonly string[] {
  return principals.flatMap((principal) => {
    const parts = principal.split('/');
    const [domain = ''] = parts;
    if (parts.length !== PRINCIPAL_PARTS || domain === '*') return [principal];
    if (domain !== LOCAL_TRUST_DOMAIN && !isOneOf(domain, trustDomains)) return [principal];
    const rest = principal.slice(domain.length);
    return [...new Set(trustDomains.map((known) => (endsAs(known, domain) ? principal : `${known}${rest}`)))];
  });
}

/** istio/istio pilot/pkg/security/trustdomain/bundle.go (ExpandTrustDomainAliases) */
export function withTrustDomainAliases(domains: readonly string[], trustDomains: TrustDomains): readonly string[] {
  return [...new Set(domains.flatMap((domain) => (trustDomains.includes(domain) ? trustDomains : [domain])))];
}
