/**
 * The court is judged: every liar is caught, by the requirements that it breaks and by no others.
 *
 * An honest subject, here the reference, is wrapped by one lie at a time and judged by every scenario.
 *
 * @module
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { REQUIREMENTS, type Requirement } from "../spec/mod.ts";
import { type Miniature, miniatures, runMiniature } from "../harness/mod.ts";
import { scenarios } from "./mod.ts";
import { reference } from "./reference.ts";

type Area = Requirement["document"];

/** The document of the law that a miniature breaks first. */
function areaOf({ breaks: [first] }: Miniature): Area | undefined {
  return first === undefined ? undefined : REQUIREMENTS[first].document;
}

/** Registers a test for each miniature of some areas; the areas are split over files so that files run at once. */
export function judgeMiniatures(isWanted: (area: Area | undefined) => boolean): void {
  for (const miniature of miniatures) {
    if (!isWanted(areaOf(miniature))) continue;
    test(`${miniature.name} breaks ${miniature.breaks.join(", ")} and nothing else`, async () => {
      const { broken, courtFaults } = await runMiniature(miniature, scenarios, {
        subject: reference,
        seed: 1,
        focusedRuns: 40,
        otherRuns: 2,
      });
      assert.deepEqual(courtFaults, []);
      assert.deepEqual([...broken].toSorted(), miniature.breaks.toSorted());
    });
  }
}
