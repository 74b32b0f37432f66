import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { anyRevision } from "./any_revision.ts";

test("anyRevision() draws only names that git accepts and that are not a commit", () => {
  fc.assert(
    fc.property(anyRevision(), (name) => {
      assert.doesNotMatch(name, /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.lock(?:\/|$)/);
      assert.doesNotMatch(name, /^[/.-]|\/\.|[/.]$/);
      assert.doesNotMatch(name, /^[0-9a-f]{40}$/);
    }),
    { numRuns: 1000 },
  );
});

test("anyRevision() draws the awkward ones", () => {
  const names = fc.sample(anyRevision(), { numRuns: 1000, seed: 1 });
  for (const part of [/^main$/, /^refs\/pr\/1$/, /\//, /%/, /#/, /[^\0-\x7f]/, /u\u0308/]) {
    assert.ok(
      names.some((name) => part.test(name)),
      `${part}`,
    );
  }
});
