import { SCENARIOS } from '../scenarios';
import type { ScenarioCatalogue } from './app-context';

/** The first sentence of a scenario's notes, below its heading. */
export function summaryOf(notes: string): string {
  const paragraph = notes.split(/\n\s*\n/).find((block) => block.trim() !== '' && !block.startsWith('#')) ?? '';
  const text = paragraph.replaceAll(/[*`]/g, '').replaceAll(/\s+/g, ' ').trim();
  return /^.*?[.;:](?=\s|$)/.exec(text)?.[0].replace(/[;:]$/, '.') ?? text;
}

/** The scenarios that come with the program. */
export const CATALOGUE: ScenarioCatalogue = {
  list: SCENARIOS.map(({ id, title, notes }) => ({ id, title, summary: summaryOf(notes) })),
  open(id) {
    const scenario = SCENARIOS.find((candidate) => candidate.id === id);
    return scenario === undefined
      ? Promise.reject(new Error(`There is no scenario ${id}.`))
      : Promise.resolve(scenario);
  },
};
