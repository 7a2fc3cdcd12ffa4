import type { JsonValue } from '../../xds';
import { unpackFlags } from './http/streams';
import { type DynamicMetadata, RESPONSE_FLAGS, type ResponseFlag } from './semantics';

/** Dynamic metadata from the text that a log line keeps of it. */
export function metadataOf(text: string): DynamicMetadata {
  const parsed: Readonly<Record<string, JsonValue>> = JSON.parse(text);
  return new Map(Object.entries(parsed));
}

export function isFlag(flag: number): flag is ResponseFlag {
  return RESPONSE_FLAGS[flag] !== undefined;
}

/** Short names of packed flags in the order in which they were set. */
export function flagNames(flags: number, count: number): readonly string[] {
  return unpackFlags(flags, count).map((flag) => RESPONSE_FLAGS[flag]?.shortName ?? '');
}

/** A request identifier in the form of Envoy's UUIDs. */
export function requestIdText(requestId: number): string {
  const digits = requestId.toString(16).padStart(12, '0');
  return `00000000-0000-4000-8000-${digits}`;
}
