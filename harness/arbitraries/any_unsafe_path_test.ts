import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { DEFAULT_PATTERNS, fnmatch } from "../../spec/mod.ts";
import { anyTooLongPath, anyUnsafePath, UNSAFE_PATH_SHAPES } from "./any_unsafe_path.ts";

const UNSAFE_REGEXP =
  /(?:^|[/\\])\.\.?(?:[/\\]|$)|^[/\\]|^[A-Za-z]:|\\|\0|\/\/|(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:[./]|$)/i;

test("anyUnsafePath() draws only unsafe paths, all of which the default patterns want", () => {
  fc.assert(
    fc.property(anyUnsafePath(), (path) => {
      assert.match(path, UNSAFE_REGEXP);
      assert.ok(
        DEFAULT_PATTERNS.some((pattern) => fnmatch(pattern, path)),
        path,
      );
    }),
    { numRuns: 500 },
  );
});

test("anyUnsafePath() draws every shape", () => {
  const paths = new Set(fc.sample(anyUnsafePath(), { numRuns: 3000, seed: 1 }));
  const shapes = Object.values(UNSAFE_PATH_SHAPES).flatMap((list): readonly string[] => list);
  for (const shape of shapes) {
    assert.ok(paths.has(shape.replace("%", "evil.json")), shape);
  }
});

test("anyUnsafePath() keeps to the wanted kinds", () => {
  const paths = fc.sample(anyUnsafePath({ kinds: ["nul"] }), 50);
  assert.ok(paths.every((path) => path.includes("\0")));
});

test("anyTooLongPath() draws a component of more than 255 bytes", () => {
  fc.assert(
    fc.property(anyTooLongPath(), (path) =>
      path.split("/").some((part) => Buffer.byteLength(part) > 255),
    ),
  );
});
