/**
 * The work of `mlx-conform errno`: lets every call of the disk fail in turn.
 *
 * @module
 */

import {
  ERRNO_STAGES,
  EXIT_CODES,
  type ErrnoSeriesResult,
  type ErrnoStage,
  errnoSeries,
  errnoTable,
  mapInForks,
  runErrnoSeries,
} from "../../../harness/internal.ts";
import { HarnessError } from "../../../harness/mod.ts";
import { reference } from "../../reference/reference.ts";
import type { ConformContext } from "../conform_context.ts";
import { sweepWorker } from "./sweep_order.ts";

/** Most violations that are shown. */
const SHOWN_MAX = 20;

/** Which calls fail, and how; where nothing is named, all. */
export interface ErrnoSweepOptions {
  readonly code?: readonly string[];
  readonly kind?: readonly string[];
  readonly stage?: readonly ErrnoStage[];
  readonly jobs: number;
}

/** What a worker runs: the series of that number. */
export async function runErrnoTask(
  options: ErrnoSweepOptions,
  index: number,
): Promise<ErrnoSeriesResult> {
  const one = wantedSeries(options)[index];
  if (one === undefined) throw new HarnessError(`There is no series number ${index}`);
  return runErrnoSeries(reference, one);
}

/**
 * Refuses every call of the disk in turn, until there is no further one, and prints what came of it.
 *
 * @returns the exit code
 */
export async function sweepErrno(
  options: ErrnoSweepOptions,
  context: ConformContext,
): Promise<number> {
  const series = wantedSeries(options);
  const results = await mapInForks<ErrnoSeriesResult>(series.length, {
    ...sweepWorker("errno", options),
    jobs: options.jobs,
    onResult: ({ violations }) => context.writeErr(violations.length === 0 ? "." : "F"),
  });
  const violations = results.flatMap((result) => result.violations);
  const cases = results.reduce((sum, { nthReached }) => sum + nthReached, 0);
  const lines = [
    "",
    `${reference.name} ${reference.version}: every call of the disk refused once and for ever, during ${wantedStages(options).join(", ")}`,
    "",
    errnoTable(results),
    "",
    ...violations
      .slice(0, SHOWN_MAX)
      .map(
        ({ stage, kind, code, nth, forever, finding, detail }) =>
          `${stage}, ${kind.name} number ${nth}${forever ? " and every later one" : ""}, ${code}: ${finding}: ${detail}`,
      ),
    `${series.length} series, each until it no longer fired; ${cases} refusals, ${violations.length} violations, ${Math.round(process.uptime())} s`,
  ];
  context.writeOut(`${lines.join("\n")}\n`);
  return violations.length === 0 ? EXIT_CODES.conformant : EXIT_CODES["not conformant"];
}

function wantedStages({ stage }: ErrnoSweepOptions): readonly ErrnoStage[] {
  return ERRNO_STAGES.filter((one) => stage?.includes(one) ?? true);
}

function wantedSeries(options: ErrnoSweepOptions) {
  const { code, kind } = options;
  return errnoSeries({
    stages: wantedStages(options),
    ...(code === undefined ? {} : { codes: code }),
    ...(kind === undefined ? {} : { kinds: kind }),
  });
}
