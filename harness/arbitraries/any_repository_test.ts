import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { anyRepository, isRepositoryName } from "./any_repository.ts";

test("anyRepository() draws only ids that the hub accepts", () => {
  fc.assert(
    fc.property(anyRepository(), (id) => {
      const parts = id.split("/");
      assert.equal(parts.length, 2);
      for (const part of parts) {
        assert.match(part, /^[A-Za-z0-9._-]{1,96}$/);
        assert.doesNotMatch(part, /--|\.\.|^[.-]|[.-]$|\.git$/);
      }
    }),
    { numRuns: 1000 },
  );
});

test("anyRepository() draws dots, underscores, both cases, short and long names", () => {
  const ids = fc.sample(anyRepository(), { numRuns: 2000, seed: 1 });
  for (const part of [
    /\./,
    /_/,
    /-/,
    /[A-Z]/,
    /[a-z]/,
    /^.\//,
    /\/.$/,
    /\/.{90,96}$/,
    /\/\d/,
    /-\./,
  ]) {
    assert.ok(
      ids.some((id) => part.test(id)),
      `${part}`,
    );
  }
});

test("isRepositoryName() refuses what the hub refuses", () => {
  const refused = ["", "a--b", "a..b", "-a", "a-", ".a", "a.", "a/b", "a b", "ä", "a.git", "nul"];
  assert.deepEqual(refused.filter(isRepositoryName), []);
  assert.equal(isRepositoryName("a".repeat(97)), false);
  assert.ok(["a", "_a_", "a.b-c_d", "0", "a".repeat(96)].every(isRepositoryName));
});
