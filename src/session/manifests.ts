import { compareStrings } from '../base';
import {
  type Diagnostic,
  type KindRegistry,
  objectKey,
  ParseCache,
  parseManifests,
  type Resource,
  type SourceFile,
} from '../config';
import type { ResourceChange } from './command';
import { isCalledFor } from './presets';
import type { PresetDefinition } from './scenario';

/** Manifests after parsing and decoding, known and unknown kinds together, in the order of creation. */
export interface ParsedManifests {
  readonly resources: readonly Resource[];
  readonly diagnostics: readonly Diagnostic[];
  /** false: an error stands in the way; nothing of it is applied. */
  readonly accepted: boolean;
}

const MAX_FIELDS = 20;

/**
 * Parses the user's files and the presets that their content calls for. An object that the user wrote replaces a
 * preset's of the same name. What stands in the text as before is not parsed again.
 */
export class ManifestReader {
  readonly #ownCache = new ParseCache();
  readonly #presetCache = new ParseCache();

  constructor(
    private readonly presets: readonly PresetDefinition[],
    private readonly registry: KindRegistry,
  ) {}

  read(files: readonly SourceFile[]): ParsedManifests {
    const own = parseManifests(files, this.registry, { cache: this.#ownCache });
    const ownResources = inOrder(own);
    const called = this.presets.filter((preset) => isCalledFor(preset.trigger, ownResources));
    const calledFiles = called.flatMap((preset) => preset.files);
    const added = parseManifests(calledFiles, this.registry, { cache: this.#presetCache });
    const written = new Set(ownResources.map((resource) => objectKey(resource.ref)));
    const presetResources = inOrder(added).filter((resource) => !written.has(objectKey(resource.ref)));
    const diagnostics = [...own.diagnostics, ...added.diagnostics];
    return {
      resources: [...presetResources, ...ownResources],
      diagnostics,
      accepted: diagnostics.every((diagnostic) => diagnostic.severity !== 'error'),
    };
  }
}

function inOrder(parsed: ReturnType<typeof parseManifests>): readonly Resource[] {
  return [...parsed.resources, ...parsed.unknownResources].sort((a, b) => a.creationOrder - b.creationOrder);
}

/** Part of a checkpoint; immutable. */
export interface CreationOrderState {
  readonly orders: ReadonlyMap<string, number>;
  readonly next: number;
}

/** Objects keep their age over applies; new ones, and those that come back after they were gone, are younger than all there were. */
export class CreationOrder {
  #orders: ReadonlyMap<string, number> = new Map();
  #next = 0;

  assign(resources: readonly Resource[]): readonly Resource[] {
    const orders = new Map<string, number>();
    const aged = resources.map((resource) => {
      const key = objectKey(resource.ref);
      const creationOrder = this.#orders.get(key) ?? this.#next++;
      orders.set(key, creationOrder);
      return { ...resource, creationOrder };
    });
    this.#orders = orders;
    return aged.sort((a, b) => a.creationOrder - b.creationOrder);
  }

  save(): CreationOrderState {
    return { orders: this.#orders, next: this.#next };
  }

  restore(saved: CreationOrderState): void {
    this.#orders = saved.orders;
    this.#next = saved.next;
  }
}

/** What an apply changes, object by object, with the fields that differ. */
export function diffResources(before: readonly Resource[], after: readonly Resource[]): readonly ResourceChange[] {
  const old = new Map(before.map((resource) => [objectKey(resource.ref), resource]));
  const changes: ResourceChange[] = [];
  const seen = new Set<string>();
  for (const resource of after) {
    const key = objectKey(resource.ref);
    seen.add(key);
    const earlier = old.get(key);
    if (earlier === undefined) {
      changes.push({ kind: 'added', ref: resource.ref, fields: [] });
      continue;
    }
    const fields: string[] = [];
    collectDifferences(earlier.object, resource.object, '', fields);
    if (fields.length > 0) changes.push({ kind: 'changed', ref: resource.ref, fields });
  }
  for (const [key, resource] of old)
    if (!seen.has(key)) changes.push({ kind: 'removed', ref: resource.ref, fields: [] });
  return changes;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function collectDifferences(before: unknown, after: unknown, path: string, fields: string[]): void {
  if (before === after || fields.length >= MAX_FIELDS) return;
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compareStrings);
    for (const key of keys) collectDifferences(before[key], after[key], path === '' ? key : `${path}.${key}`, fields);
    return;
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    for (let index = 0; index < length; index++)
      collectDifferences(before[index], after[index], `${path}[${index}]`, fields);
    return;
  }
  fields.push(path);
}
