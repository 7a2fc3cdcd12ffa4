import type { CatalogueEntry } from './catalogue';

/** Findings by the rules of Kubernetes' own kinds and of the playground's. */
export const KIND_ENTRIES: readonly CatalogueEntry[] = [
  {
    code: 'MW0301',
    severity: 'error',
    message: 'The selector does not match the labels of the pod template: `{key}` is {wanted} here and {found} there.',
    hints: ['Give the template the labels of the selector.'],
    link: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector',
  },
  {
    code: 'MW0302',
    severity: 'error',
    message: 'A {kind} needs a selector that is not empty.',
    link: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector',
  },
  {
    code: 'MW0303',
    severity: 'error',
    message: 'Every port of a service with several ports needs a name.',
    link: 'https://kubernetes.io/docs/concepts/services-networking/service/#multi-port-services',
  },
  {
    code: 'MW0304',
    severity: 'error',
    message: 'The {what} `{value}` is used twice in this list.',
  },
  {
    code: 'MW0305',
    severity: 'error',
    message: 'The name `{name}` is not allowed for a {kind}: {expected}.',
    link: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/',
  },
  {
    code: 'MW0306',
    severity: 'error',
    message: 'A service of type ExternalName needs `externalName`.',
    link: 'https://kubernetes.io/docs/concepts/services-networking/service/#externalname',
  },
  {
    code: 'MW0307',
    severity: 'error',
    message: 'A service needs at least one port unless it is headless or an ExternalName.',
    link: 'https://kubernetes.io/docs/concepts/services-networking/service/',
  },
  {
    code: 'MW0308',
    severity: 'error',
    message: 'The operator {operator} {expected}.',
    link: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements',
  },
  {
    code: 'MW0309',
    severity: 'error',
    message: 'maxUnavailable and maxSurge cannot both be 0: the rollout could never move.',
    link: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment',
  },
  {
    code: 'MW0310',
    severity: 'error',
    message: 'The restart policy of the pods of a {kind} must be Always.',
  },
  {
    code: 'MW0401',
    severity: 'error',
    message: '`{field}` is not a URL that can be called: {reason}.',
    hints: ['Write scheme, host, port and path, such as http://reviews:9080/reviews/0.'],
  },
  {
    code: 'MW0402',
    severity: 'error',
    message: 'Weights must add up to more than 0.',
  },
  {
    code: 'MW0403',
    severity: 'error',
    message: 'Percentiles must not fall: {lower} is {lowerValue}, {upper} is {upperValue}.',
  },
  {
    code: 'MW0404',
    severity: 'error',
    message: 'A behaviour has to say which pods it belongs to.',
    hints: ['Write `selector.matchLabels`, `images` or `services`.'],
  },
  {
    code: 'MW0405',
    severity: 'error',
    message: '`{field}` must be later than `{earlier}`.',
  },
  {
    code: 'MW0406',
    severity: 'error',
    message: 'A fault of kind {kind} cannot hit {target}; it takes {expected}.',
  },
];
