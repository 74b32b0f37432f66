/**
 * The work of `mlx-conform merge`: makes one record of the shards of a run.
 *
 * @module
 */

import {
  CANARY_NAME,
  EXIT_CODES,
  exitCodeOf,
  keptByCanary,
  mergeRecords,
  parseRecord,
} from "../../../harness/internal.ts";
import type { ConformContext } from "../conform_context.ts";
import { readRecord, writeText } from "./record_files.ts";

/**
 * Merges the records of all shards of a run.
 *
 * @returns the exit code of the whole run
 * @throws {RangeError} when a record cannot be read, or the merged one not be written
 */
export async function mergeShards(
  files: readonly string[],
  output: string,
  context: ConformContext,
): Promise<number> {
  const { text, problems } = mergeRecords(await Promise.all(files.map(readRecord)));
  if (text === undefined) {
    context.writeErr(
      [`mlx-conform: Cannot merge ${files.length} records:`, ...problems, ""]
        .join("\n  ")
        .trimEnd(),
    );
    context.writeErr("\n");
    return EXIT_CODES.incomplete;
  }
  await writeText(output, text);
  const { header, results, closing } = parseRecord(text, output);
  const verdict = closing?.verdict ?? "incomplete";
  context.writeOut(
    `${verdict}: ${files.length} shards, ${closing?.results} scenario runs, ${closing?.cases} cases, in ${output}\n`,
  );
  for (const problem of closing?.deviationProblems ?? [])
    context.writeOut(`known deviations: ${problem}\n`);
  const isCanary = header.subject.name === CANARY_NAME && header.only.length === 0;
  const kept = isCanary ? keptByCanary(results) : [];
  if (kept.length > 0) {
    context.writeErr(
      `mlx-conform: The suite is broken: ${CANARY_NAME} must break ${kept.join(", ")}, and kept it\n`,
    );
    return EXIT_CODES["harness failed"];
  }
  return exitCodeOf(verdict);
}
