import type { HeaderAppendAction, HeaderValueOption } from '../../../xds';
import { refuse } from './config-error';
import type { FormatContext } from './format-context';
import type { HeaderMap } from './header-map';
import { type CompiledFormat, compileFormat, formatText } from './substitution-format';

/** One configured header to add with its value compiled. */
interface CompiledHeaderValue {
  readonly key: string;
  readonly format: CompiledFormat;
  readonly appendAction: HeaderAppendAction;
  readonly keepEmptyValue: boolean;
}

/** The additions and removals of one level, for one direction. */
export interface CompiledHeaderMutations {
  readonly remove: readonly string[];
  readonly add: readonly CompiledHeaderValue[];
  /** True when no value depends on the message or stream. */
  readonly constant: boolean;
}

const NO_MUTATIONS: CompiledHeaderMutations = { remove: [], add: [], constant: true };

// envoyproxy/envoy source/common/http/header_utility.cc isModifiableHeader, isRemovableHeader
function isModifiable(name: string): boolean {
  return !name.startsWith(':') && name.toLowerCase() !== 'host';
}

/** The older notations `%UPSTREAM_METADATA(["a", "b"])%` and `%PER_REQUEST_STATE(key)%` in today's form. */
// envoyproxy/envoy source/common/router/header_parser_utils.cc translateMetadataFormat, translatePerRequestState
function translateLegacyFormat(value: string): string {
  const metadata = value.replace(
    /%(UPSTREAM|DYNAMIC)_METADATA\(\s*\[([^\]]*)\]\s*\)%/g,
    (_whole, kind: string, list: string) =>
      `%${kind}_METADATA(${list
        .split(',')
        .map((item) => item.trim().replace(/^"|"$/g, ''))
        .join(':')})%`,
  );
  return metadata.replace(/%PER_REQUEST_STATE\(([^)]*)\)%/g, (_whole, key: string) => `%FILTER_STATE(${key}:PLAIN)%`);
}

function compileValue(option: HeaderValueOption): CompiledHeaderValue {
  if (!isModifiable(option.key)) return refuse(':-prefixed or host headers may not be modified');
  return {
    key: option.key.toLowerCase(),
    format: compileFormat(translateLegacyFormat(option.value)),
    appendAction: option.appendAction,
    keepEmptyValue: option.keepEmptyValue,
  };
}

// envoyproxy/envoy source/common/router/header_parser.cc HeaderParser::configure
export function compileHeaderMutations(
  toAdd: readonly HeaderValueOption[],
  toRemove: readonly string[],
): CompiledHeaderMutations {
  if (toAdd.length === 0 && toRemove.length === 0) return NO_MUTATIONS;
  const add = toAdd.map(compileValue);
  for (const name of toRemove) if (!isModifiable(name)) refuse(':-prefixed or host headers may not be removed');
  return {
    add,
    remove: toRemove.map((name) => name.toLowerCase()),
    constant: add.every((entry) => entry.format.constant),
  };
}

/**
 * Applies one level: removals first; then every value is formatted against the state before the level's additions
 * (`contextOf` gives the context for the headers as they are then); then overwrites, then appends.
 */
// envoyproxy/envoy source/common/router/header_parser.cc HeaderParser::evaluateHeaders
export function applyHeaderMutations(
  mutations: CompiledHeaderMutations,
  headers: HeaderMap,
  contextOf: (headers: HeaderMap) => FormatContext,
): HeaderMap {
  let result = headers;
  for (const name of mutations.remove) result = result.without(name);
  if (mutations.add.length === 0) return result;
  const context = contextOf(result);
  const overwrites: (readonly [string, string])[] = [];
  const additions: (readonly [string, string])[] = [];
  for (const entry of mutations.add) {
    const value = formatText(entry.format, context, '');
    if (value === '' && !entry.keepEmptyValue) continue;
    const exists = result.has(entry.key);
    if (entry.appendAction === 'APPEND_IF_EXISTS_OR_ADD') additions.push([entry.key, value]);
    else if (entry.appendAction === 'ADD_IF_ABSENT') {
      if (!exists) additions.push([entry.key, value]);
    } else if (entry.appendAction === 'OVERWRITE_IF_EXISTS_OR_ADD' || exists) overwrites.push([entry.key, value]);
  }
  for (const [name, value] of overwrites) result = result.with(name, value);
  for (const [name, value] of additions) result = result.withAdded(name, value);
  return result;
}
