/**
 * `npm run nightly`: everything that a machine can prove of this repository, in one line.
 *
 * On a Mac with Apple silicon that is the whole, MLX on Metal included. What cannot be run here is named with its reason, and a
 * night without the hardware world ends with 5 unless it was left out on purpose.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type NightlyStep, nightlySteps } from "./nightly_steps.ts";
import { withVolume } from "./nightly_volume.ts";

const { values } = parseArgs({
  options: {
    "without-hardware": { type: "boolean", default: false },
    "only-hardware": { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "20" },
    out: { type: "string", default: ".mlx-conform/nightly" },
    "dry-run": { type: "boolean", default: false },
  },
});
process.exitCode = await main();

/** What became of a step. */
interface Outcome {
  readonly step: NightlyStep;
  readonly what: "ok" | "FAILED" | "SKIPPED";
  readonly detail: string;
}

async function main(): Promise<number> {
  mkdirSync(values.out, { recursive: true });
  const outcomes: Outcome[] = [];
  for (const step of nightlySteps({
    platform: process.platform,
    arch: process.arch,
    hardware: values["only-hardware"] ? "only" : values["without-hardware"] ? "without" : "with",
    seed: values.seed,
    out: values.out,
    minutes: Number(values.minutes),
    swiftPackages: globSync("src/**/Package.swift", {
      exclude: (path) => path.includes(".build"),
    }).map((path) => join(path, "..")),
  })) {
    process.stdout.write(`\n== ${step.name}\n   ${step.command.join(" ")}\n`);
    outcomes.push(await runStep(step));
  }
  return tell(outcomes);
}

async function runStep(step: NightlyStep): Promise<Outcome> {
  if (step.skip !== undefined) return { step, what: "SKIPPED", detail: step.skip };
  if (values["dry-run"]) return { step, what: "ok", detail: "not run: --dry-run" };
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
  return typeof code === "number" ? code : 4;
}

/** Prints what became of each step, and says in red what is missing. */
function tell(outcomes: readonly Outcome[]): number {
  const lines = outcomes.map(
    ({ step, what, detail }) => `${what.padEnd(8)}${step.name}: ${detail}`,
  );
  writeFileSync(join(values.out, "nightly.txt"), `${lines.join("\n")}\n`);
  process.stdout.write(`\n${lines.join("\n")}\n`);
  const missing = outcomes.find(({ step, what }) => step.isHardware === true && what === "SKIPPED");
  if (missing !== undefined) {
    const text = `The hardware world was skipped: ${missing.detail}`;
    const isActions = process.env["GITHUB_ACTIONS"] === "true";
    process.stdout.write(isActions ? `::error::${text}\n` : `\u001b[31m${text}\u001b[0m\n`);
  }
  if (outcomes.some(({ what }) => what === "FAILED")) return 1;
  return missing === undefined || values["without-hardware"] ? 0 : 5;
}
