/**
 * `npm run errno`: refuses every call of the disk in turn, until there is no further one, and prints what came of it.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { Command } from "commander";
import {
  ERRNO_KINDS,
  ERRNO_STAGES,
  type ErrnoStage,
  errnoSeries,
  type ErrnoSeriesResult,
  errnoTable,
  EXIT_CODES,
  mapInForks,
  runErrnoSeries,
  serveForks,
} from "../../../harness/internal.ts";
import { reference } from "../../reference/reference.ts";
import { jobsOption, oneOfNames, readSweepOptions } from "./read_sweep_options.ts";

const kinds = ERRNO_KINDS.map(({ name }) => name);
const codes = [...new Set(errnoSeries().map(({ code }) => code))];
const values = readSweepOptions<{
  readonly code?: string[];
  readonly kind?: string[];
  readonly stage?: ErrnoStage[];
  readonly jobs: number;
}>(
  new Command("npm run errno --")
    .description("Refuse every call of the disk in turn, and see what comes of it.")
    .option("--code <code>", `may be repeated; one of ${codes.join(", ")}`, oneOfNames(codes))
    .option("--kind <kind>", `may be repeated; one of ${kinds.join(", ")}`, oneOfNames(kinds))
    .option(
      "--stage <stage>",
      `may be repeated; one of ${ERRNO_STAGES.join(", ")}`,
      oneOfNames(ERRNO_STAGES),
    )
    .addOption(jobsOption()),
  process.argv.slice(2),
);
const stages = ERRNO_STAGES.filter((stage) => values.stage?.includes(stage) ?? true);
const series = errnoSeries({
  stages,
  ...(values.code === undefined ? {} : { codes: values.code }),
  ...(values.kind === undefined ? {} : { kinds: values.kind }),
});

if (process.send === undefined) process.exitCode = await sweep();
else
  serveForks(async (index) => {
    const one = series[index];
    if (one === undefined) throw new RangeError(`Cannot run series ${index}: there is none`);
    return runErrnoSeries(reference, one);
  });

async function sweep(): Promise<number> {
  const results = await mapInForks<ErrnoSeriesResult>(series.length, {
    module: fileURLToPath(import.meta.url),
    args: process.argv.slice(2),
    jobs: values.jobs,
    onResult: ({ violations }) => process.stderr.write(violations.length === 0 ? "." : "F"),
  });
  const violations = results.flatMap((result) => result.violations);
  const cases = results.reduce((sum, { nthReached }) => sum + nthReached, 0);
  const lines = [
    "",
    `${reference.name} ${reference.version}: every call of the disk refused once and for ever, during ${stages.join(", ")}`,
    "",
    errnoTable(results),
    "",
    ...violations
      .slice(0, 20)
      .map(
        ({ stage, kind, code, nth, forever, finding, detail }) =>
          `${stage}, ${kind.name} number ${nth}${forever ? " and every later one" : ""}, ${code}: ${finding}: ${detail}`,
      ),
    `${series.length} series, each until it no longer fired; ${cases} refusals, ${violations.length} violations, ${Math.round(process.uptime())} s`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return violations.length === 0 ? EXIT_CODES.conformant : EXIT_CODES["not conformant"];
}
