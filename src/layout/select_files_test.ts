import assert from "node:assert/strict";
import { test } from "node:test";
import { assertWhole, lackingParts, selectFiles, selectionOf } from "./select_files.ts";

const WHOLE = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];

test("selectFiles() picks what the patterns want, nested files included and each once", () => {
  const paths = ["config.json", "README.md", "1_Pooling/config.json", "config.json"];
  assert.deepEqual(selected(paths, {}), ["config.json", "1_Pooling/config.json"]);
  assert.deepEqual(selected(paths, { include: ["*.md"] }), ["README.md"]);
  assert.deepEqual(selected(paths, { exclude: ["1_*"] }), ["config.json"]);
});

test("selectFiles() refuses an unsafe path only where it is wanted", () => {
  const paths = ["config.json", "../evil.json"];
  assert.throws(() => selected(paths, {}), { code: "unsafe-path", file: "../evil.json" });
  assert.deepEqual(selected(paths, { include: ["config.json"] }), ["config.json"]);
});

test("selectionOf() says whether the request itself chose the files, and orders the patterns", () => {
  assert.equal(selectionOf({}).isChosen, false);
  assert.equal(selectionOf({ include: [], exclude: [] }).isChosen, false);
  assert.equal(selectionOf({ exclude: ["*.md"] }).isChosen, true);
  assert.deepEqual(selectionOf({ include: ["b", "a"] }), selectionOf({ include: ["a", "b"] }));
});

test("lackingParts() names each required part that the top level does not have", () => {
  assert.deepEqual(lackingParts(WHOLE), []);
  for (const path of WHOLE) {
    const moved = WHOLE.map((one) => (one === path ? `nested/${one}` : one));
    assert.equal(lackingParts(moved).length, 1, path);
    assert.throws(() => assertWhole(moved, { repository: "org/name" }), {
      code: "repository-incomplete",
    });
  }
  assertWhole(WHOLE, { repository: "org/name" });
});

function selected(paths: readonly string[], request: Parameters<typeof selectionOf>[0]): string[] {
  const listed = paths.map((path) => ({ path }));
  return selectFiles(listed, selectionOf(request)).map(({ path }) => path);
}
