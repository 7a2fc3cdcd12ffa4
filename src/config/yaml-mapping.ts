import { createCatalogue } from './diagnostics/catalogue';
import { CONFIG_ENTRIES } from './diagnostics/config-catalogue';
import { isRecord } from './unroll';
import { parseYamlFile } from './yaml/parse-file';

const CATALOGUE = createCatalogue(CONFIG_ENTRIES);

/** Reads text that is YAML inside a field of an object, such as a mesh configuration. Empty when it is not a mapping. */
export function parseYamlMapping(text: string): Readonly<Record<string, unknown>> {
  const json = parseYamlFile({ path: '', text }, CATALOGUE).documents[0]?.json;
  return isRecord(json) ? json : {};
}
