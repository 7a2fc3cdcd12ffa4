/** Texts by number, for columns. A table only grows; the texts are details and reasons, of which there are few. */
export class StringTable {
  readonly #texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.length;
    this.#texts.push(text);
    this.#numbers.set(text, number);
    return number;
  }

  /** Empty for numbers below zero. */
  get(number: number): string {
    return this.#texts[number] ?? '';
  }

  save(): readonly string[] {
    return this.#texts.slice();
  }

  /** Makes the saved numbers valid here. */
  restore(state: readonly string[]): void {
    for (const text of state.slice(this.#texts.length)) this.numberOf(text);
  }
}
