import { stripVTControlCharacters } from "node:util";

/** Options of {@linkcode table}. */
export interface TableOptions {
  /** Columns whose cells stand at the right. @default {[]} */
  readonly alignRight?: readonly number[];
}

/**
 * Writes rows as columns of equal width; colours of a cell have none.
 *
 * @returns lines, each with its line break
 */
export function table(rows: readonly (readonly string[])[], options: TableOptions = {}): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    }
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        options.alignRight?.includes(column) === true
          ? `${fill(cell, widths[column])}${cell}`
          : `${cell}${fill(cell, widths[column])}`,
      )
      .join("  ")
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}

function fill(cell: string, width = 0): string {
  return " ".repeat(Math.max(0, width - widthOf(cell)));
}

function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
