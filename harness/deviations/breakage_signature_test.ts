import assert from "node:assert/strict";
import { test } from "node:test";
import { breakageSignature } from "./breakage_signature.ts";

const signatureOf = (detail: string) => breakageSignature({ requirement: "DL-INTEGRITY", detail });

test("breakageSignature() leaves out what varies from case to case", () => {
  for (const [one, other, signature] of [
    ["12 of 4096 bytes", "7 of 9 bytes", "<n> of <n> bytes"],
    ['it published "a/b.json"', 'it published "model.safetensors"', "it published <path>"],
    ["read /tmp/a/b and C:\\x\\y", "read /var/c/d and D:\\z", "read <path> and <path>"],
    ["from http://127.0.0.1:4000/a", "from https://hub/b?c", "from <url>"],
    ["from localhost:4000", "from 127.0.0.1:61234", "from <host>"],
    ["blob 9f86d081884c7d65", "blob ab12cd34", "blob <hash>"],
    ["at 2026-01-02T03:04:05.678Z", "at 2027-11-12T13:14:15Z", "at <time>"],
    ["lacks config.json", "lacks tokenizer_config.json", "lacks <path>"],
    ["it threw\n    at x (a.ts:1)", "it threw\n    at y (b.ts:2)", "it threw"],
  ] as const) {
    assert.equal(signatureOf(one), `DL-INTEGRITY: ${signature}`);
    assert.equal(signatureOf(other), `DL-INTEGRITY: ${signature}`);
  }
});

test("breakageSignature() keeps the words, and what stands between two quoted names", () => {
  assert.equal(
    signatureOf('it says "complete" of a feature'),
    'DL-INTEGRITY: it says "complete" of a feature',
  );
  assert.equal(signatureOf('"a" and b.c and "d"'), 'DL-INTEGRITY: "a" and b.c and "d"');
  assert.notEqual(signatureOf("it was added"), signatureOf("it was faded"));
});

test("breakageSignature() does not say how many files fared alike", () => {
  for (const detail of ["a.json is short", "a.json is short, b.json is short, c/d.json is short"]) {
    assert.match(signatureOf(detail), /^DL-INTEGRITY: <path> is short(?:, …)?$/);
  }
  const mixed = "a.json is short, b.json is short, c.json is long";
  assert.equal(signatureOf(mixed), "DL-INTEGRITY: <path> is short, …, <path> is long");
});

test("breakageSignature() tells requirements apart, and has a bound", () => {
  assert.notEqual(
    breakageSignature({ requirement: "DL-RESUME", detail: "x" }),
    breakageSignature({ requirement: "DL-ATOMIC", detail: "x" }),
  );
  assert.equal(breakageSignature({ requirement: undefined, detail: "x" }), "none: x");
  assert.ok(signatureOf("word ".repeat(1000)).length <= 240);
});
