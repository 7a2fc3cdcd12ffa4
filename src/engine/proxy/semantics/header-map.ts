/**
 * Header fields of one message: lower-case names, several values per name, stable order. Immutable by convention: every
 * change returns a new map, so that maps may be shared between requests and used as keys of caches.
 * envoyproxy/envoy source/common/http/header_map_impl.cc
 */
export class HeaderMap {
  static readonly empty: HeaderMap = new HeaderMap([], []);

  // Parallel arrays; a message has few headers, so a scan of interned names beats a hash table.
  private readonly names: readonly string[];
  private readonly values: readonly string[];
  private contentKey: string | undefined;

  private constructor(names: readonly string[], values: readonly string[]) {
    this.names = names;
    this.values = values;
  }

  /** Builds a map from name and value pairs in order; names are lower-cased. */
  static of(entries: Iterable<readonly [string, string]>): HeaderMap {
    const names: string[] = [];
    const values: string[] = [];
    for (const [name, value] of entries) {
      names.push(name.toLowerCase());
      values.push(value);
    }
    return names.length === 0 ? HeaderMap.empty : new HeaderMap(names, values);
  }

  /** Number of header fields (a name that occurs twice counts twice). */
  get size(): number {
    return this.names.length;
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** All values of `name` joined with ",", as header matching sees them; undefined when absent. */
  get(name: string): string | undefined {
    let joined: string | undefined;
    for (let i = 0; i < this.names.length; i++) {
      if (this.names[i] === name) joined = joined === undefined ? this.values[i] : `${joined},${this.values[i]}`;
    }
    return joined;
  }

  /** First value of `name`; undefined when absent. */
  first(name: string): string | undefined {
    const at = this.names.indexOf(name);
    return at < 0 ? undefined : this.values[at];
  }

  getAll(name: string): readonly string[] {
    return this.values.filter((_, i) => this.names[i] === name);
  }

  /** Replaces every value of `name` by one; a new name goes to the end. */
  with(name: string, value: string): HeaderMap {
    const at = this.names.indexOf(name);
    if (at < 0) return new HeaderMap([...this.names, name], [...this.values, value]);
    const names: string[] = [];
    const values: string[] = [];
    for (let i = 0; i < this.names.length; i++) {
      if (this.names[i] === name && i !== at) continue;
      names.push(this.names[i] ?? '');
      values.push(i === at ? value : (this.values[i] ?? ''));
    }
    return new HeaderMap(names, values);
  }

  /** Adds one more field, keeping those that exist. */
  withAdded(name: string, value: string): HeaderMap {
    return new HeaderMap([...this.names, name], [...this.values, value]);
  }

  /** Appends `value` to the first existing field with `separator` between, or adds the field. */
  withAppended(name: string, value: string, separator = ','): HeaderMap {
    const at = this.names.indexOf(name);
    if (at < 0) return this.withAdded(name, value);
    const values = [...this.values];
    const old = values[at] ?? '';
    values[at] = old === '' ? value : `${old}${separator}${value}`;
    return new HeaderMap(this.names, values);
  }

  without(name: string): HeaderMap {
    return this.names.includes(name) ? this.filter((other) => other !== name) : this;
  }

  /** Keeps the fields whose name passes. */
  filter(keep: (name: string) => boolean): HeaderMap {
    const names: string[] = [];
    const values: string[] = [];
    for (let i = 0; i < this.names.length; i++) {
      const name = this.names[i] ?? '';
      if (!keep(name)) continue;
      names.push(name);
      values.push(this.values[i] ?? '');
    }
    if (names.length === this.names.length) return this;
    return names.length === 0 ? HeaderMap.empty : new HeaderMap(names, values);
  }

  entries(): readonly (readonly [string, string])[] {
    return this.names.map((name, i) => [name, this.values[i] ?? ''] as const);
  }

  /** Equal keys mean equal fields in equal order; used to intern messages. */
  key(): string {
    if (this.contentKey === undefined) {
      let text = '';
      for (let i = 0; i < this.names.length; i++) text += `${this.names[i]}\u0000${this.values[i]}\u0001`;
      this.contentKey = text;
    }
    return this.contentKey;
  }
}
