import assert from "node:assert/strict";
import { test } from "node:test";
import { packageDirectory } from "../package_directory.ts";
import {
  equivalentEntry,
  type EquivalentMutant,
  readEquivalentMutants,
  staleEntries,
} from "./equivalent_mutants.ts";
import { mutantsOf } from "./instrumented_copy.ts";
import type { Mutant } from "./mutant.ts";

const MUTANT: Mutant = {
  id: "1",
  file: "hub/retry.ts",
  line: 12,
  text: "if (attempt > 3) return;",
  mutator: "EqualityOperator",
  original: "attempt > 3",
  replacement: "attempt >= 3",
};
const ENTRY: EquivalentMutant = {
  file: MUTANT.file,
  line: MUTANT.text,
  original: MUTANT.original,
  replacement: MUTANT.replacement,
  reason: "it is never 3",
};

test("an entry matches a mutant by its file, line, original and replacement, wherever it stands", () => {
  assert.equal(equivalentEntry([ENTRY], MUTANT), ENTRY);
  assert.equal(equivalentEntry([ENTRY], { ...MUTANT, line: 99 }), ENTRY);
  const spaced = { ...MUTANT, original: "attempt\n   > 3" };
  assert.equal(equivalentEntry([ENTRY], spaced), ENTRY);
  for (const other of ["file", "text", "original", "replacement"] as const)
    assert.equal(equivalentEntry([ENTRY], { ...MUTANT, [other]: "other" }), undefined);
  const several = { ...ENTRY, original: "att…", replacement: ["true", "attempt >= 3"] };
  assert.equal(equivalentEntry([several], MUTANT), several);
});

test("an entry that no mutant matches is stale, and so is one of its replacements", () => {
  assert.deepEqual(staleEntries([ENTRY], [MUTANT]), []);
  assert.deepEqual(staleEntries([ENTRY], [{ ...MUTANT, text: "if (tries > 3) return;" }]), [ENTRY]);
  const several = { ...ENTRY, replacement: ["attempt >= 3", "true"] };
  assert.deepEqual(staleEntries([several], [MUTANT]), [{ ...ENTRY, replacement: "true" }]);
});

test("each entry of the list still matches a mutant, gives its reason, and stands once", async () => {
  const project = packageDirectory();
  const list = await readEquivalentMutants(project);
  assert.ok(list.length > 0);
  const files = [...new Set(list.map(({ file }) => file))];
  assert.deepEqual(staleEntries(list, await mutantsOf(project, files)), [], "stale entries");
  for (const { reason, file, original } of list)
    assert.ok(reason.length > 20, `${file}: ${original} has no reason`);
  const places = list.flatMap(({ file, line, original, replacement }) =>
    [replacement].flat().map((one) => JSON.stringify([file, line, original, one])),
  );
  assert.deepEqual(
    places.filter((place, at) => places.indexOf(place) !== at),
    [],
    "entries that stand twice",
  );
});
