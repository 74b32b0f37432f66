import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { REQUIREMENTS } from "../spec/mod.ts";
import { scenarios } from "./mod.ts";

const TEXT = readFileSync(new URL("reports.md", import.meta.url), "utf8");
/** Reported, situation, what is right, requirement, held by, before. */
const ROWS = [...TEXT.matchAll(/^\| (20.*) \|$/gm)].map(([, row = ""]) => row.split(" | "));

test("each report is held by a requirement, and by a scenario or a test", () => {
  assert.equal(ROWS.length, 20);
  const names = new Set(scenarios.map(({ name }) => name));
  for (const [reported = "", , , requirement = "", heldBy = ""] of ROWS) {
    assert.match(reported, /^20[-\d]* \[[\w.-]+#\d+\]\(https:\/\/github\.com\/\S+\/\d+\)$/);
    for (const id of requirement.split(", ")) assert.ok(Object.hasOwn(REQUIREMENTS, id), id);
    for (const [, held = ""] of heldBy.matchAll(/`([^`]+)`/g)) {
      const isThere = held.endsWith("_test.ts")
        ? existsSync(new URL(`../${held}`, import.meta.url))
        : names.has(held);
      assert.ok(isThere, held);
    }
  }
});
