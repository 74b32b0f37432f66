/** Options of {@linkcode table}. */
export interface TableOptions {
  /** Columns whose cells stand at the right. @default {[]} */
  readonly alignRight?: readonly number[];
}

/**
 * Writes rows as columns of equal width.
 *
 * @returns lines, each with its line break
 */
export function table(rows: readonly (readonly string[])[], options: TableOptions = {}): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        options.alignRight?.includes(column) === true
          ? cell.padStart(widths[column] ?? 0)
          : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}
