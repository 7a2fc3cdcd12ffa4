/**
 * How well a command answers what was typed; 0: not at all. Every typed word must begin a word of the label or of the
 * keywords; words of the label count more, and the label's own beginning most.
 */
export function matchCommand(label: string, keywords: string, typed: string): number {
  const terms = wordsOf(typed);
  if (terms.length === 0) return 1;
  const inLabel = wordsOf(label);
  const others = wordsOf(keywords);
  let score = label.toLowerCase().startsWith(typed.trim().toLowerCase()) ? 1 : 0;
  for (const term of terms) {
    if (inLabel.some((word) => word.startsWith(term))) score += 1;
    else if (others.some((word) => word.startsWith(term))) score += 0.5;
    else return 0;
  }
  return score / (terms.length + 1);
}

function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}×.:]+/u)
    .filter((word) => word !== '');
}
