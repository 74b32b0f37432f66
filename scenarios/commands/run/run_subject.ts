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
  planSuite,
  requirementTable,
} from "../../../harness/internal.ts";
import { scenarios } from "../../mod.ts";
import type { ConformContext } from "../conform_context.ts";
import { resolveSubject } from "../resolve_subject.ts";
import { playSuite, type SuiteRun } from "./play_suite.ts";
import { expectedTime } from "./expected_time.ts";
import { lastFailed, type LastResults, readLastResults } from "./last_results.ts";
import {
  asideLines,
  deviationLines,
  failureLines,
  gradeLines,
  headingLines,
  stopLines,
  timeLines,
  verdictLines,
} from "./run_lines.ts";
import { isWholeRun, type RunOptions } from "./run_options.ts";
import { showModel } from "./show_model.ts";

/**
 * Runs the suite on the subject that the options name.
 *
 * @returns the exit code
 * @throws {RangeError} when the options do not go together, or a file cannot be read or written
 */
export async function runSubject(given: RunOptions, context: ConformContext): Promise<number> {
  const startMs = performance.now();
  const print = (text: string) => context.writeOut(`${text}\n`);
  const subject = await resolveSubject(given);
  if ("fault" in subject) {
    context.writeErr(`mlx-conform: ${subject.fault}\n`);
    return EXIT_CODES["subject failed to start"];
  }
  const last = await readLastResults(given.subject);
  const { options, line: restriction } = onlyLastFailed(given, last);
  for (const line of headingLines(subject, options)) print(line);
  if (restriction !== undefined) print(restriction);
  const tasks = planSuite(scenarios, options);
  const time = expectedTime({ ...options, tasks, last, pace: subject.pace });
  for (const line of timeLines(time, { tasks, subject: options.subject })) print(line);
  const run = await playSuite(subject, options, { context, time });
  print(
    `\n${requirementTable(run.results, { worlds: options.worlds, all: options.all, set: options.set })}`,
  );
  if (options.all) print(`\n${miniatureTable({ scenarios, miniatures })}`);
  for (const line of asideLines(run.results)) print(line);
  if (isWholeRun(options) && options.subject === undefined && run.stop === undefined)
    print(`\n${(await showModel()).join("\n")}`);
  const kept = unexpectedlyKept(run, options);
  if (kept.length > 0) {
    print(`\nThe suite is broken: ${subject.name} must break ${kept.join(", ")}, and kept it.`);
    return EXIT_CODES["harness failed"];
  }
  for (const line of deviationLines(run)) print(line);
  const seconds = Math.round((performance.now() - startMs) / 1000);
  for (const line of failureLines(run)) print(line);
  for (const line of stopLines(run, options)) print(line);
  const about = { options, seconds, profiles: subject.profiles, roles: subject.roles };
  for (const line of gradeLines(run, about)) print(line);
  print(`\n${verdictLines(run, about).join("\n")}`);
  return run.stop === "interrupted" ? EXIT_CODES.interrupted : exitCodeOf(run.verdict);
}

/** The options with `--last-failed` carried out, and the line that says so. */
function onlyLastFailed(
  options: RunOptions,
  last: LastResults,
): { readonly options: RunOptions; readonly line: string | undefined } {
  if (!options.lastFailed) return { options, line: undefined };
  const failed = new Set(lastFailed(last, options.worlds));
  const planned = planSuite(scenarios, options).map(({ scenario }) => scenario);
  const only = [...new Set(planned.filter((name) => failed.has(name)))];
  if (only.length === 0)
    return { options, line: "last failed: nothing that is known here, so everything is run" };
  const line = `last failed: ${only.length} scenarios, and only these are run: ${only.join(", ")}`;
  return { options: { ...options, only }, line };
}

/** What the canary kept in a whole run although it must break it: then the suite is broken. */
function unexpectedlyKept({ results, stop }: SuiteRun, options: RunOptions): readonly string[] {
  if (stop !== undefined) return [];
  return isWholeRun(options) && options.subject === CANARY_NAME ? keptByCanary(results) : [];
}
