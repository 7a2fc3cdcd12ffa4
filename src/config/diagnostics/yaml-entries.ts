import type { CatalogueEntry } from './catalogue';

/** Findings about the text itself, before anything is known about kinds. */
export const YAML_ENTRIES: readonly CatalogueEntry[] = [
  {
    code: 'MW0001',
    severity: 'error',
    message: 'This is not valid YAML: {detail}',
  },
  {
    code: 'MW0002',
    severity: 'error',
    message: 'The key `{key}` is written twice in the same object.',
    hints: ['Remove one of them, or merge what is below them.'],
    at: 'key',
  },
  {
    code: 'MW0003',
    severity: 'error',
    message: 'A tab is used for indentation.',
    hints: ['YAML indents with spaces only.'],
  },
  {
    code: 'MW0004',
    severity: 'error',
    message: 'The indentation does not fit the lines around it: {detail}',
    hints: ['Entries of one object or list start in the same column.'],
  },
  {
    code: 'MW0005',
    severity: 'error',
    message: 'Aliases in this document expand to more than {limit} values.',
    hints: ['Write the repeated part out, or use fewer aliases.'],
  },
  {
    code: 'MW0006',
    severity: 'error',
    message: 'This file has {size} characters; files over {limit} are not read.',
    hints: ['Split it into several files.'],
  },
  {
    code: 'MW0007',
    severity: 'error',
    message: 'This file is not text: it contains the control character {character}.',
    hints: ['Only YAML and JSON text can be read.'],
  },
  {
    code: 'MW0008',
    severity: 'error',
    message: 'The alias `*{name}` has no anchor `&{name}` before it in this document.',
  },
  {
    code: 'MW0009',
    severity: 'error',
    message: 'Values are nested more than {limit} levels deep.',
  },
  {
    code: 'MW0010',
    severity: 'error',
    message: 'A key must be a text, a number or a boolean.',
    at: 'key',
  },
  {
    code: 'MW0011',
    severity: 'error',
    message: 'A merge key `<<` takes an object or a list of objects.',
    at: 'key',
  },
  {
    code: 'MW0012',
    severity: 'error',
    message: 'A bracket or quote is never closed, or is closed in the wrong place: {detail}',
  },
  {
    code: 'MW0013',
    severity: 'error',
    message: 'There are more than {limit} problems in this file; the rest is not listed.',
  },
  {
    code: 'MW0014',
    severity: 'error',
    message: 'An alias refers to the value it is part of.',
  },
  {
    code: 'MW0015',
    severity: 'error',
    message: 'A second `key: value` starts inside a value.',
    hints: ['Put the value in quotes if the colon belongs to it, else start a new line.'],
  },
  {
    code: 'MW0016',
    severity: 'error',
    message: 'A key and its colon have to stand on one line: a colon is missing here, or a quote is not closed.',
  },
  {
    code: 'MW0017',
    severity: 'error',
    message: 'A value without quotes cannot start with this character.',
    hints: ['Put the value in quotes.'],
  },
  {
    code: 'MW0018',
    severity: 'error',
    message: 'This file has more than {limit} keys and values up to here; such a file is not read.',
    hints: ['Split it into several files.'],
  },
];
