import { assertDefined } from '../../../base';
import type { UpstreamTlsContext } from '../../../xds';
import { contentKey } from '../config';

/** What a client offers in its TLS handshake. */
export interface ClientTls {
  readonly context: UpstreamTlsContext;
  /** ALPN names in the order of preference: the cluster's own, unless a filter put others in their place. */
  readonly alpn: readonly string[];
}

/** TLS offers by number; equal ones share a number. There are few, and they stay. */
export class TlsContexts {
  readonly #contexts: ClientTls[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(offer: ClientTls): number {
    const key = `${contentKey(offer.context)}\u0000${offer.alpn.join(',')}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#contexts.length;
    this.#contexts.push(offer);
    this.#numbers.set(key, number);
    return number;
  }

  get(number: number): ClientTls {
    return assertDefined(this.#contexts[number], 'unknown TLS context');
  }

  save(): readonly ClientTls[] {
    return this.#contexts.slice();
  }

  /** Makes the saved numbers valid here; the table only grows. */
  restore(state: readonly ClientTls[]): void {
    for (const offer of state.slice(this.#contexts.length)) this.numberOf(offer);
  }
}
