import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleResult } from "../deviations/example_result.ts";
import { replayTries } from "./replay_tries.ts";
import type { ReplayOutcome } from "./run_replay.ts";

const HOLDS = { outcome: "holds", isSameFailure: false } as const;
const SAME = { outcome: "breaks", isSameFailure: true } as const;
const OTHER = { outcome: "breaks", isSameFailure: false } as const;
const NOTHING = { outcome: "proves nothing", isSameFailure: false } as const;

/** Plays what is given, one after the other. */
async function played(
  outcomes: readonly Pick<ReplayOutcome, "outcome" | "isSameFailure">[],
  triesMax: number,
) {
  const rest = [...outcomes];
  const { play, count } = await replayTries(
    async () => ({ outcome: { ...(rest.shift() ?? HOLDS), result: exampleResult() } }),
    { triesMax },
  );
  const { outcome, isSameFailure } = play.outcome;
  return { outcome, isSameFailure, count };
}

test("replayTries() ends with the first play that shows the failure again", async () => {
  assert.deepEqual(await played([SAME, HOLDS], 3), { ...SAME, count: 1 });
  assert.deepEqual(await played([HOLDS, OTHER, SAME], 3), { ...SAME, count: 3 });
});

test("replayTries() stops after so many plays, and reports the worst of them", async () => {
  assert.deepEqual(await played([HOLDS, HOLDS, SAME], 2), { ...HOLDS, count: 2 });
  assert.deepEqual(await played([HOLDS, OTHER, NOTHING], 3), { ...OTHER, count: 3 });
  assert.deepEqual(await played([NOTHING, HOLDS], 2), { ...HOLDS, count: 2 });
  assert.deepEqual(await played([NOTHING, NOTHING], 2), { ...NOTHING, count: 2 });
});
