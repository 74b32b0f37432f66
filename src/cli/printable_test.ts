import assert from "node:assert/strict";
import { test } from "node:test";
import { printable } from "./printable.ts";

test("printable() shows control characters instead of sending them", () => {
  assert.equal(printable("a\u001b[2Jb\nc\u009b"), "a\\u{1b}[2Jb\\u{a}c\\u{9b}");
  assert.equal(printable("gpj\u202e.x"), "gpj\\u{202e}.x");
});

test("printable() leaves ordinary text alone, accents and other scripts too", () => {
  assert.equal(printable("modèle 模型 «ü» 😀.json"), "modèle 模型 «ü» 😀.json");
});
