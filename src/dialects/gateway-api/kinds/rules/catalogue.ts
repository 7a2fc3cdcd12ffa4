import type { CatalogueEntry, ConfigPath, DiagnosticBag, Severity } from '../../../../config';

interface Rule {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hints: readonly string[];
}

function error(code: string, message: string, ...hints: readonly string[]): Rule {
  return { code, severity: 'error', message, hints };
}

/** What the API server refuses by the rules in the definitions of the kinds, in our words. Codes are stable. */
export const RULES = {
  'parent-ambiguous': error(
    'MW2001',
    'Several parents name {value}; each has to say which listener or port it means.',
    'Add `sectionName` or `port`, different in each.',
  ),
  'backend-port-missing': error('MW2002', 'A Service as backend needs `port`.', 'Write the port of the Service.'),
  'rule-name-twice': error('MW2003', 'Two rules have the name `{value}`.'),
  'too-many-matches': error('MW2004', 'A route has at most {limit} matches; there are {count}.', 'Split the route.'),
  'path-not-absolute': error('MW2005', 'The path `{value}` does not begin with `/`.', 'Begin it with `/`.'),
  'path-malformed': error('MW2006', 'The path `{value}` contains {what}, which no request has.'),
  'filter-field-missing': error('MW2007', 'A filter of type {type} needs `{field}`.'),
  'filter-field-foreign': error('MW2008', '`{field}` does not belong to a filter of type {type}.'),
  'filter-twice': error('MW2009', 'A filter of type {type} may stand here once only.'),
  'redirect-and-rewrite': error('MW2010', 'A redirect and a rewrite exclude each other.', 'Keep one of them.'),
  'redirect-with-backends': error(
    'MW2011',
    'A redirect answers by itself, so the rule cannot have backends.',
    'Remove `backendRefs`, or the redirect.',
  ),
  'prefix-without-match': error(
    'MW2012',
    '`ReplacePrefixMatch` needs exactly one match, of type PathPrefix.',
    'Give the rule one match of type PathPrefix.',
  ),
  'path-modifier-field': error('MW2013', '{type} needs `{field}`, and nothing else.'),
  'mirror-share-twice': error('MW2014', '`percent` and `fraction` exclude each other.', 'Keep one of them.'),
  'fraction-above-one': error('MW2015', 'The numerator {numerator} is above the denominator {denominator}.'),
  'timeout-order': error('MW2016', '`backendRequest` is longer than `request`, which ends everything.'),
  'star-not-alone': error('MW2017', '`*` stands for all, so nothing may be written beside it.'),
  'grpc-method-empty': error('MW2018', 'A method match needs `service` or `method`.'),
  'session-carrier': error('MW2019', 'A session of type {type} needs `{field}`, and nothing of the other type.'),
  'session-lifetime': error('MW2020', 'A permanent cookie needs `absoluteTimeout`.'),
  'listener-name-twice': error('MW2021', 'Two listeners have the name `{value}`.'),
  'listener-twice': error(
    'MW2022',
    'The listener repeats port, protocol and host of the listener `{other}`.',
    'Change one of the three.',
  ),
  'tls-unexpected': error('MW2023', 'A listener for {protocol} has no `tls`.', 'Remove it, or use HTTPS or TLS.'),
  'https-passthrough': error('MW2024', 'TLS of an HTTPS listener always ends there.', 'Use the protocol TLS.'),
  'tls-missing': error('MW2025', 'A listener for TLS needs `tls.mode`.'),
  'host-unexpected': error('MW2026', 'A listener for {protocol} has no `hostname`: nothing tells hosts apart.'),
  'certificate-missing': error('MW2027', 'TLS that ends here needs `certificateRefs`.', 'Name a Secret.'),
  'authority-choice': error('MW2028', 'Write one of `caCertificateRefs` and `wellKnownCACertificates`.'),
  'alt-name-field': error('MW2029', 'A name of type {type} needs `{field}`, and nothing else.'),
  'port-twice': error('MW2030', 'The port {value} has settings twice.'),
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof RULES;

const LINK = 'https://gateway-api.sigs.k8s.io/reference/spec/';

export const KIND_ENTRIES: readonly CatalogueEntry[] = Object.values(RULES).map((rule: Rule) => ({
  ...rule,
  link: LINK,
}));

export type Report = (rule: RuleName, path: ConfigPath, values?: Readonly<Record<string, string | number>>) => void;

export function reportTo(bag: DiagnosticBag): Report {
  return (rule, path, values) => bag.report(RULES[rule].code, path, values);
}
