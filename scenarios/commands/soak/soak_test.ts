import assert from "node:assert/strict";
import { test } from "node:test";
import type { ScenarioResult } from "../../../harness/mod.ts";
import { captureConform } from "../capture_conform.ts";
import { SoakTally } from "./soak_tally.ts";

const PASSED: ScenarioResult = {
  scenario: "model_based/any_trouble",
  world: "memory",
  status: "pass",
  covers: ["DL-ATOMIC"],
  judged: { "DL-ATOMIC": 10 },
  skipped: {},
  reached: { "a kill": 3 },
  vacuity: [],
  breakage: undefined,
  seed: 9,
  cases: 10,
  durationMs: 10,
};

test("mlx-conform soak runs fresh cases for a while and says what it saw", async () => {
  const { exitCode, out } = await captureConform(
    "soak",
    "--minutes",
    "0.01",
    "--seed",
    "7",
    "--only",
    "manage/model_id_round_trip",
  );
  assert.equal(exitCode, 0, out);
  assert.match(out, /^soak of mlx-layout \S+: 0\.01 minutes, seed 7\n/);
  assert.match(
    out,
    /\nminute \d\.\d: [1-9]\d* cases \(\d+\/min\) of 1 scenarios; \d+ requirements judged; 0 broken/,
  );
});

test("mlx-conform soak refuses a wrong command line with 2", async () => {
  for (const args of [
    ["--minutes", "0"],
    ["--minutes", "x"],
    ["--jobs", "0"],
    ["--only", "a/b"],
  ])
    assert.equal(
      (await captureConform("soak", "--minutes", "0.001", ...args)).exitCode,
      2,
      args.join(" "),
    );
});

test("SoakTally ends with the worst that it saw", () => {
  const tally = new SoakTally();
  assert.equal(tally.exitCode, 5);
  tally.add({ ...PASSED, status: "vacuous" });
  assert.equal(tally.exitCode, 0);
  tally.add({ ...PASSED, status: "timeout" });
  assert.equal(tally.exitCode, 5);
  tally.add({ ...PASSED, status: "error" });
  assert.equal(tally.exitCode, 4);
  tally.add({ ...PASSED, status: "fail" });
  assert.equal(tally.exitCode, 1);
  assert.equal(
    tally.line(2),
    "40 cases (20/min) of 1 scenarios; 1 requirements judged; 1 broken, 1 errors, 1 timeouts; kinds: kill 12",
  );
});
