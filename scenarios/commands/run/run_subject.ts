/**
 * The work of `mlx-conform run`: runs the suite on a subject and prints what it showed.
 *
 * @module
 */

import {
  CANARY_NAME,
  EXIT_CODES,
  exitCodeOf,
  keptByCanary,
  miniatureTable,
  miniatures,
  requirementTable,
} from "../../../harness/internal.ts";
import { failureStory } from "../../../harness/mod.ts";
import { scenarios } from "../../mod.ts";
import type { ConformContext } from "../conform_context.ts";
import { writeReplayFile } from "../replay/replay_files.ts";
import { resolveSubject } from "../resolve_subject.ts";
import { playSuite, type SuiteRun } from "./play_suite.ts";
import { asideLines, deviationLines, headingLines, summaryLine } from "./run_lines.ts";
import { isWholeRun, type RunOptions } from "./run_options.ts";
import { showModel } from "./show_model.ts";

/**
 * Runs the suite on the subject that the options name.
 *
 * @returns the exit code
 * @throws {RangeError} when the options do not go together, or a file cannot be read or written
 */
export async function runSubject(options: RunOptions, context: ConformContext): Promise<number> {
  const startMs = performance.now();
  const print = (text: string) => context.writeOut(`${text}\n`);
  const subject = await resolveSubject(options);
  if ("fault" in subject) {
    context.writeErr(`mlx-conform: ${subject.fault}\n`);
    return EXIT_CODES["subject failed to start"];
  }
  for (const line of headingLines(subject, options)) print(line);
  const run = await playSuite(subject, options, context);
  print(`\n${requirementTable(run.results, { worlds: options.worlds, all: options.all })}`);
  if (options.all) print(`\n${miniatureTable({ scenarios, miniatures })}`);
  await printFailures(run, options, print);
  for (const line of asideLines(run.results)) print(line);
  if (isWholeRun(options) && options.subject === undefined)
    print(`\n${(await showModel()).join("\n")}`);
  const kept = unexpectedlyKept(run, options);
  if (kept.length > 0) {
    print(`\nThe suite is broken: ${subject.name} must break ${kept.join(", ")}, and kept it.`);
    return EXIT_CODES["harness failed"];
  }
  for (const line of deviationLines(run)) print(line);
  const seconds = Math.round((performance.now() - startMs) / 1000);
  print(`\n${summaryLine(run, { options, profiles: subject.profiles, seconds })}`);
  return exitCodeOf(run.verdict);
}

/** Writes the replay file of each failure, and prints how it came about. */
async function printFailures(
  { failures }: SuiteRun,
  options: RunOptions,
  print: (text: string) => void,
): Promise<void> {
  for (const { result, replay } of failures) {
    const replayFile = replay && (await writeReplayFile(replay, options.replays));
    const story = failureStory(result, { subject: options.subject, replayFile });
    if (story !== undefined) print(`\n${story}`);
  }
}

/** What the canary kept in a whole run although it must break it: then the suite is broken. */
function unexpectedlyKept({ results }: SuiteRun, options: RunOptions): readonly string[] {
  return isWholeRun(options) && options.subject === CANARY_NAME ? keptByCanary(results) : [];
}
