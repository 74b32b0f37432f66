/**
 * The work of `mlx-conform trend`: a history as text, and as a page.
 *
 * @module
 */

import { EXIT_CODES, historyTrends, parseHistory, trendPage } from "../../../harness/internal.ts";
import type { ConformContext } from "../conform_context.ts";
import { readNamedText, writeText } from "../records/record_files.ts";

/**
 * Prints each client by version, and writes the page where there is a path for it.
 *
 * @throws {RangeError} when the history cannot be read, or the page not be written
 */
export async function showTrend(
  path: string,
  { html }: { readonly html: string | undefined },
  { writeOut }: ConformContext,
): Promise<number> {
  const rows = parseHistory(await readNamedText(path, "the history"), path);
  for (const { client, set, steps } of historyTrends(rows)) {
    writeOut(`${client}, set ${set}\n`);
    for (const { row, mended, newlyBroken } of steps) {
      const { version, grade, grades, held, broken, notShown, judged } = row;
      const bronze = grades.bronze.join(" of ");
      writeOut(
        `  ${version}: grade ${grade}, bronze ${bronze}; ${held.length} held, ${broken.length} broken, ${notShown.length} not shown; ${judged}\n`,
      );
      if (mended.length > 0) writeOut(`    now held: ${mended.join(", ")}\n`);
      if (newlyBroken.length > 0) writeOut(`    now broken: ${newlyBroken.join(", ")}\n`);
    }
  }
  if (html !== undefined) await writeText(html, trendPage(rows));
  return EXIT_CODES.conformant;
}
