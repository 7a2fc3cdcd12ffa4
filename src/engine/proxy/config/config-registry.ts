import { assertDefined } from '../../../base';
import type { XdsSnapshot } from '../../../xds';
import { type CompiledConfig, compileConfig } from './compiled-config';

/** Plain-data state of {@link ConfigRegistry}: the sources by number. */
export interface ConfigRegistryState {
  readonly sources: readonly (XdsSnapshot | undefined)[];
  readonly free: readonly number[];
}

/**
 * Compiled configurations by number. Proxies with equal snapshots share one; connections and streams keep the number of the one
 * they started under, so an old configuration lives until the last of them is gone.
 */
export class ConfigRegistry {
  readonly #configs: (CompiledConfig | undefined)[] = [];
  #free: number[] = [];
  readonly #bySnapshot = new Map<XdsSnapshot, number>();
  readonly #byVersion = new Map<string, number>();

  get(number: number): CompiledConfig {
    return assertDefined(this.#configs[number], 'unknown configuration');
  }

  /** Number of configurations alive. */
  get size(): number {
    return this.#configs.length - this.#free.length;
  }

  holds(config: CompiledConfig): boolean {
    return this.#configs.includes(config);
  }

  /** Compiles the snapshot, or finds the configuration of an equal one. */
  add(snapshot: XdsSnapshot, previous: CompiledConfig | undefined): number {
    const known =
      this.#bySnapshot.get(snapshot) ?? (snapshot.version === '' ? undefined : this.#byVersion.get(snapshot.version));
    if (known !== undefined) return known;
    const config = compileConfig(snapshot, previous);
    const number = this.#free.pop() ?? this.#configs.length;
    this.#configs[number] = config;
    // What a refused resource becomes depends on the proxy's past, so such a configuration is its own.
    if (config.rejections.length === 0) this.#index(number, snapshot);
    return number;
  }

  #index(number: number, snapshot: XdsSnapshot): void {
    this.#bySnapshot.set(snapshot, number);
    if (snapshot.version !== '') this.#byVersion.set(snapshot.version, number);
  }

  /** Forgets every configuration that `isUsed` denies. */
  sweep(isUsed: (number: number) => boolean): void {
    this.#configs.forEach((config, number) => {
      if (config === undefined || isUsed(number)) return;
      this.#configs[number] = undefined;
      this.#free.push(number);
      this.#bySnapshot.delete(config.source);
      if (this.#byVersion.get(config.source.version) === number) this.#byVersion.delete(config.source.version);
    });
  }

  save(): ConfigRegistryState {
    return { sources: this.#configs.map((config) => config?.source), free: this.#free.slice() };
  }

  restore(state: ConfigRegistryState): void {
    const known = new Map(this.#configs.map((config) => [config?.source, config] as const));
    this.#configs.length = 0;
    this.#bySnapshot.clear();
    this.#byVersion.clear();
    state.sources.forEach((source, number) => {
      if (source === undefined) {
        this.#configs[number] = undefined;
        return;
      }
      this.#configs[number] = known.get(source) ?? compileConfig(source, undefined);
      this.#index(number, source);
    });
    this.#free = state.free.slice();
  }
}
