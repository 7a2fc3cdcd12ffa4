import { Rng, type RngState } from '../base';

/** Plain-data state of {@link RandomStreams}. */
export type RandomStreamsState = ReadonlyMap<string, RngState>;

/**
 * The named random streams of one run. One stream per purpose ("lb/<pod>/<cluster>", "app/<pod>" ...), so that a new
 * policy never shifts the draws of another. Consumers may keep the stream object: a restore rewinds it in place.
 */
export class RandomStreams {
  readonly #root: Rng;
  readonly #streams = new Map<string, Rng>();

  constructor(seed: number) {
    this.#root = new Rng(seed);
  }

  get(name: string): Rng {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = this.#root.fork(name);
      this.#streams.set(name, stream);
    }
    return stream;
  }

  /** Forgets the streams whose names start with `prefix`; for entities that never come back. */
  drop(prefix: string): void {
    for (const name of this.#streams.keys()) if (name.startsWith(prefix)) this.#streams.delete(name);
  }

  save(): RandomStreamsState {
    const state = new Map<string, RngState>();
    for (const [name, stream] of this.#streams) state.set(name, stream.save());
    return state;
  }

  /** Rewinds every stream; those that the state does not know go back to their start. */
  restore(state: RandomStreamsState): void {
    for (const name of state.keys()) this.get(name);
    for (const [name, stream] of this.#streams) stream.restore(state.get(name) ?? this.#root.fork(name).save());
  }
}
