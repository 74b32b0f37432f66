import assert from "node:assert/strict";
import { test } from "node:test";
import type { CanLoadReport } from "../../../spec/mod.ts";
import { runScripted as run } from "../scripted_run.ts";

const REPORT: CanLoadReport = {
  schema: "mlx-layout/can-load/1",
  repository: "org/name",
  commit: "c".repeat(40),
  kind: "language",
  architecture: "llama",
  canLoad: true,
  runtimes: [
    {
      runtime: "mlx-lm",
      from: "0.22.0",
      before: undefined,
      loads: true,
      why: [],
      remedy: undefined,
    },
    {
      runtime: "mlx-swift-lm",
      from: "2.21.2",
      before: "main",
      loads: false,
      why: ["it opens every file"],
      remedy: "move that file",
    },
    {
      runtime: "mlx-swift-lm",
      from: "main",
      before: undefined,
      loads: true,
      why: [],
      remedy: undefined,
    },
  ],
  findings: [],
  downloadBytes: 2_000_000,
  weightBytes: 1_900_000,
  quantization: "affine, 4 bits, group size 64",
  parameterCount: 7,
  tensorCount: 3,
  peakMemory: { bytes: 3_000_000, contextTokens: 4_096, cacheBytes: 1 },
  bytesRead: 70_000,
  alternatives: ["move that file"],
};
const answers = {
  canLoad: async (request: { readonly repository: string; readonly revision?: string }) => {
    assert.deepEqual([request.repository, request.revision], ["org/name", "v1"]);
    return REPORT;
  },
};

test("can-load prints the newest release of each runtime, and what the model is", async () => {
  const { exitCode, stdout } = await run("can-load org/name@v1", answers);
  assert.equal(exitCode, 0);
  assert.match(stdout, /^mlx-lm 0\.22\.0 and later: yes$/m);
  assert.match(
    stdout,
    /^mlx-swift-lm 2\.21\.2 to before main: no, because it opens every file; remedy: move that file$/m,
  );
  assert.match(stdout, /^llama, language, 7 parameters, affine/m);
});

test("can-load ends as the chosen runtime answers, prints all of them, or JSON", async () => {
  const chosen = await run("can-load org/name@v1 --runtime mlx-swift-lm@3.31.4", answers);
  assert.equal(chosen.exitCode, 1);
  assert.doesNotMatch(chosen.stdout, /mlx-lm/);
  assert.equal(
    (await run("can-load org/name@v1 --runtime mlx-swift-lm@main", answers)).exitCode,
    0,
  );
  assert.equal((await run("can-load org/name@v1 --runtime nosuch", answers)).exitCode, 2);
  const all = await run("can-load org/name@v1 --all-runtimes", answers);
  assert.match(all.stdout, /^mlx-swift-lm main: yes$/m);
  const json = await run("can-load org/name@v1 --json", answers);
  assert.deepEqual(JSON.parse(json.stdout), JSON.parse(JSON.stringify(REPORT)));
});
