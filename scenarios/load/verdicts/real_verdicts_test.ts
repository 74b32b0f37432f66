/**
 * Holds what the cases of verdicts say of mlx-lm 0.32.2 against the real one.
 *
 * Needs a Python with `mlx` and `mlx-lm`, whose path is in MLX_LAYOUT_PYTHON.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { tinyLlama } from "../../../harness/internal.ts";
import { findPython } from "../../../harness/subjects/find_python.ts";
import { VERDICT_CASES } from "./verdict_cases.ts";

const python = findPython() ?? "";
const skip =
  python === "" && "no Python with mlx-lm: run npm run subjects, or set MLX_LAYOUT_PYTHON";
const SCRIPT = join(import.meta.dirname, "../../../harness/models/real_mlx.py");
const FAMILIES = ["llama", "mistral", "qwen2", "qwen3"] as const;

test("real mlx-lm does what the cases of verdicts say", { skip, timeout: 600_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), "mlx-layout-verdicts-"));
  const { stdin, stdout } = spawn(python, [SCRIPT], { stdio: ["pipe", "pipe", "ignore"] });
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const wrong: string[] = [];
  for (const family of FAMILIES)
    for (const more of [{}, { quantization: undefined }]) {
      const model = tinyLlama({ family, shards: 2, ...more });
      for (const [name, { apply, expected }] of Object.entries(VERDICT_CASES)) {
        const said = (typeof expected === "function" ? expected(model) : expected)["mlx-lm 0.32.2"];
        if (said === undefined) continue;
        for (const { path, bytes } of apply(model, "nosuch_type")) {
          mkdirSync(dirname(join(directory, path)), { recursive: true });
          writeFileSync(join(directory, path), bytes);
        }
        stdin.write(`${JSON.stringify({ directory, prompt: "hello", count: 1 })}\n`);
        const { ok, error } = JSON.parse((await lines.next()).value as string) as {
          readonly ok: boolean;
          readonly error?: string;
        };
        if (ok !== said) wrong.push(`${model.label}, ${name}: ${error ?? "it loads"}`);
        rmSync(directory, { recursive: true });
        mkdirSync(directory);
      }
    }
  stdin.end();
  rmSync(directory, { recursive: true });
  assert.deepEqual(wrong, []);
});
