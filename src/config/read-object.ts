import type { Diagnostic } from './diagnostic';
import { createBag, diagnosticOf, type Finding } from './diagnostics/bag';
import type { KindDefinition } from './kind-definition';
import { decode } from './kinds/decode';
import { apiVersionsOf } from './kinds/define-kind';
import { FORMATS } from './kinds/formats';
import { type KindRegistry, parseApiVersion } from './kinds/registry';
import { closest } from './kinds/similar';
import { describeValue } from './kinds/words';
import { generateName, readMetadata, type Scope, withServerLabels } from './meta';
import type { ObjectMeta, Resource } from './resource';
import { isRecord, type WrittenObject } from './unroll';
import { DocumentSource } from './yaml/document';

/** What became of one written object. `creationOrder` is still 0: the caller gives the age. */
export type ReadObject =
  | { readonly outcome: 'resource'; readonly resource: Resource; readonly diagnostics: readonly Diagnostic[] }
  /** A kind or version nobody knows: kept as it is. */
  | { readonly outcome: 'unknown'; readonly resource: Resource; readonly diagnostics: readonly Diagnostic[] }
  /** The API server would refuse it. */
  | {
      readonly outcome: 'rejected';
      readonly resource: Resource | undefined;
      readonly diagnostics: readonly Diagnostic[];
    };

/** Gives the nth name for a prefix. */
export type NameCounter = (prefix: string) => number;

interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly object: Readonly<Record<string, unknown>>;
  readonly source: DocumentSource;
}

/** Identifies one written object, decodes it if its kind is known, and runs the rules of the kind. */
export function readObject(written: WrittenObject, registry: KindRegistry, nextName: NameCounter): ReadObject {
  const source = new DocumentSource(written.document, written.base);
  const { json } = written;
  if (!isRecord(json)) {
    return nameless(registry, source, { code: 'MW0101', path: [], values: { found: describeValue(json) } });
  }
  const apiVersion = json['apiVersion'];
  const kind = json['kind'];
  if (typeof apiVersion !== 'string' || apiVersion === '') return missingField(registry, source, json, 'apiVersion');
  if (typeof kind !== 'string' || kind === '') return missingField(registry, source, json, 'kind');
  const identity = { apiVersion, kind, object: json, source };
  const lookup = registry.lookup(apiVersion, kind);
  if (lookup.found === 'kind') return readKnown(lookup.definition, identity, registry, nextName);
  const resource = resourceOf(identity, readMetadata(json['metadata'], 'unknown'));
  const finding: Finding =
    lookup.found === 'other-version'
      ? { code: 'MW0106', path: ['apiVersion'], values: { apiVersion, kind, suggestion: preferred(lookup.definition) } }
      : {
          code: 'MW0105',
          path: ['kind'],
          values: {
            kind,
            group: apiVersion,
            ...(lookup.suggestion === undefined ? {} : { suggestion: lookup.suggestion }),
          },
        };
  return { outcome: 'unknown', resource, diagnostics: [diagnosticOf(registry.catalogue, resource, finding)] };
}

function readKnown(
  definition: KindDefinition,
  identity: Identity,
  registry: KindRegistry,
  nextName: NameCounter,
): ReadObject {
  const decoded = decode(definition.schema, identity.object, definition.kind);
  const scope: Scope = definition.namespaced ? 'namespaced' : 'cluster';
  const written = named(readMetadata(identity.object['metadata'], scope), nextName);
  const metadata = withServerLabels(definition.group, definition.kind, written);
  const resource = resourceOf({ ...identity, object: recordOf(decoded.value) }, metadata);
  const diagnostics = [...decoded.problems, ...nameFindings(resource)].map((finding) =>
    diagnosticOf(registry.catalogue, resource, finding),
  );
  if (definition.validate !== undefined && !diagnostics.some(isError)) {
    const bag = createBag(resource, registry.catalogue);
    definition.validate(resource, bag);
    diagnostics.push(...bag.all);
  }
  return { outcome: diagnostics.some(isError) ? 'rejected' : 'resource', resource, diagnostics };
}

function named(metadata: ObjectMeta, nextName: NameCounter): ObjectMeta {
  const prefix = metadata.generateName;
  if (metadata.name !== '' || prefix === undefined || prefix === '') return metadata;
  return { ...metadata, name: generateName(prefix, nextName(prefix)) };
}

/** kubernetes/apimachinery pkg/api/validation/objectmeta.go (ValidateObjectMetaAccessor) */
function nameFindings(resource: Resource): readonly Finding[] {
  const { name } = resource.metadata;
  // Without metadata the decoder has said so already.
  if (name === '' && !hasMetadata(resource.object)) return [];
  if (name === '') return [{ code: 'MW0103', path: ['metadata'], values: { kind: resource.kind } }];
  const format = FORMATS['dns-subdomain'];
  if (format.check(name)) return [];
  return [{ code: 'MW0108', path: ['metadata', 'name'], values: { name, expected: format.expected } }];
}

function hasMetadata(object: unknown): boolean {
  return isRecord(object) && isRecord(object['metadata']);
}

function resourceOf(identity: Identity, metadata: ObjectMeta): Resource {
  const { group } = parseApiVersion(identity.apiVersion);
  return {
    ref: { group, kind: identity.kind, namespace: metadata.namespace, name: metadata.name },
    apiVersion: identity.apiVersion,
    kind: identity.kind,
    metadata,
    object: identity.object,
    source: identity.source,
    creationOrder: 0,
  };
}

function missingField(
  registry: KindRegistry,
  source: DocumentSource,
  json: Readonly<Record<string, unknown>>,
  field: string,
): ReadObject {
  const written = Object.keys(json).filter((key) => key !== field);
  const near = Object.hasOwn(json, field) ? undefined : closest(field, written);
  return nameless(registry, source, {
    code: 'MW0102',
    path: near === undefined ? (Object.hasOwn(json, field) ? [field] : []) : [near],
    values: { field, ...(near === undefined ? {} : { suggestion: describeScalar(json[near]) }) },
  });
}

function describeScalar(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '...';
}

/** A finding about something that is no object and has no reference. */
function nameless(registry: KindRegistry, source: DocumentSource, finding: Finding): ReadObject {
  const ref = { group: '', kind: '', namespace: '', name: '' };
  const { ref: _none, ...diagnostic } = diagnosticOf(registry.catalogue, { ref, source }, finding);
  return { outcome: 'rejected', resource: undefined, diagnostics: [diagnostic] };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function preferred(definition: KindDefinition): string {
  return apiVersionsOf(definition.group, definition.versions)[0] ?? definition.group;
}

function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.severity === 'error';
}
