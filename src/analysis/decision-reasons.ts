import type { DecisionReason } from '../engine';

const PLACEHOLDER = /\{([a-zA-Z]+)\}/g;

/** Sentence per reason code, past tense; `{placeholders}` take the values of the reason. */
const SENTENCES: Readonly<Record<string, string>> = {};

/** The reason of a decision in words. A code without a sentence shows itself and its values rather than nothing. */
export function describeReason(reason: DecisionReason): string {
  const sentence = SENTENCES[reason.code];
  if (sentence === undefined) {
    const values = Object.entries(reason.values).map(([key, value]) => `${key} ${value}`);
    return values.length === 0 ? reason.code : `${reason.code}: ${values.join(', ')}`;
  }
  return sentence.replace(PLACEHOLDER, (_match, key: string) => String(reason.values[key] ?? '–'));
}
