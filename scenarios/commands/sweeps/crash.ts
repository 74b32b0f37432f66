/**
 * `npm run crash`: every disk that a crash of the reference's downloads can leave, judged, and the numbers.
 *
 * @module
 */

import type { CrashReport, CrashTally } from "../../../harness/internal.ts";
import { reference } from "../../reference/reference.ts";
import { CRASH_MODELS } from "../../crash/crash_models.ts";
import { type CrashOptions, parseCrashOptions } from "../../crash/crash_options.ts";
import { exploreModel } from "../../crash/explore_model.ts";

const COLUMNS = [16, 9, 14, 11, 11, 9, 8, 11, 11, 8] as const;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = parseCrashOptions(args);
  if (typeof options === "number") return options;
  print([
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
        violations += await row(model, { ...options, profile, again }, isFirst);
      }
    }
  }
  process.stdout.write(`\n${violations} violations\n`);
  return violations === 0 ? 0 : 1;
}

async function row(
  model: (typeof CRASH_MODELS)[number],
  options: CrashOptions & Pick<Parameters<typeof exploreModel>[2], "profile" | "again">,
  isFirst: boolean,
): Promise<number> {
  const { profile, again } = options;
  // What comes of the first crash was seen when its recovery was killed: only the second differs.
  const bounds = isFirst ? options : { ...options, asked: options.recoveries };
  const startUs = process.cpuUsage();
  const report = await exploreModel(reference, model, bounds);
  const { user, system } = process.cpuUsage(startUs);
  const seconds = (user + system) / 1e6;
  const asked = report.first.asked + report.recovery.asked;
  const rate = Math.round(asked / seconds);
  if (isFirst) printTally([model.name, profile, "first"], { report, tally: report.first, rate });
  const what = `again, ${again}`;
  printTally([model.name, profile, what], { report, tally: report.recovery, rate });
  for (const { requirement, detail, crash, order } of report.findings)
    process.stdout.write(`  ${requirement}: ${detail}\n    crash: ${crash}\n    order: ${order}\n`);
  return (isFirst ? report.first.violations : 0) + report.recovery.violations;
}

function printTally(
  names: readonly [string, string, string],
  row: { readonly report: CrashReport; readonly tally: CrashTally; readonly rate: number },
): void {
  const { report, tally, rate } = row;
  const { enumerated, distinct, asked, points, exhaustivePoints, violations } = tally;
  const operations = names[2] === "first" ? report.operations : report.recoveries;
  const share = points === 0 ? "-" : `${Math.round((100 * exhaustivePoints) / points)} %`;
  print([
    ...names,
    names[2] === "first" ? String(operations) : `${operations} runs`,
    String(enumerated),
    String(distinct),
    String(asked),
    share,
    String(violations),
    String(rate),
  ]);
}

function print(cells: readonly string[]): void {
  const line = cells
    .map((cell, at) => (at < 3 ? cell.padEnd(COLUMNS[at] ?? 0) : cell.padStart(COLUMNS[at] ?? 0)))
    .join("");
  process.stdout.write(`${line.trimEnd()}\n`);
}
