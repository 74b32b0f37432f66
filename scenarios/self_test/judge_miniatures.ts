/**
 * The suite is tested: every miniature is caught, by the requirements that it breaks and by no others.
 *
 * A correct subject, here the reference, gets one mistake at a time. Each miniature runs until it has failed everything
 * that it breaks, and runs a part of the other scenarios, which another seed draws anew. `npm run miniatures` runs every
 * miniature in every scenario.
 *
 * @module
 */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  type MiniatureResult,
  miniatures,
  miniatureSummary,
  runMiniature,
} from "../../harness/internal.ts";
import { scenarios } from "../mod.ts";
import { reference } from "../reference/reference.ts";

const SEED = Number(process.env["MLX_LAYOUT_SEED"] ?? 1);
const HOW = { focusedRuns: 60, otherRuns: 1, otherShare: 0.05, untilCaught: true } as const;

/** Registers a test for each miniature of one part of them. Each part is a file, so that the parts run in parallel. */
export function judgeMiniatures(part: number, options: { readonly of: number }): void {
  const results: MiniatureResult[] = [];
  for (const [at, miniature] of miniatures.entries()) {
    if (at % options.of !== part) continue;
    const { name, breaks } = miniature;
    test(`${name} breaks ${breaks.join(", ")} and nothing else`, async () => {
      const result = await runMiniature(miniature, scenarios, {
        ...HOW,
        subject: reference,
        seed: SEED,
      });
      results.push(result);
      assert.deepEqual(result.suiteErrors, []);
      const broken = new Set(result.red.map(({ requirement }) => requirement));
      assert.deepEqual([...broken].toSorted(), breaks.toSorted(), JSON.stringify(result.red));
    });
  }
  after(() => {
    const [judgements = "", caught = ""] = miniatureSummary(results).slice(-2);
    process.stdout.write(`${caught}; ${judgements}\n`);
  });
}
