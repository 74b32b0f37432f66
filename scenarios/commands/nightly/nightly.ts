/**
 * The work of `mlx-conform nightly`: everything that a machine can prove of this repository, in one command.
 *
 * On a Mac with Apple silicon that is everything, MLX on Metal included. What cannot run here is named with its reason, and a
 * night without the hardware world ends with 5 unless it was left out on purpose.
 *
 * @module
 */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT_CODES } from "../../../harness/suite/exit_codes.ts";
import type { ConformContext } from "../conform_context.ts";
import { type NightlyOptions, type NightlyStep, nightlySteps } from "./nightly_steps.ts";
import { withVolume } from "./nightly_volume.ts";

/** What of a night is run, and where it writes. */
export interface NightlyCommandOptions {
  readonly withoutHardware: boolean;
  readonly onlyHardware: boolean;
  /** Whether the Metal of this Mac is that of a virtual machine. */
  readonly paravirtual: boolean;
  readonly seed: number;
  /** Time of the soak. */
  readonly minutes: number;
  readonly out: string;
  /** Whether the steps are only listed. */
  readonly dryRun: boolean;
}

/** What became of a step. */
interface Outcome {
  readonly step: NightlyStep;
  readonly what: "ok" | "FAILED" | "SKIPPED";
  readonly detail: string;
}

/**
 * Runs the steps of a night, one after the other.
 *
 * @returns the exit code
 */
export async function runNightly(
  options: NightlyCommandOptions,
  { writeOut, annotate }: ConformContext,
): Promise<number> {
  const { out, seed, minutes, dryRun } = options;
  mkdirSync(out, { recursive: true });
  const outcomes: Outcome[] = [];
  for (const step of nightlySteps({
    platform: process.platform,
    arch: process.arch,
    hardware: tierOf(options),
    seed,
    out,
    minutes,
    swiftPackages: globSync("src/**/Package.swift", {
      exclude: (path) => path.includes(".build"),
    }).map((path) => join(path, "..")),
    hasSwift: spawnSync("swift", ["--version"], { stdio: "ignore" }).error === undefined,
  })) {
    writeOut(`\n== ${step.name}\n   ${step.command.join(" ")}\n`);
    outcomes.push(await runStep(step, dryRun));
  }
  const lines = outcomes.map(
    ({ step, what, detail }) => `${what.padEnd(8)}${step.name}: ${detail}`,
  );
  writeFileSync(join(out, "nightly.txt"), `${lines.join("\n")}\n`);
  writeOut(`\n${lines.join("\n")}\n`);
  return verdictOf(outcomes, options, annotate);
}

function tierOf(options: NightlyCommandOptions): NightlyOptions["hardware"] {
  if (options.paravirtual) return "paravirtual";
  if (options.onlyHardware) return "only";
  return options.withoutHardware ? "without" : "with";
}

async function runStep(step: NightlyStep, isDryRun: boolean): Promise<Outcome> {
  if (step.skip !== undefined) return { step, what: "SKIPPED", detail: step.skip };
  if (isDryRun) return { step, what: "ok", detail: "not run: --dry-run" };
  const startMs = performance.now();
  try {
    const code =
      step.volume === undefined
        ? await execute(step.command)
        : await withVolume(step.volume, (directory) =>
            execute(step.command.map((word) => word.replace("{volume}", directory))),
          );
    const isVerdict = step.otherVerdicts?.includes(code) === true;
    const seconds = `${Math.round((performance.now() - startMs) / 1000)} s`;
    return code === 0 || isVerdict
      ? { step, what: "ok", detail: isVerdict ? `judged, exit code ${code}, ${seconds}` : seconds }
      : { step, what: "FAILED", detail: `it ended with ${code}, after ${seconds}` };
  } catch (error) {
    return { step, what: "FAILED", detail: error instanceof Error ? error.message : String(error) };
  }
}

async function execute([program = "", ...args]: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: "inherit" });
  const [code]: unknown[] = await once(child, "exit");
  return typeof code === "number" ? code : EXIT_CODES["harness failed"];
}

/** Says what is missing, and decides. */
function verdictOf(
  outcomes: readonly Outcome[],
  { withoutHardware }: Pick<NightlyCommandOptions, "withoutHardware">,
  annotate: ConformContext["annotate"],
): number {
  const missing = outcomes.find(({ step, what }) => step.isHardware === true && what === "SKIPPED");
  if (missing !== undefined) {
    annotate(`The hardware world was skipped: ${missing.detail}`);
  }
  if (outcomes.some(({ what }) => what === "FAILED")) return EXIT_CODES["not conformant"];
  return missing === undefined || withoutHardware ? EXIT_CODES.conformant : EXIT_CODES.incomplete;
}
