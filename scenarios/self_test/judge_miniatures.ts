/**
 * The suite is tested: every miniature is caught, by the requirements that it breaks and by no others.
 *
 * A correct subject, here the reference, gets one mistake at a time. Each miniature runs until it has failed everything
 * that it breaks, and runs a part of the other scenarios, which another seed draws anew. `mlx-conform miniatures` runs every
 * miniature in every scenario.
 *
 * `caught_by.json` says which scenarios caught each of them last, and in which case, so that these are played first; what it says
 * decides nothing but the order. `MLX_LAYOUT_KEEP_CAUGHT=1` writes it anew.
 *
 * @module
 */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
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

const CAUGHT_BY = fileURLToPath(new URL("caught_by.json", import.meta.url));
const keepsCaught = process.env["MLX_LAYOUT_KEEP_CAUGHT"] === "1";

/** By miniature and scenario that caught it, the path of the case. */
type CaughtBy = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Registers a test for each miniature of one part of them. Each part is a file, so that the parts run in parallel. */
export function judgeMiniatures(part: number, options: { readonly of: number }): void {
  const results: MiniatureResult[] = [];
  const caughtBy = readCaughtBy();
  for (const [at, miniature] of miniatures.entries()) {
    if (at % options.of !== part) continue;
    const { name, breaks } = miniature;
    test(`${name} breaks ${breaks.join(", ")} and nothing else`, async () => {
      const result = await runMiniature(miniature, scenarios, {
        ...HOW,
        subject: reference,
        seed: SEED,
        // To write it anew, each is judged as if nothing were known.
        first: keepsCaught ? {} : (caughtBy[name] ?? {}),
      });
      results.push(result);
      assert.deepEqual(result.suiteErrors, []);
      const broken = new Set(result.red.map(({ requirement }) => requirement));
      assert.deepEqual([...broken].toSorted(), breaks.toSorted(), JSON.stringify(result.red));
    });
  }
  after(() => {
    if (keepsCaught) writeCaughtBy(results);
    const [judgements = "", caught = ""] = miniatureSummary(results).slice(-2);
    process.stdout.write(`${caught}; ${judgements}\n`);
  });
}

function readCaughtBy(): CaughtBy {
  return JSON.parse(readFileSync(CAUGHT_BY, "utf8")) as CaughtBy;
}

/** Adds what was found to what the other part has written by now. */
function writeCaughtBy(results: readonly MiniatureResult[]): void {
  const found = results.map(
    ({ miniature, red }) =>
      [miniature, Object.fromEntries(red.map(({ scenario, path }) => [scenario, path]))] as const,
  );
  const known = new Set(miniatures.map(({ name }) => name));
  const all = Object.entries({ ...readCaughtBy(), ...Object.fromEntries(found) })
    .filter(([name]) => known.has(name))
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  writeFileSync(CAUGHT_BY, `${JSON.stringify(Object.fromEntries(all), undefined, 1)}\n`);
}
