import assert from "node:assert/strict";
import { test } from "node:test";
import { trimEndOf } from "./trim_end.ts";

test("trimEndOf() removes every character of the set from the end, and from there only", () => {
  assert.equal(trimEndOf("a/b//", "/"), "a/b");
  assert.equal(trimEndOf("//", "/"), "");
  assert.equal(trimEndOf("x. :", ".: "), "x");
  assert.equal(trimEndOf(`${"/".repeat(1_000_000)}x`, "/").length, 1_000_001);
});
