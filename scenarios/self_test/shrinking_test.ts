/**
 * A failure is made small in everything at once: files, faults, steps and the place of the crash.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeGiven } from "../../harness/internal.ts";
import { runScenario, type Scenario } from "../../harness/mod.ts";
import { anyTroubleScenario } from "../model_based/any_trouble.ts";
import type { Step } from "../model_based/trouble.ts";
import { reference } from "../reference/reference.ts";

/** Real time is not part of this test: the smallest case must be found, however long it takes. */
const SHRINK_MS = 600_000;

/** Where a planted bug shows: a hub that is overloaded, some time after a crash late enough to leave something. */
function isBuggy(steps: readonly Step[]): boolean {
  const crash = steps.findIndex((step) => step.type === "kill" && step.nth >= 7);
  return (
    crash >= 0 &&
    steps
      .slice(crash + 1)
      .some(
        (step) =>
          step.type === "hub" &&
          step.rules.some(({ do: action }) => action.type === "status" && action.status === 503),
      )
  );
}

/** The cases of a life full of trouble, judged by the bug alone. */
const planted: Scenario = {
  ...anyTroubleScenario,
  goals: [],
  check: async ({ steps }, _, verdict) => {
    verdict.holds("DL-ATOMIC", !isBuggy(steps as Step[]), "the planted bug");
  },
};

test("a planted bug shrinks to one small file, one fault, two steps and the first place to crash", async () => {
  for (const seed of [1, 2, 3]) {
    const { breakage } = await runScenario(planted, reference, {
      world: "memory",
      seed,
      runs: 1000,
      shrinkMs: SHRINK_MS,
    });
    assert.ok(breakage?.given !== undefined);
    const { versions, swarm, steps } = decodeGiven(breakage.given);
    assert.deepEqual(
      (versions as { label: string }[]).map(({ label }) => label),
      Array.from({ length: 3 }, () => "small, weights of 0 bytes, fill 1"),
    );
    assert.deepEqual(swarm, { kinds: [], faults: [] });
    const [kill, hub, ...rest] = steps as Step[];
    assert.deepEqual(rest, []);
    assert.deepEqual(kill, { type: "kill", nth: 7, torn: false, isUpdate: false });
    assert.ok(hub?.type === "hub" && !hub.isUpdate && hub.rules.length === 1);
    assert.deepEqual(hub.rules[0]?.match.nth, 1);
  }
});
