/**
 * `mlx-conform deviations update`: makes a list of known deviations say what a full run showed.
 *
 * @module
 */

import { existsSync } from "node:fs";
import type { Command } from "commander";
import {
  EXIT_CODES,
  formatDeviations,
  type NamedRecord,
  updateDeviations,
} from "../../harness/mod.ts";
import type { ConformContext } from "./conform_context.ts";
import { readRecord, writeText } from "./record_files.ts";
import { readDeviations } from "./run_report.ts";

/** Adds the command and the one below it. */
export function addDeviationsCommand(program: Command, context: ConformContext): void {
  program
    .command("deviations")
    .description("Keep a list of known deviations.")
    .command("update")
    .description("Rewrite the list from the record of a full run; reasons and issues are kept.")
    .argument("<file>", "report.jsonl of the run")
    .requiredOption("--deviations <file>", "the list; it is made where there is none")
    .addHelpText(
      "after",
      "\nExit codes: 0 rewritten, 2 wrong usage, 5 the run was partial, and nothing was written.",
    )
    .action(async (file: string, { deviations }: { deviations: string }) => {
      context.finish(await update(await readRecord(file), { path: deviations, context }));
    });
}

async function update(
  { name, record }: NamedRecord,
  { path, context }: { readonly path: string; readonly context: ConformContext },
): Promise<number> {
  const { only, shard, machine, subject, startedAt } = record.header;
  const partial = [
    ...record.problems,
    ...(only.length > 0 ? [`only ${only.join(", ")} was run`] : []),
    ...(shard === undefined
      ? []
      : [`it is shard ${shard.index} of ${shard.count}: merge them first`]),
  ];
  if (partial.length > 0) {
    context.writeErr(
      `mlx-conform: Cannot update known deviations from ${name}, as what was not run would be taken for mended: ${partial.join("; ")}\n`,
    );
    return EXIT_CODES.incomplete;
  }
  const before = existsSync(path) ? await readDeviations(path, { isDraft: true }) : [];
  const after = updateDeviations(record.results, before, {
    os: machine.os,
    version: subject.version,
    date: startedAt,
  });
  await writeText(path, formatDeviations(after));
  const lacking = after.filter(({ issue }) => issue === "").length;
  context.writeOut(
    `${path}: ${after.length} deviations, ${before.length} before; ${lacking} need an issue before the list can be used\n`,
  );
  return 0;
}
