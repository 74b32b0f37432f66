import assert from "node:assert/strict";
import { test } from "node:test";
import { modelDirectory } from "./model_directory.ts";

const REPOSITORY = "mlx-community/SmolLM-135M-4bit";
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

test("modelDirectory() places a model as each layout does", () => {
  const cases = {
    hubapi: "/Models/models/mlx-community/SmolLM-135M-4bit",
    lmstudio: "/Models/mlx-community/SmolLM-135M-4bit",
    flat: "/Models/mlx-community--SmolLM-135M-4bit",
    "hf-cache": `/Models/models--mlx-community--SmolLM-135M-4bit/snapshots/${COMMIT}`,
  } as const;
  for (const [layout, directory] of Object.entries(cases)) {
    const options = { layout: layout as keyof typeof cases, commit: COMMIT };
    assert.equal(modelDirectory("/Models", REPOSITORY, options), directory);
  }
});

test("modelDirectory() refuses a snapshot without a commit, and what is not a repository id", () => {
  for (const commit of [undefined, "main", COMMIT.slice(1)]) {
    const place = () => modelDirectory("/Models", REPOSITORY, { layout: "hf-cache", commit });
    assert.throws(place, { code: "invalid-argument" });
  }
  const place = () => modelDirectory("/Models", "../etc", { layout: "hubapi" });
  assert.throws(place, { code: "invalid-argument" });
});
