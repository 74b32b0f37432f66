import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";

/** Where `strace` is looked for; with it a program is observed from outside, and can be killed at a system call. */
export const STRACE = "/usr/bin/strace";

const run = promisify(execFile);
let lack: Promise<string | undefined> | undefined;

/** Why no program can be traced here; undefined when it can. It is tried once. */
export function tracerLack(): Promise<string | undefined> {
  lack ??= findLack();
  return lack;
}

async function findLack(): Promise<string | undefined> {
  if (!existsSync(STRACE)) return "no strace is installed that could see what a program does";
  try {
    await run(STRACE, ["-f", "-qq", "-o", "/dev/null", "true"]);
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? (error.message.trim().split("\n").at(-1) ?? "") : "";
    return `no program may be traced here: ${why}`;
  }
}
