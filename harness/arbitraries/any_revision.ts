import fc from "fast-check";

/**
 * Draws branch and tag names that git and the hub accept; never one that looks like a commit.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import fc from "fast-check";
 * import { anyRevision } from "mlx-conform/internal";
 *
 * assert.ok(fc.sample(anyRevision(), 20).every((name) => !/[ ~^:?*[\\]/.test(name)));
 * ```
 */
export function anyRevision(): fc.Arbitrary<string> {
  const known = fc.constantFrom(
    "main",
    "v1.0",
    "feature/x",
    "refs/pr/1",
    "4bit",
    "100%",
    "a%2Fb",
    "%2e%2e",
    "release#1",
    "x&y=z",
    "a+b",
    "entwürfe/größe",
    "entwu\u0308rfe",
    "版本/一",
    "🚀",
  );
  const unit = fc.constantFrom(...Array.from("abZ09_-%#+=&é漢"));
  const component = fc.string({ unit, minLength: 1, maxLength: 12 }).map((text) => `r${text}`);
  const made = fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  return fc.oneof(known, made);
}
