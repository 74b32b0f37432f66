import assert from "node:assert/strict";
import { test } from "node:test";
import { replaceBetween } from "./matrix.ts";

test("replaceBetween() replaces what stands between, and nothing else", () => {
  const text = "a\n<!-- x -->old<!-- /x -->\nb\n<!-- y --><!-- /y -->\n";
  const once = replaceBetween(text, "x", { content: "new" });
  assert.equal(once, "a\n<!-- x -->\n\nnew\n\n<!-- /x -->\nb\n<!-- y --><!-- /y -->\n");
  assert.equal(replaceBetween(once, "x", { content: "new" }), once);
});

test("replaceBetween() refuses a text without the place, or with two", () => {
  for (const text of ["", "<!-- x -->", "<!-- /x --><!-- x -->", "<!-- x --><!-- /x -->".repeat(2)])
    assert.throws(() => replaceBetween(text, "x", { content: "" }), RangeError);
});
