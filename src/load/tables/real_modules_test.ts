/**
 * Holds the tensor tables against real mlx-lm: small models that it builds and saves, and damages of them.
 *
 * A few modules in two packings; with MLX_LAYOUT_MODULES=all every module in all packings. Other modules can be named.
 * SEEDS says how many configurations of each there are: the first is the usual one, the others differ in flags and sizes.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { findPython } from "../../../harness/subjects/find_python.ts";
import { nodeHost } from "../../node_host.ts";
import { checkDirectory } from "../check_directory.ts";
import { loadTensorTables } from "./tensor_tables.ts";

const python = findPython() ?? "";
const options = {
  skip: python === "" && "no Python with mlx-lm: run npm run subjects, or set MLX_LAYOUT_PYTHON",
  timeout: 7_200_000,
};

/** A dense, a gated and a hybrid model, one of experts, and one with a text part. */
const FEW = ["gemma2", "qwen3_moe", "lfm2", "gemma3"];

const PACKINGS = "plain,affine-4,affine-8,mxfp4,nvfp4,mxfp8";

/** What a directory of weights alone is refused for, whatever its tensors. */
const TEXT_CAUSES = ["missing-tokenizer", "missing-tokenizer-config", "zeroed"];

/** What mlx-lm may take as it is: some modules use the embedding where there is no output. */
const SOUND_WHERE_ACCEPTED = ["none", "no output"];

interface Line {
  readonly module: string;
  readonly packing: string;
  readonly damage: string;
  readonly directory: string;
  readonly accepted: boolean;
  readonly why: string;
  readonly error?: string;
}

test("the tensor tables accept and refuse what mlx-lm does", options, async (t) => {
  const asked = process.env["MLX_LAYOUT_MODULES"] ?? FEW.join(",");
  const isWhole = asked === "all";
  const { tables, source } = await loadTensorTables();
  const modules = isWhole ? Object.keys(tables) : asked.split(",");
  const packings = process.env["PACKINGS"] ?? (isWhole ? PACKINGS : "plain,affine-4");
  const out = mkdtempSync(join(tmpdir(), "real-modules-"));
  const child = spawn(python, [join(import.meta.dirname, "real_modules.py"), out, ...modules], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, PACKINGS: packings },
  });
  t.after(() => {
    child.kill();
    rmSync(out, { recursive: true, force: true });
  });
  const { files } = nodeHost();
  const count = { sound: 0, blamed: 0, damaged: 0, overlooked: 0, built: new Set<string>() };
  const wrong: string[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as Line;
    if (line.error !== undefined) continue;
    count.built.add(line.module);
    const report = await checkDirectory(files, line.directory);
    child.stdin.write("next\n");
    const errors = report.findings.filter(
      ({ level, cause }) => level === "error" && !TEXT_CAUSES.includes(cause),
    );
    const label = `${line.module} ${line.packing}: ${line.damage}`;
    if (SOUND_WHERE_ACCEPTED.includes(line.damage) && line.accepted) {
      count.sound += 1;
      if (errors.length > 0) count.blamed += 1;
      if (errors.length > 0) wrong.push(`blamed: ${label}: ${errors[0]?.detail}`);
    } else if (!line.accepted) {
      count.damaged += 1;
      if (errors.length === 0) count.overlooked += 1;
      if (errors.length === 0) wrong.push(`overlooked: ${label}: ${line.why}`);
    }
  }
  t.diagnostic(
    `${source}: ${count.built.size} of ${modules.length} modules built; ${count.sound} sound, ${count.blamed} refused; ${count.damaged} that mlx-lm refuses, ${count.overlooked} accepted`,
  );
  for (const one of wrong) t.diagnostic(one);
  const code = child.exitCode ?? (await new Promise((done) => child.once("exit", done)));
  assert.equal(code, 0, "the program that builds the models came to its end");
  assert.ok(count.sound > 0 && count.damaged > 0, "something was compared");
  assert.equal(count.blamed, 0, "no sound directory is refused");
  assert.ok(count.overlooked <= count.damaged / 100, wrong.join("\n"));
});
