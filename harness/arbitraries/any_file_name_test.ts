import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { DEFAULT_PATTERNS, fnmatch } from "../../spec/mod.ts";
import { anyFileName, anyFileNames } from "./any_file_name.ts";

test("anyFileName() draws names that every disk can hold", () => {
  for (const extension of [".json", ".safetensors", ".txt"] as const) {
    fc.assert(
      fc.property(anyFileName({ extension }), (path) => {
        assert.ok(path.endsWith(extension));
        for (const part of path.split("/")) {
          assert.ok(part !== "" && part !== "." && part !== "..");
          assert.ok(Buffer.byteLength(part) <= 180, part);
          assert.doesNotMatch(part, /[\0\n\r\t\\:*"<>|]|[ .]$/);
        }
        const parents = path.split("/").slice(0, -1);
        assert.ok(parents.every((part) => !part.endsWith(extension)));
      }),
      { numRuns: 500 },
    );
  }
});

test("anyFileName() draws names that the default patterns want", () => {
  fc.assert(
    fc.property(anyFileName(), (path) =>
      DEFAULT_PATTERNS.some((pattern) => fnmatch(pattern, path)),
    ),
  );
});

test("anyFileName() draws every awkward kind", () => {
  const paths = fc.sample(anyFileName(), { numRuns: 3000, seed: 1 });
  const kinds = [/ /, /%20/, /%2F/, /#/, /\?/, /\[1\]/, /\+/, /&/, /\u00f6/, /o\u0308/, /^\.\w/];
  for (const kind of [...kinds, /(?:\/.*){10}/, /l{150}/, /^[^/]+$/, /(?:^|\/)%2e%2e\//]) {
    assert.ok(
      paths.some((path) => kind.test(path)),
      `${kind}`,
    );
  }
});

test("anyFileNames() draws paths that no volume confuses", () => {
  let several = 0;
  fc.assert(
    fc.property(anyFileNames(), (paths) => {
      const prefixes = new Set(
        paths.flatMap((path) =>
          path.split("/").map((_, at, parts) => parts.slice(0, at + 1).join("/")),
        ),
      );
      const folded = new Set([...prefixes].map((path) => path.normalize("NFD").toLowerCase()));
      assert.equal(folded.size, prefixes.size);
      several += paths.length > 1 ? 1 : 0;
    }),
    { numRuns: 500 },
  );
  assert.ok(several > 100);
});
