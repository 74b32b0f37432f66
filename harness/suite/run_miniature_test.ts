import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Subject } from "../../spec/mod.ts";
import { scriptedSubject } from "../worlds/scripted_subject.ts";
import { isCaught, runMiniature } from "./run_miniature.ts";
import { scenario } from "../scenario/scenario.ts";

const subject = scriptedSubject(async () => {});

/** A scenario that reads the name of the subject: the mistakes of these tests are words in it. */
const failingOn = (name: string, id: "DL-ATOMIC" | "DL-RESUME" | "VERIFY-ROT", mistake: string) =>
  scenario({
    name,
    covers: [id],
    given: {},
    check: async (_, world, verdict) => {
      verdict.holds(id, !world.subject.name.includes(mistake), `it has ${mistake} in its name`);
    },
  });

const SCENARIOS = [
  failingOn("a/torn", "DL-ATOMIC", "torn"),
  failingOn("a/torn_again", "DL-ATOMIC", "torn"),
  failingOn("a/forgetful", "DL-RESUME", "forgetful"),
  failingOn("a/rotten", "VERIFY-ROT", "rotten"),
];

const named = (name: string) => ({
  name,
  mistake: "Has a wrong name.",
  breaks: ["DL-ATOMIC"] as const,
  wrap: (correct: Subject) => ({ ...correct, name }),
});

const options = { subject, seed: 1, focusedRuns: 3, otherRuns: 1 };

test("runMiniature() catches a miniature by what it breaks", async () => {
  const result = await runMiniature(named("torn"), SCENARIOS, options);
  assert.deepEqual(
    result.red.map(({ requirement, scenario: name }) => `${requirement} ${name}`),
    ["DL-ATOMIC a/torn", "DL-ATOMIC a/torn_again"],
  );
  assert.deepEqual([result.judged, result.all], [4, 4]);
  assert.ok(isCaught(result));
});

test("runMiniature() does not call a miniature caught that trips something else, or nothing", async () => {
  assert.ok(!isCaught(await runMiniature(named("torn and rotten"), SCENARIOS, options)));
  assert.ok(!isCaught(await runMiniature(named("correct"), SCENARIOS, options)));
});

test("runMiniature() leaves out what could only show the same again, and other scenarios by their share", async () => {
  const short = { ...options, untilCaught: true, otherShare: 0 };
  const result = await runMiniature(named("torn"), SCENARIOS, short);
  assert.deepEqual([result.judged, result.all], [1, 4]);
  assert.ok(isCaught(result));
});

test("runMiniature() plays first what caught it before, and the others where that no longer does", async () => {
  const caughtBy = async (first: Readonly<Record<string, string>>) => {
    const short = { ...options, untilCaught: true, otherShare: 0, first };
    const { red } = await runMiniature(named("torn"), SCENARIOS, short);
    return red.map(({ scenario: name }) => name);
  };
  assert.deepEqual(await caughtBy({ "a/torn_again": "0" }), ["a/torn_again"]);
  assert.deepEqual(await caughtBy({ "a/forgetful": "0", "a/gone": "0" }), ["a/torn"]);
});

test("runMiniature() plays the one case that caught it before, and more of the scenario where that one no longer does", async () => {
  let played: number[] = [];
  const numbered = scenario({
    name: "a/numbered",
    covers: ["DL-ATOMIC"],
    given: { number: fc.nat(20) },
    check: async ({ number }, _, verdict) => {
      played.push(number);
      verdict.holds("DL-ATOMIC", number !== 13, "it is thirteen");
    },
  });
  const judge = async (first: Readonly<Record<string, string>>) => {
    played = [];
    const many = { ...options, focusedRuns: 200, untilCaught: true, first };
    return (await runMiniature(named("any"), [numbered], many)).red[0]?.path ?? "";
  };
  const path = await judge({});
  assert.ok(played.length > 1);
  assert.equal(await judge({ "a/numbered": path }), path);
  assert.deepEqual(played, [13]);
  assert.equal(await judge({ "a/numbered": String(Number(path) + 1) }), path);
});

test("runMiniature() draws the other scenarios by the seed alone", async () => {
  const many = Array.from({ length: 60 }, (_, at) => failingOn(`a/other_${at}`, "DL-RESUME", "-"));
  const drawn = async (seed: number) => {
    const half = { ...options, seed, otherShare: 0.5 };
    return (await runMiniature(named("torn"), many, half)).judged;
  };
  assert.equal(await drawn(1), await drawn(1));
  const judged = await drawn(1);
  assert.ok(judged > 10 && judged < 50, `${judged} of 60 were drawn`);
});

test("runMiniature() distinguishes an error of the suite from a verdict", async () => {
  const faulty = scenario({
    name: "a/faulty",
    covers: ["DL-ATOMIC"],
    given: {},
    check: async () => {
      throw new TypeError("nothing of the kind");
    },
  });
  const result = await runMiniature(named("torn"), [...SCENARIOS, faulty], options);
  assert.match(result.suiteErrors.join(), /^a\/faulty: .*nothing of the kind/);
  assert.ok(!isCaught(result));
});
