import { Rng, type RngState } from '../../base';

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

  /** Forgets the stream of this name and those below it (`app/a` and `app/a/x`, not `app/ab`); for entities that never come back. */
  drop(name: string): void {
    const below = `${name}/`;
    for (const known of this.#streams.keys())
      if (known === name || known.startsWith(below)) this.#streams.delete(known);
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
