import { type KindDefinition, type ObjectRef, objectKey, type Resource } from '../config';

/** The applied manifests, by kind and by name. Immutable: an apply makes a new one. */
export class ResourceStore {
  readonly #byKind = new Map<string, Resource[]>();
  readonly #byKey = new Map<string, Resource>();

  /** @param resources in the order of creation; one entry per object. */
  constructor(readonly resources: readonly Resource[]) {
    for (const resource of resources) {
      const kind = `${resource.ref.group}/${resource.ref.kind}`;
      const list = this.#byKind.get(kind);
      if (list === undefined) this.#byKind.set(kind, [resource]);
      else list.push(resource);
      this.#byKey.set(objectKey(resource.ref), resource);
    }
  }

  list<T>(kind: KindDefinition<T>): readonly Resource<T>[] {
    // The registry decoded every resource with the definition of its own kind.
    return (this.#byKind.get(`${kind.group}/${kind.kind}`) ?? []) as Resource<T>[];
  }

  get<T>(kind: KindDefinition<T>, namespace: string, name: string): Resource<T> | undefined {
    return this.find({ group: kind.group, kind: kind.kind, namespace, name }) as Resource<T> | undefined;
  }

  find(ref: ObjectRef): Resource | undefined {
    return this.#byKey.get(objectKey(ref));
  }
}
