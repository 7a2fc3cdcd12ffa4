import type { JsonObject, JsonValue } from '../../../../xds';
import type { DynamicMetadata } from '../http-message';

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Merges structures by key; other values replace. */
// envoyproxy/envoy source/common/protobuf/utility.cc StructUtil::update
function merge(old: JsonValue | undefined, added: JsonValue): JsonValue {
  if (!isObject(old) || !isObject(added)) return added;
  const result: Record<string, JsonValue> = { ...old };
  for (const [key, value] of Object.entries(added)) result[key] = merge(result[key], value);
  return result;
}

/** What a stream's metadata are after a filter set its own. */
// envoyproxy/envoy source/common/stream_info/stream_info_impl.h setDynamicMetadata
export function mergeMetadata(metadata: DynamicMetadata, added: DynamicMetadata | undefined): DynamicMetadata {
  if (added === undefined || added.size === 0) return metadata;
  const result = new Map(metadata);
  for (const [filter, value] of added) result.set(filter, merge(result.get(filter), value));
  return result;
}
