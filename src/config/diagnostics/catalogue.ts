import { assert } from '../../base';
import type { Severity } from '../diagnostic';

/** One entry: everything about a finding that does not depend on where it was found. */
export interface CatalogueEntry {
  /** Stable for ever; tests and links refer to it. */
  readonly code: string;
  readonly severity: Severity;
  /** Sentence with `{placeholders}`. */
  readonly message: string;
  /** What to do, most specific first. The first hint whose placeholders all have values is shown. */
  readonly hints?: readonly string[];
  /** Template of the text that replaces what is underlined; offered when all of its placeholders have values. */
  readonly fix?: string;
  readonly link?: string;
  /** What to underline: the field's name or (default) its value. */
  readonly at?: 'key' | 'value';
}

/** The table of all findings, by code. */
export interface Catalogue {
  readonly entries: readonly CatalogueEntry[];
  entry(code: string): CatalogueEntry;
}

export type TemplateValues = Readonly<Record<string, string | number>>;

const PLACEHOLDER = /\{([a-zA-Z]+)\}/g;

/** Joins tables into one catalogue. A code that two tables define is a mistake of ours. */
export function createCatalogue(...tables: readonly (readonly CatalogueEntry[])[]): Catalogue {
  const byCode = new Map<string, CatalogueEntry>();
  for (const table of tables) {
    for (const entry of table) {
      assert(!byCode.has(entry.code), 'a diagnostic code is defined twice');
      byCode.set(entry.code, entry);
    }
  }
  return {
    entries: [...byCode.values()],
    entry(code) {
      const found = byCode.get(code);
      assert(found !== undefined, 'a diagnostic code is not in the catalogue');
      return found;
    },
  };
}

/** The template with its placeholders filled in; undefined when a value is missing. */
export function fillTemplate(template: string, values: TemplateValues): string | undefined {
  let complete = true;
  const text = template.replace(PLACEHOLDER, (_match, name: string) => {
    if (Object.hasOwn(values, name)) return String(values[name]);
    complete = false;
    return '';
  });
  return complete ? text : undefined;
}

/** The message of an entry. A missing value leaves the placeholder's name, so that a message is never lost. */
export function messageOf(entry: CatalogueEntry, values: TemplateValues): string {
  return entry.message.replace(PLACEHOLDER, (_match, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : `<${name}>`,
  );
}

/** What to write instead of what is underlined; undefined when the entry or the values do not say. */
export function fixOf(entry: CatalogueEntry, values: TemplateValues): string | undefined {
  return entry.fix === undefined ? undefined : fillTemplate(entry.fix, values);
}

/** The first hint of an entry that can be filled. */
export function hintOf(entry: CatalogueEntry, values: TemplateValues): string | undefined {
  for (const template of entry.hints ?? []) {
    const hint = fillTemplate(template, values);
    if (hint !== undefined) return hint;
  }
  return undefined;
}
