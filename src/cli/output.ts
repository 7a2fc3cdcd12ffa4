/** Where a command writes. Tests give their own. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
  /** Whether progress may be shown on the error stream. */
  readonly isTerminal: boolean;
}

/** Aligned columns; numbers (columns named in `right`) are right-aligned. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number>,
): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        right.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(header), ...rows.map(line)].join('\n');
}

/** Four significant digits at most; "–" for nothing. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined) return '–';
  if (Number.isInteger(value) && Math.abs(value) < 10_000) return String(value);
  return String(Number(value.toPrecision(4)));
}

export function formatPercent(ratio: number | undefined): string {
  if (ratio === undefined) return '–';
  return `${Number((ratio * 100).toPrecision(4))}%`;
}
