/**
 * `npm run nightly [-- --dry-run]`: everything that takes long, one step after the other, and what cannot be done here
 * in one line with its reason. A night without the hardware world says so in red.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { styleText } from "node:util";
import { findPython } from "../harness/subjects/find_python.ts";
import { nightSteps, type NightStep } from "./nightly_steps.ts";

const isDry = process.argv.includes("--dry-run");
const python = findPython();
process.exitCode = await night();

async function night(): Promise<number> {
  const failed: string[] = [];
  const steps = nightSteps({
    platform: process.platform,
    processor: process.arch,
    has,
    python,
    isOnline: process.env["MLX_LAYOUT_ONLINE"] === "1",
  });
  for (const step of steps) {
    if (step.skip !== undefined) say(`skip  ${step.name}: ${step.skip}`);
    else if (isDry) say(`would ${step.name}: ${step.command.join(" ")}`);
    else if (!(await isDone(step))) failed.push(step.name);
  }
  for (const name of failed) say(styleText("red", `FAILED ${name}`));
  const hardware = steps.filter(({ isHardware, skip }) => isHardware && skip !== undefined);
  for (const { skip } of hardware) {
    say(
      styleText("red", `This night did NOT judge the hardware world: ${skip}`, {
        validateStream: false,
      }),
    );
  }
  return failed.length === 0 ? 0 : 1;
}

async function isDone({ name, command }: NightStep): Promise<boolean> {
  say(`begin ${name}: ${command.join(" ")}`);
  const beganMs = performance.now();
  const [program = "", ...args] = command;
  const variables = python === undefined ? {} : { MLX_LAYOUT_PYTHON: python };
  const child = spawn(program, args, {
    stdio: "inherit",
    env: { ...process.env, MLX_LAYOUT_PLANS: "100", ...variables },
  });
  const ended = Promise.race([once(child, "exit"), once(child, "error").then(() => [1])]);
  const [code] = (await ended) as [number | null];
  const seconds = Math.round((performance.now() - beganMs) / 1000);
  say(`${code === 0 ? "done " : "WRONG"} ${name}: ${seconds} s`);
  return code === 0;
}

function has(program: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
