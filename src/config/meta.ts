import { hashString32 } from '../base';
import type { ObjectMeta } from './resource';

/** Namespace of a namespaced object that names none. */
export const DEFAULT_NAMESPACE = 'default';

/** Label with the name of a namespace, set by the server. */
export const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

/** The server's alphabet for generated names: no vowels, no characters that look alike. apimachinery pkg/util/rand/rand.go */
const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const GENERATED_LENGTH = 5;
/** kubernetes/apiserver pkg/storage/names/generate.go (MaxGeneratedNameLength) */
const MAX_GENERATED_PREFIX = 63 - GENERATED_LENGTH;

/** Whether the kind lives in namespaces; unknown for kinds nobody knows. */
export type Scope = 'namespaced' | 'cluster' | 'unknown';

/** The metadata that the server would hold: what is written, and the namespace filled in. Never trusts the input. */
export function readMetadata(written: unknown, scope: Scope): ObjectMeta {
  const metadata = asRecord(written);
  const generateName = textOf(metadata['generateName']);
  const creationTimestamp = textOf(metadata['creationTimestamp']);
  return {
    name: textOf(metadata['name']) ?? '',
    namespace: namespaceOf(textOf(metadata['namespace']), scope),
    labels: textMap(metadata['labels']),
    annotations: textMap(metadata['annotations']),
    ...(generateName === undefined ? {} : { generateName }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
  };
}

/**
 * The labels that the server adds: every namespace carries its own name, so that selectors can name it.
 * kubernetes/kubernetes pkg/apis/core/v1/defaults.go (SetDefaults_Namespace)
 */
export function withServerLabels(group: string, kind: string, metadata: ObjectMeta): ObjectMeta {
  if (group !== '' || kind !== 'Namespace' || metadata.name === '') return metadata;
  return { ...metadata, labels: { ...metadata.labels, [NAMESPACE_NAME_LABEL]: metadata.name } };
}

function namespaceOf(written: string | undefined, scope: Scope): string {
  if (scope === 'cluster') return '';
  if (written !== undefined && written !== '') return written;
  return scope === 'namespaced' ? DEFAULT_NAMESPACE : '';
}

/**
 * A name for an object that only gives a prefix. The server draws five characters at random; here they follow from the
 * prefix and `ordinal`, so that the same text gives the same name.
 */
export function generateName(prefix: string, ordinal: number): string {
  let hash = hashString32(prefix, ordinal + 1);
  let suffix = '';
  for (let i = 0; i < GENERATED_LENGTH; i++) {
    suffix += NAME_ALPHABET[hash % NAME_ALPHABET.length] ?? '';
    hash = Math.floor(hash / NAME_ALPHABET.length);
  }
  return prefix.slice(0, MAX_GENERATED_PREFIX) + suffix;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function textMap(value: unknown): Readonly<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const [key, entry] of Object.entries(asRecord(value))) {
    if (typeof entry === 'string' && key !== '__proto__') result[key] = entry;
  }
  return result;
}
