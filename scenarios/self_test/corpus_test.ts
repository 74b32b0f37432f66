/**
 * What broke once must hold for ever: every kept replay, in every world that its scenario has.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeGiven, failureSignature, runReplay } from "../../harness/internal.ts";
import { WORLD_KINDS, failureStory } from "../../harness/mod.ts";
import { readCorpus } from "../commands/replay/replay_files.ts";
import { corpusResults, runCorpus } from "../commands/run/run_corpus.ts";
import { scenarios } from "../mod.ts";
import { reference } from "../reference/reference.ts";

const corpus = await readCorpus();
const stray = corpus.find(({ replay }) => replay.requirement === "LAYOUT-STRAYS");

test("there are kept replays", () => {
  assert.ok(corpus.length > 0);
});

test("every kept replay has the signature that its failure would have today", () => {
  for (const { name, replay } of corpus) {
    const { scenario, status, requirement, seen } = replay;
    const broken = requirement ?? undefined;
    const signature = failureSignature({ scenario, status, requirement: broken, detail: seen });
    assert.equal(replay.signature, signature, name);
  }
});

test("every kept replay gives what its scenario asks for, and is not passed over", () => {
  for (const { name, replay } of corpus) {
    const scenario = scenarios.find((one) => one.name === replay.scenario);
    const given = decodeGiven(replay.given);
    const lacking = Object.keys(scenario?.given ?? {}).filter((key) => !Object.hasOwn(given, key));
    assert.deepEqual(lacking, [], name);
  }
});

for (const { name, replay } of corpus) {
  for (const world of WORLD_KINDS) {
    const scenario = scenarios.find((one) => one.name === replay.scenario);
    if (scenario?.worlds?.includes(world) === false) continue;
    test(`corpus/${name} holds in ${world}`, async () => {
      const { outcome, result } = await runReplay(replay, { scenarios, subject: reference, world });
      assert.equal(outcome, "holds", failureStory(result) ?? "it proves nothing");
    });
  }
}

test("a kept replay that breaks, or proves nothing any more, counts against the run", async () => {
  assert.ok(stray !== undefined);
  const broken = await runCorpus([stray], {
    subject: { ...reference, start: () => assert.fail("no process") },
    worlds: ["memory"],
  });
  assert.equal(broken.count, 1);
  assert.equal(corpusResults(broken)[0]?.status, "error");
  const elsewhere = { ...stray, replay: { ...stray.replay, requirement: "LOAD-NAN" as const } };
  const empty = await runCorpus([elsewhere], { subject: reference, worlds: ["memory"] });
  assert.deepEqual(
    corpusResults(empty).map(({ status, vacuity }) => ({ status, vacuity })),
    [{ status: "vacuous", vacuity: [`corpus/${stray.name} no longer judges its requirement`] }],
  );
});
