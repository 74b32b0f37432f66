/**
 * `caught_by.json` names miniatures and scenarios that exist, and knows nearly all of them: it is what makes the tests short.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { miniatures } from "../../harness/internal.ts";
import { scenarios } from "../mod.ts";

const ADVICE = "write it anew with MLX_LAYOUT_KEEP_CAUGHT=1, as judge_miniatures.ts says";
const caughtBy = JSON.parse(
  readFileSync(new URL("caught_by.json", import.meta.url), "utf8"),
) as Readonly<Record<string, Readonly<Record<string, string>>>>;

test("what caught a miniature before names scenarios that judge what it breaks", () => {
  const byName = new Map(miniatures.map((miniature) => [miniature.name, miniature]));
  const wrong = Object.entries(caughtBy).flatMap(([name, found]) =>
    Object.keys(found).filter((one) => {
      const covers = scenarios.find((scenario) => scenario.name === one)?.covers ?? [];
      return !covers.some((id) => byName.get(name)?.breaks.includes(id) === true);
    }),
  );
  assert.deepEqual(wrong, [], ADVICE);
});

test("what caught a miniature before is known of nine in ten", () => {
  const known = miniatures.filter(({ name }) => Object.keys(caughtBy[name] ?? {}).length > 0);
  assert.ok(known.length >= 0.9 * miniatures.length, ADVICE);
});
