import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { parseDeviations } from "../deviations/mod.ts";
import { deviationsBeside } from "./deviations_beside.ts";
import { KNOWN_SUBJECTS } from "./known_subjects.ts";

test("deviationsBeside() finds lists that can be read", async () => {
  const found = KNOWN_SUBJECTS.flatMap(({ name }) => deviationsBeside(name) ?? []);
  assert.ok(found.length >= 8, found.join());
  for (const path of found) {
    const entries = parseDeviations(await readFile(path, "utf8"), path);
    assert.ok(entries.length > 0, path);
  }
});

test("deviationsBeside() finds none for a stranger", () => {
  assert.equal(deviationsBeside("nobody"), undefined);
});
