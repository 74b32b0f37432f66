import assert from "node:assert/strict";
import { test } from "node:test";
import { REQUIREMENTS } from "../../spec/mod.ts";
import { EndlessCall, HarnessError, ProcessKilled } from "../errors.ts";
import { RequirementBroken, Verdict } from "./verdict.ts";

const ID = "DL-RETRY";

test("Verdict.holds() tells the requirement, its level, its sentence and what was seen", () => {
  const verdict = verdictOn();
  verdict.holds(ID, true, "fine");
  assert.equal(seenBy(verdict), undefined);
  assert.throws(
    () => verdict.holds(ID, false, () => "three requests"),
    (error) =>
      error instanceof RequirementBroken &&
      error.message === `${ID} MUST: ${REQUIREMENTS[ID].text} (three requests)`,
  );
  assert.deepEqual([...verdict.judged], [ID]);
  assert.equal(seenBy(verdict), "three requests");
});

test("Verdict refuses to judge what its scenario does not cover", async () => {
  const verdict = verdictOn();
  assert.throws(() => verdict.holds("DL-PEAK", true, ""), HarnessError);
  assert.throws(() => verdict.skip("DL-PEAK", ""), HarnessError);
  await assert.rejects(
    verdict.attempt("DL-PEAK", async () => 1),
    HarnessError,
  );
  assert.throws(() => verdict.reached("the moon"), HarnessError);
  assert.equal(verdict.judged.size, 0);
});

test("Verdict.attempt() makes a rejection a broken requirement, with its code", async () => {
  const verdict = verdictOn();
  assert.equal(await verdict.attempt(ID, async () => 7), 7);
  const failing = verdict.attempt(ID, () => Promise.reject(modelError("network")));
  await assert.rejects(failing, (error) => {
    return error instanceof RequirementBroken && error.detail.includes("network: it broke");
  });
});

test("Verdict.attempt() passes on what is no answer of the subject", async () => {
  for (const error of [new HarnessError("harness"), new ProcessKilled("killed")]) {
    const verdict = verdictOn();
    await assert.rejects(
      verdict.attempt(ID, () => Promise.reject(error)),
      error,
    );
    assert.deepEqual([verdict.judged.size, verdict.broken], [0, undefined]);
  }
});

test("Verdict.fails() takes a failure with one of the named codes", async () => {
  const failure = modelError("gated");
  const verdict = verdictOn();
  assert.equal(await verdict.fails(ID, () => Promise.reject(failure), ["gated"]), failure);
  assert.deepEqual([...verdict.judged], [ID, "ERROR-KIND"]);
});

test("Verdict.fails() counts success, and a call without an end, as the requirement broken", async () => {
  const wrong: (() => Promise<unknown>)[] = [
    async () => "success",
    () => Promise.reject(new EndlessCall("download did not end")),
  ];
  for (const action of wrong) {
    const verdict = verdictOn();
    await assert.rejects(verdict.fails(ID, action, ["gated"]), RequirementBroken);
    assert.equal(verdict.broken?.requirement, ID);
    assert.equal(verdict.broken?.facts.expected, "an error of kind gated");
  }
});

test("Verdict.fails() counts another code as a defect of naming, and the requirement as held", async () => {
  for (const error of [
    modelError("network"),
    new Error("no code"),
    Object.assign(new Error("of no closed set"), { code: "ENOENT" }),
  ]) {
    const verdict = verdictOn();
    await assert.rejects(verdict.fails(ID, () => Promise.reject(error), ["gated", "offline"]));
    assert.equal(verdict.broken?.requirement, "ERROR-KIND");
    assert.equal(verdict.broken?.facts.expected, "an error of kind gated or offline");
    assert.ok(verdict.judged.has(ID));
  }
});

test("Verdict.fails() goes on with any code where nobody answers for kinds", async () => {
  const excused = new Map([["ERROR-KIND", "it is broken already"] as const]);
  const verdict = new Verdict([ID, "ERROR-KIND"], [], excused);
  const failure = modelError("network");
  assert.equal(await verdict.fails(ID, () => Promise.reject(failure), ["gated"]), failure);
  assert.deepEqual([verdict.broken, [...verdict.judged]], [undefined, [ID]]);
});

// Helpers

function seenBy(verdict: Verdict): string | undefined {
  return verdict.broken?.detail;
}

function verdictOn(): Verdict {
  return new Verdict([ID, "ERROR-KIND"], ["a retry"]);
}

function modelError(code: string): Error {
  return Object.assign(new Error("it broke"), { code });
}
