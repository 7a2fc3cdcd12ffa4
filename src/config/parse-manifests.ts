import type { Diagnostic } from './diagnostic';
import { diagnosticOf } from './diagnostics/bag';
import type { KindRegistry } from './kinds/registry';
import { objectKey } from './object-ref';
import { type NameCounter, type ReadObject, readObject } from './read-object';
import type { Resource, SourceFile } from './resource';
import { unrollDocument, type WrittenObject } from './unroll';
import { DocumentSource, type YamlDocument } from './yaml/document';
import type { ParseCache } from './yaml/parse-cache';
import { parseYamlFile } from './yaml/parse-file';

/** Objects of one configuration; more are not read. */
export const MAX_OBJECTS = 20_000;

export interface ParsedManifests {
  /** Objects that the API server would take, in the order of the files. */
  readonly resources: readonly Resource[];
  /** Objects of kinds or versions nobody knows: kept, shown, without effect. */
  readonly unknownResources: readonly Resource[];
  /** Objects that the API server would refuse, as far as they could be identified; their findings are errors. */
  readonly rejectedResources: readonly Resource[];
  /** In the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface ParseOptions {
  /** Keeps the documents of earlier texts, so that only what changed is parsed. */
  readonly cache?: ParseCache;
  /** Ages of objects that exist already, by `objectKey`. New objects are younger than all of them. */
  readonly creationOrders?: ReadonlyMap<string, number>;
}

/** Reads the manifests of several files. Never throws on any text: whatever is wrong becomes a diagnostic. */
export function parseManifests(
  files: readonly SourceFile[],
  registry: KindRegistry,
  options: ParseOptions = {},
): ParsedManifests {
  options.cache?.beginRound();
  const collector = new Collector(registry, options.creationOrders ?? new Map());
  for (const file of files) {
    const parsed = parseYamlFile(file, registry.catalogue, options.cache);
    collector.beginFile(parsed.diagnostics);
    for (const document of parsed.documents) {
      if (document.parsed.problems.length === 0) collector.addDocument(document);
    }
    collector.endFile();
  }
  return collector.result();
}

class Collector {
  private readonly resources: Resource[] = [];
  private readonly unknownResources: Resource[] = [];
  private readonly rejectedResources: Resource[] = [];
  private readonly diagnostics: Diagnostic[] = [];
  private readonly firsts = new Map<string, Resource>();
  private readonly generated = new Map<string, number>();
  private ofFile: Diagnostic[] = [];
  private objectCount = 0;
  private nextOrder: number;

  constructor(
    private readonly registry: KindRegistry,
    private readonly creationOrders: ReadonlyMap<string, number>,
  ) {
    let youngest = -1;
    for (const order of creationOrders.values()) youngest = Math.max(youngest, order);
    this.nextOrder = youngest + 1;
  }

  beginFile(diagnostics: readonly Diagnostic[]): void {
    this.ofFile = [...diagnostics];
  }

  endFile(): void {
    const offset = (diagnostic: Diagnostic) => diagnostic.range?.start.offset ?? 0;
    this.diagnostics.push(...this.ofFile.toSorted((a, b) => offset(a) - offset(b)));
    this.ofFile = [];
  }

  addDocument(document: YamlDocument): void {
    const objects = unrollDocument(document);
    if ('json' in objects) this.reportDocument(document, { code: 'MW0107', path: ['items'], values: {} });
    else for (const written of objects) this.addObject(written);
  }

  result(): ParsedManifests {
    const { resources, unknownResources, rejectedResources, diagnostics } = this;
    return { resources, unknownResources, rejectedResources, diagnostics };
  }

  private addObject(written: WrittenObject): void {
    this.objectCount++;
    if (this.objectCount > MAX_OBJECTS) {
      const finding = { code: 'MW0109', path: written.base, values: { limit: MAX_OBJECTS } };
      if (this.objectCount === MAX_OBJECTS + 1) this.reportDocument(written.document, finding);
      return;
    }
    const read = readObject(written, this.registry, this.nextName);
    this.ofFile.push(...read.diagnostics);
    if (read.resource !== undefined) this.keep(read, read.resource);
  }

  private keep(read: ReadObject, resource: Resource): void {
    const key = objectKey(resource.ref);
    const first = resource.metadata.name === '' ? undefined : this.firsts.get(key);
    if (first !== undefined) {
      this.reportDuplicate(resource, first);
      this.rejectedResources.push(resource);
      return;
    }
    this.firsts.set(key, resource);
    const aged = { ...resource, creationOrder: this.creationOrders.get(key) ?? this.nextOrder++ };
    if (read.outcome === 'resource') this.resources.push(aged);
    else if (read.outcome === 'unknown') this.unknownResources.push(aged);
    else this.rejectedResources.push(aged);
  }

  private reportDuplicate(resource: Resource, first: Resource): void {
    const { file } = first.source;
    const line = first.source.rangeOf(['metadata', 'name']).start.line;
    const { kind, metadata } = resource;
    const name = metadata.namespace === '' ? metadata.name : `${metadata.namespace}/${metadata.name}`;
    const values = { kind, name, first: `${file}:${line}` };
    const finding = { code: 'MW0104', path: ['metadata', 'name'], values };
    this.ofFile.push(diagnosticOf(this.registry.catalogue, resource, finding));
  }

  private reportDocument(document: YamlDocument, finding: Parameters<typeof diagnosticOf>[2]): void {
    const ref = { group: '', kind: '', namespace: '', name: '' };
    const source = new DocumentSource(document, []);
    const { ref: _none, ...diagnostic } = diagnosticOf(this.registry.catalogue, { ref, source }, finding);
    this.ofFile.push(diagnostic);
  }

  private readonly nextName: NameCounter = (prefix) => {
    const count = this.generated.get(prefix) ?? 0;
    this.generated.set(prefix, count + 1);
    return count;
  };
}
