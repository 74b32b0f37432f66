import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scenarios } from "../../mod.ts";
import { packageDirectory } from "../package_directory.ts";
import type { JudgedMutant } from "./mutant.ts";
import { readNoticedBy, withNoticed } from "./noticed_by.ts";

test("what noticed mutants before names files and scenarios that exist", async () => {
  const noticedBy = await readNoticedBy(packageDirectory());
  const names = new Set(scenarios.map(({ name }) => name));
  const stale = Object.entries(noticedBy).flatMap(([file, found]) => [
    ...(existsSync(join(packageDirectory(), "src", file)) ? [] : [file]),
    ...found.filter((name) => !names.has(name)).map((name) => `${name} for ${file}`),
  ]);
  assert.deepEqual(stale, [], "remove them from noticed_by.json");
});

test("withNoticed() puts what noticed most first, then what was known, and keeps four", () => {
  const one = (by: string, end: JudgedMutant["end"] = "killed") =>
    ({ file: "hub/retry.ts", end, by }) as JudgedMutant;
  const known = { "disk/walk.ts": ["a"], "hub/retry.ts": ["b", "c", "d"] };
  const judged = [one("e"), one("c"), one("c"), one("f", "unblamed")];
  assert.deepEqual(withNoticed(known, judged), {
    "disk/walk.ts": ["a"],
    "hub/retry.ts": ["c", "e", "b", "d"],
  });
});
