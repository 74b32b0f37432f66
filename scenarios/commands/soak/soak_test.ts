import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { ScenarioResult } from "../../../harness/mod.ts";
import { captureConform } from "../capture_conform.ts";
import { readKeptBatches } from "./kept_batches.ts";
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

test("a guided soak keeps what showed something new, and the next one begins with it", async () => {
  const directory = await mkdtemp(join(tmpdir(), "mlx-layout-soak-"));
  after(() => rm(directory, { recursive: true }));
  const kept = join(directory, "kept.json");
  const only = ["--only", "manage/model_id_round_trip", "--jobs", "1", "--kept", kept];
  const first = await captureConform(
    "soak",
    "--guided",
    "--minutes",
    "0.01",
    "--seed",
    "7",
    ...only,
  );
  assert.equal(first.exitCode, 0, first.out + first.err);
  const [, branches = "0"] =
    /^guided: (\d+) branches were run; [1-9]\d* batches are kept/m.exec(first.out) ?? [];
  assert.ok(Number(branches) > 100, first.out);
  const batches = await readKeptBatches(kept);
  const next = await captureConform(
    "soak",
    "--guided",
    "--minutes",
    "0.001",
    "--seed",
    "8",
    ...only,
  );
  assert.match(
    next.out,
    new RegExp(`^guided: ${batches.length} kept batches are played first$`, "m"),
  );
  await writeFile(kept, "{");
  const torn = await captureConform("soak", "--guided", "--minutes", "0.001", ...only);
  assert.deepEqual([torn.exitCode, /remove it to begin anew/.test(torn.err)], [2, true]);
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
