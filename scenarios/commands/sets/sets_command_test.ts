import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { exampleFailure } from "../../../harness/deviations/example_result.ts";
import { freezeSet, parseRecord, requirementTable, setSha256 } from "../../../harness/internal.ts";
import { REQUIREMENTS } from "../../../spec/mod.ts";
import { REQUIREMENT_SETS, type RequirementSet } from "../../../spec/sets/mod.ts";
import { captureConform } from "../capture_conform.ts";
import { runOptions } from "../run/run_options.ts";
import { RunReport } from "../run/run_report.ts";

const directory = await mkdtemp(join(tmpdir(), "mlx-layout-sets-"));
after(() => rm(directory, { recursive: true }));

test("mlx-conform sets lists every set, and finds nothing wrong with them", async () => {
  const { exitCode, out, err } = await captureConform("sets");
  assert.equal(exitCode, 0, err);
  for (const { set, sha256 } of REQUIREMENT_SETS)
    assert.ok(out.includes(`${set.name}: frozen ${set.frozen}`) && out.includes(sha256), out);
});

test("mlx-conform sets --freeze writes a set once", async () => {
  const freeze = ["sets", "--freeze", "2027-06", "--into", directory];
  const first = await captureConform(...freeze);
  assert.equal(first.exitCode, 0, first.err);
  const { requirements } = JSON.parse(readFileSync(join(directory, "2027-06.json"), "utf8"));
  assert.deepEqual(Object.keys(requirements), Object.keys(REQUIREMENTS));
  assert.match(first.out, /import set202706 from "\.\/2027-06\.json"/);
  const again = await captureConform(...freeze);
  assert.equal(again.exitCode, 2);
  assert.match(again.err, /Cannot freeze set 2027-06 in .*EEXIST/);
  const misnamed = await captureConform("sets", "--freeze", "2027-13");
  assert.equal(misnamed.exitCode, 2);
});

test("what came after the set of a run decides nothing, and is named", async () => {
  const facts = { name: "2020-01", frozen: "2020-01-01", suite: "0.0.1" };
  const set = freezeSet(facts, { "DL-RETRY": REQUIREMENTS["DL-RETRY"] });
  const broken = exampleFailure("DL-INTEGRITY", "wrong bytes");
  const run = async (name: string, { set: asked }: { readonly set: RequirementSet | "none" }) => {
    const path = join(directory, name);
    const given = {
      seed: 1,
      runs: 1,
      replays: directory,
      jobs: 1,
      all: false,
      examples: true,
      report: path,
    };
    const report = await RunReport.begin(runOptions({ ...given, set: asked }), {
      subject: { name: "a", version: "1" },
      profiles: ["core"],
      planned: 1,
    });
    const reported = report.add(broken);
    const { verdict } = await report.end([broken]);
    const record = parseRecord(readFileSync(path, "utf8"), name);
    const junit = `${path}.xml`;
    await captureConform("report", path, "--junit", junit);
    return {
      verdict,
      record,
      junit: readFileSync(junit, "utf8"),
      isBail: report.isDecisive(reported),
    };
  };
  const scored = await run("all.jsonl", { set: "none" });
  assert.deepEqual([scored.verdict, scored.isBail], ["not conformant", true]);
  assert.equal(scored.record.header.set, undefined);
  assert.match(scored.junit, /<failure/);
  const early = await run("early.jsonl", { set });
  // Nothing that the set has was run.
  assert.deepEqual([early.verdict, early.isBail], ["incomplete", false]);
  assert.deepEqual(early.record.header.set, { name: "2020-01", sha256: setSha256(set) });
  assert.equal(early.record.results[0]?.status, "fail");
  const unscored = early.record.requirements.filter((one) => one.scored === false);
  assert.equal(unscored.length, Object.keys(REQUIREMENTS).length - 1);
  assert.doesNotMatch(early.junit, /<failure/);
  assert.match(early.junit, /not scored: wrong bytes/);
  const line = requirementTable([broken], { worlds: ["memory"], set }).split("\n")[1];
  assert.match(line ?? "", /^DL-INTEGRITY +MUST +not scored/);
});

test("--set that is no set ends with 2 and says which there are", async () => {
  for (const [set, why] of [
    ["2019-01", /It is no frozen set; there are 2026-12/],
    [join(directory, "none.json"), /Cannot read the set .*ENOENT/],
  ] as const) {
    const { exitCode, err } = await captureConform("run", "--set", set);
    assert.equal(exitCode, 2, err);
    assert.match(err, why);
  }
});
