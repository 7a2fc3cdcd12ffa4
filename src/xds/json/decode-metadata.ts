import type { JsonObject } from '../json-value';
import type { MessageReader } from './reader';
import { stringRecord } from './records';

/** `filter_metadata` of a Metadata field; typed metadata stays in the rest. */
export function metadataOf(reader: MessageReader, field: string): JsonObject | undefined {
  return reader.message(field, 'envoy.config.core.v3.Metadata')?.object('filterMetadata');
}

/** The `envoy.lb` part of a metadata match, which selects a subset. */
export function metadataMatchOf(reader: MessageReader): Readonly<Record<string, string>> | undefined {
  const metadata = reader.message('metadataMatch', 'envoy.config.core.v3.Metadata');
  const filters = metadata?.object('filterMetadata');
  return filters === undefined ? undefined : stringRecord(filters['envoy.lb']);
}
