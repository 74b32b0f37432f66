/**
 * Judges a mutant by the unit tests of its folder, in a process of their own.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { JudgedMutant, Mutant } from "./mutant.ts";

const UNIT_MS_MAX = 120_000;

/**
 * Judges a mutant by the tests of its folder.
 *
 * @param copy the instrumented copy
 * @returns undefined when they do not notice it
 */
export async function judgeByUnitTests(
  copy: string,
  { id, file }: Mutant,
): Promise<Pick<JudgedMutant, "end" | "by"> | undefined> {
  const folder = join(copy, "src", dirname(file));
  const own = join(folder, basename(file).replace(/\.ts$/, "_test.ts"));
  const others = (await readdir(folder)).filter((name) => name.endsWith("_test.ts"));
  const tests = [...new Set([own, ...others.map((name) => join(folder, name))])].filter((path) =>
    existsSync(path),
  );
  if (tests.length === 0) return undefined;
  const code = await new Promise<number>((resolve) => {
    const child = spawn(process.execPath, ["--test", "--test-concurrency=1", ...tests], {
      cwd: copy,
      env: { ...process.env, __STRYKER_ACTIVE_MUTANT__: id, NODE_TEST_CONTEXT: undefined },
      stdio: "ignore",
      timeout: UNIT_MS_MAX,
      killSignal: "SIGKILL",
    });
    child.on("error", () => resolve(1));
    child.on("close", (status) => resolve(status ?? 1));
  });
  return code === 0 ? undefined : { end: "unit", by: basename(folder) };
}
