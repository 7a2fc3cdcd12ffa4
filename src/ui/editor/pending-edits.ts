/** Edits that take a while (a long paste goes in piece by piece). Whoever reads the texts waits for them. */
const pending = new Set<Promise<void>>();

export function hasPendingEdits(): boolean {
  return pending.size > 0;
}

/** Makes others wait for an edit; it counts as done when it fails, too. */
export function trackEdit(edit: Promise<void>): void {
  const settled: Promise<void> = edit
    .catch(() => undefined)
    .finally(() => {
      pending.delete(settled);
    });
  pending.add(settled);
}

export async function settleEdits(): Promise<void> {
  while (pending.size > 0) await Promise.all(pending);
}
