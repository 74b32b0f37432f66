/**
 * Every case of every scenario can be written down and comes to the same end without its generator.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type EncodedGiven,
  decodeGiven,
  encodeGiven,
  failureSignature,
  miniatureNamed,
} from "../../harness/internal.ts";
import { type Scenario, type ScenarioResult, runScenario } from "../../harness/mod.ts";
import type { Subject } from "../../spec/mod.ts";
import { scenarios } from "../mod.ts";
import { reference } from "../reference/reference.ts";

/** Cases of each scenario. */
const CASES = 2;
const SIZE_MAX = 1024 * 1024;

/** A correct subject and one that many scenarios catch, so that failures are compared as well. */
const SUBJECTS: readonly Subject[] = [
  reference,
  miniatureNamed("returns_half_models").wrap(reference),
];

async function endOf(scenario: Scenario, given: Record<string, unknown>, subject: Subject) {
  const fixed: Scenario = {
    ...scenario,
    weight: 1,
    given: Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, fc.constant(value)]),
    ),
  };
  const [world = "memory"] = scenario.worlds ?? [];
  return describeEnd(await runScenario(fixed, subject, { world, seed: 1, runs: 1, path: "0" }));
}

function describeEnd({ scenario, status, judged, skipped, breakage }: ScenarioResult) {
  const signature =
    breakage === undefined
      ? undefined
      : failureSignature({
          scenario,
          status,
          requirement: breakage.requirement,
          detail: breakage.detail,
        });
  return { status, judged, skipped, signature };
}

for (const scenario of scenarios) {
  test(`cases of ${scenario.name} come to the same end when they are read from a file`, async () => {
    for (const given of fc.sample(fc.record(scenario.given), { numRuns: CASES, seed: 5 })) {
      const text = JSON.stringify(encodeGiven(given));
      assert.ok(text.length < SIZE_MAX, `${text.length} characters`);
      const encoded: EncodedGiven = JSON.parse(text);
      const read = decodeGiven(encoded);
      // Written again it is the same text: nothing was lost on the way.
      assert.equal(JSON.stringify(encodeGiven(read)), text);
      for (const subject of SUBJECTS) {
        assert.deepEqual(
          await endOf(scenario, read, subject),
          await endOf(scenario, given, subject),
        );
      }
    }
  });
}
