import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { exists } from "../disk/disk_tree.ts";
import { failureStory } from "../report/failure_story.ts";
import { scriptedSubject } from "../worlds/scripted_subject.ts";
import type { World } from "../worlds/world.ts";
import { exitCodeOf, suiteVerdict } from "../suite/suite_verdict.ts";
import { HarnessError } from "../errors.ts";
import { isFidelityFault } from "./judge_fidelity.ts";
import { runScenario } from "./run_scenario.ts";
import { type Scenario, scenario } from "./scenario.ts";
import { RequirementBroken } from "./verdict.ts";

/** Makes one directory, and relies on nothing. */
const subject = scriptedSubject(({ host, config }) => host.files.mkdir(config.root));

test("what is red on disk and green in memory is the harness's fault, and no verdict on the subject", async () => {
  // A world that lies: its disk loses what was made there.
  const lying = made(async (world) => {
    if (world.kind === "disk") await world.files.rmdir(world.root);
  });
  const result = await runScenario(lying, subject, { world: "disk", seed: 1, runs: 3 });
  assert.equal(result.status, "fidelity");
  assert.equal(result.breakage?.requirement, undefined);
  assert.match(failureStory(result) ?? "", /fidelity[^]*LAYOUT-SET[^]*--world disk/);
  const verdict = suiteVerdict([result], { profiles: ["core"] });
  assert.deepEqual([verdict, exitCodeOf(verdict)], ["harness failed", 4]);
});

test("what is red in both worlds is the subject's fault", async () => {
  const strict = made((world) => world.files.rmdir(world.root));
  const result = await runScenario(strict, subject, { world: "disk", seed: 1, runs: 3 });
  assert.deepEqual([result.status, result.breakage?.requirement], ["fail", "LAYOUT-SET"]);
});

test("a scenario that memory cannot tell is not told there", async () => {
  const onDisk: Scenario = {
    ...made(async (world) => {
      if (world.kind === "disk") await world.files.rmdir(world.root);
    }),
    worlds: ["disk"],
  };
  const result = await runScenario(onDisk, subject, { world: "disk", seed: 1, runs: 3 });
  assert.equal(result.status, "fail");
});

test("isFidelityFault() needs a verdict on disk, and a green case in memory", async () => {
  const broken = new RequirementBroken("LAYOUT-SET", { detail: "gone" });
  const green = async () => {};
  const red = () => Promise.reject(broken);
  assert.equal(await isFidelityFault({ error: broken, runInMemory: green }), true);
  assert.equal(await isFidelityFault({ error: broken, runInMemory: red }), false);
  const harnessFault = () => Promise.reject(new HarnessError("no"));
  assert.equal(await isFidelityFault({ error: broken, runInMemory: harnessFault }), false);
  assert.equal(await isFidelityFault({ error: new HarnessError("no"), runInMemory: green }), false);
  assert.equal(await isFidelityFault({ error: undefined, runInMemory: green }), false);
});

// Helpers

function made(meddle: (world: World) => Promise<void>): Scenario {
  return scenario({
    name: "layout/made",
    covers: ["LAYOUT-SET"],
    given: { any: fc.nat() },
    async check(_, world, verdict) {
      await world.start().download({ repository: "org/name" });
      await meddle(world);
      verdict.holds("LAYOUT-SET", await exists(world.files, world.root), "the root is gone");
    },
  });
}
