// Cases of upstream data that this product does not satisfy, each with the reason. Nothing else is skipped.

export interface SkipEntry {
  readonly suite: string;
  /** A case id, or the beginning of several ids followed by `*`. */
  readonly caseId: string;
  /** One sentence that tells a reader why, and what would have to be built. */
  readonly reason: string;
}

export const SKIPS: readonly SkipEntry[] = [];

/** The first entry that covers the case, if any. */
export function findSkip(skips: readonly SkipEntry[], caseId: string): SkipEntry | undefined {
  return skips.find((entry) =>
    entry.caseId.endsWith('*') ? caseId.startsWith(entry.caseId.slice(0, -1)) : caseId === entry.caseId,
  );
}
