/**
 * The work of `mlx-conform crash`: judges every disk that a crash of the reference's downloads can leave.
 *
 * @module
 */

import {
  type CrashReport,
  type CrashTally,
  EXIT_CODES,
  type PersistenceProfile,
} from "../../../harness/internal.ts";
import type { CrashModelName } from "../../crash/crash_model_name.ts";
import { CRASH_MODELS } from "../../crash/crash_models.ts";
import { exploreModel, type ExploreModelOptions } from "../../crash/explore_model.ts";
import { reference } from "../../reference/reference.ts";
import type { ConformContext } from "../conform_context.ts";

/** Which crashes are explored, and how far. */
export interface CrashSweepOptions extends Omit<ExploreModelOptions, "profile" | "again"> {
  readonly models: readonly CrashModelName[];
  readonly profiles: readonly PersistenceProfile[];
}

const COLUMNS = [16, 9, 14, 11, 11, 9, 8, 11, 11, 8] as const;

type Write = ConformContext["writeOut"];

/**
 * Explores the crashes of each model under each profile, and prints a row for each of the two.
 *
 * @returns the exit code
 */
export async function sweepCrashes(
  options: CrashSweepOptions,
  { writeOut }: ConformContext,
): Promise<number> {
  printRow(writeOut, [
    "model",
    "profile",
    "crash",
    "operations",
    "enumerated",
    "distinct",
    "judged",
    "exhaustive",
    "violations",
    "per s",
  ]);
  let violations = 0;
  for (const model of CRASH_MODELS.filter(({ name }) => options.models.includes(name))) {
    for (const profile of options.profiles) {
      // A recovery is killed in its own row's profile too, where that is another one.
      for (const again of new Set(["kill", profile] as const)) {
        const isFirst = again === "kill";
        violations += await sweepRow(model, { ...options, profile, again, isFirst }, writeOut);
      }
    }
  }
  writeOut(`\n${violations} violations\n`);
  return violations === 0 ? EXIT_CODES.conformant : EXIT_CODES["not conformant"];
}

async function sweepRow(
  model: (typeof CRASH_MODELS)[number],
  options: ExploreModelOptions & { readonly isFirst: boolean },
  write: Write,
): Promise<number> {
  const { profile, again, isFirst } = options;
  // What comes of the first crash was seen when its recovery was killed: only the second differs.
  const bounds = isFirst ? options : { ...options, asked: options.recoveries };
  const startUs = process.cpuUsage();
  const report = await exploreModel(reference, model, bounds);
  const { user, system } = process.cpuUsage(startUs);
  const seconds = (user + system) / 1e6;
  const asked = report.first.asked + report.recovery.asked;
  const rate = Math.round(asked / seconds);
  if (isFirst)
    printRow(
      write,
      tallyCells([model.name, profile, "first"], { report, tally: report.first, rate }),
    );
  const what = `again, ${again}`;
  printRow(
    write,
    tallyCells([model.name, profile, what], { report, tally: report.recovery, rate }),
  );
  for (const { requirement, detail, crash, order } of report.findings)
    write(`  ${requirement}: ${detail}\n    crash: ${crash}\n    order: ${order}\n`);
  return (isFirst ? report.first.violations : 0) + report.recovery.violations;
}

function tallyCells(
  names: readonly [string, string, string],
  row: { readonly report: CrashReport; readonly tally: CrashTally; readonly rate: number },
): string[] {
  const { report, tally, rate } = row;
  const { enumerated, distinct, asked, points, exhaustivePoints, violations } = tally;
  const operations = names[2] === "first" ? report.operations : report.recoveries;
  const share = points === 0 ? "-" : `${Math.round((100 * exhaustivePoints) / points)} %`;
  return [
    ...names,
    names[2] === "first" ? String(operations) : `${operations} runs`,
    String(enumerated),
    String(distinct),
    String(asked),
    share,
    String(violations),
    String(rate),
  ];
}

function printRow(write: Write, cells: readonly string[]): void {
  const line = cells
    .map((cell, at) => (at < 3 ? cell.padEnd(COLUMNS[at] ?? 0) : cell.padStart(COLUMNS[at] ?? 0)))
    .join("");
  write(`${line.trimEnd()}\n`);
}
