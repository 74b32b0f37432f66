import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyAttack, attackName } from "./any_attack.ts";

const ATTACKS = fc.sample(anyAttack(), { numRuns: 4000, seed: 7 });

test("anyAttack() draws every kind, on every answer", () => {
  const names = new Set(ATTACKS.map(attackName));
  for (const name of [
    "header etag",
    "header x-repo-commit",
    "header x-linked-etag",
    "header content-range",
    "header content-length",
    "header link",
    "redirect 302",
    "redirect 307",
    "field tree path",
    "field tree oid",
    "field tree size",
    "field tree __proto__",
    "field info sha",
    "json info",
    "json tree",
    "endless-body",
    "endless-pages",
    "gzip-bomb",
    "oversize-listing",
    "redirect-loop",
  ])
    assert.ok(names.has(name), `never drawn: ${name}`);
  assert.deepEqual([...new Set(ATTACKS.map(({ on }) => on))].toSorted(), [
    "cdn",
    "info",
    "resolve",
    "tree",
  ]);
});

test("anyAttack() aims outside, at parsers and at objects", () => {
  const text = JSON.stringify(ATTACKS);
  for (const part of ["../", "/home/user/elsewhere", "\\u0000", "\\r\\n", "__proto__", "evil.test"])
    assert.ok(text.includes(part), `never drawn: ${part}`);
});

test("anyAttack() is data: it can be written down and read again", () => {
  for (const attack of ATTACKS.slice(0, 200)) {
    const again: unknown = JSON.parse(JSON.stringify(attack));
    assert.equal(JSON.stringify(again), JSON.stringify(attack));
  }
});
