/**
 * The court is judged: every liar is caught, by the requirement that it breaks and by no other.
 *
 * An honest subject, here the reference, is wrapped by one lie at a time and judged by every scenario.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { miniatures, runMiniature } from "../harness/mod.ts";
import { scenarios } from "./mod.ts";
import { reference } from "./reference.ts";

for (const miniature of miniatures) {
  test(`${miniature.name} breaks ${miniature.breaks.join(", ")} and nothing else`, async () => {
    const { broken, courtFaults } = await runMiniature(miniature, scenarios, {
      subject: reference,
      seed: 1,
      focusedRuns: 40,
      otherRuns: 4,
    });
    assert.deepEqual(courtFaults, []);
    assert.deepEqual([...broken].toSorted(), miniature.breaks.toSorted());
  });
}
