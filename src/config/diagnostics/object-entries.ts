import type { CatalogueEntry } from './catalogue';

const CONVENTIONS = 'https://kubernetes.io/docs/concepts/overview/working-with-objects/';

/** Findings about objects as the API server would see them, and about their fields. */
export const OBJECT_ENTRIES: readonly CatalogueEntry[] = [
  {
    code: 'MW0101',
    severity: 'error',
    message: 'A manifest is an object with apiVersion, kind and metadata; this is {found}.',
    link: CONVENTIONS,
  },
  {
    code: 'MW0102',
    severity: 'error',
    message: 'The field `{field}` is missing or not a text: nothing says what this object is.',
    hints: ['Did you mean `{field}: {suggestion}`?'],
    link: CONVENTIONS,
  },
  {
    code: 'MW0103',
    severity: 'error',
    message: '{kind} has no name.',
    hints: ['Write `metadata.name`.'],
    at: 'key',
    link: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/',
  },
  {
    code: 'MW0104',
    severity: 'error',
    message: '{kind} {name} is defined a second time; the first one, in {first}, stays.',
    hints: ['Rename one of them, or remove it.'],
  },
  {
    code: 'MW0105',
    severity: 'info',
    message: '{kind} ({group}) is not simulated: the object is kept and shown, and has no effect.',
    hints: ['Did you mean {suggestion}?'],
  },
  {
    code: 'MW0106',
    severity: 'warning',
    message: '{apiVersion} does not serve {kind}; the object is kept and has no effect.',
    hints: ['Write `apiVersion: {suggestion}`.'],
    fix: '{suggestion}',
  },
  {
    code: 'MW0107',
    severity: 'error',
    message: '`items` of a list must be a list of objects.',
  },
  {
    code: 'MW0108',
    severity: 'error',
    message: 'The name `{name}` is not allowed: {expected}.',
    link: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/',
  },
  {
    code: 'MW0109',
    severity: 'error',
    message: 'More than {limit} objects are loaded; the rest is not read.',
  },
  {
    code: 'MW0201',
    severity: 'error',
    message: '{kind} has no field `{field}` here.',
    hints: [
      'YAML reads `y`, `on`, `n`, `off` and the like as {word}; put the key in quotes.',
      'Did you mean `{suggestion}`?',
      '`{field}` belongs to {place}; check the indentation.',
    ],
    fix: '{suggestion}',
    at: 'key',
  },
  {
    code: 'MW0202',
    severity: 'error',
    message: '`{field}` must be {expected}; this is {found}.',
    hints: ['{fix}'],
    fix: '{replacement}',
  },
  {
    code: 'MW0203',
    severity: 'error',
    message: '`{field}` does not know {found}; it takes {expected}.',
    hints: ['Did you mean `{suggestion}`?'],
    fix: '{suggestion}',
  },
  {
    code: 'MW0204',
    severity: 'error',
    message: '`{field}` must be {expected}; this is {found}.',
  },
  {
    code: 'MW0205',
    severity: 'error',
    message: '`{field}` is required in {place}.',
    at: 'key',
  },
  {
    code: 'MW0206',
    severity: 'error',
    message: 'Only one of {fields} may be written; `{first}` is there already.',
    at: 'key',
  },
  {
    code: 'MW0207',
    severity: 'error',
    message: 'One of {fields} is required in {place}.',
    at: 'key',
  },
  {
    code: 'MW0208',
    severity: 'error',
    message: '`{field}` must be {expected}; this is {found}.',
    hints: ['{fix}'],
  },
  {
    code: 'MW0209',
    severity: 'error',
    message: '`{field}` must have {expected}; this has {found}.',
  },
  {
    code: 'MW0210',
    severity: 'warning',
    message: '`{field}` is deprecated. {instead}',
    at: 'key',
  },
  {
    code: 'MW0211',
    severity: 'error',
    message: 'The key `{field}` must be {expected}.',
    at: 'key',
  },
  {
    code: 'MW0212',
    severity: 'error',
    message: 'There are more than {limit} problems in this object; the rest is not listed.',
  },
];
