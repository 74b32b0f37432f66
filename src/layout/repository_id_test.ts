import assert from "node:assert/strict";
import { test } from "node:test";
import { modelIdOf, repositoryOf } from "./model_id.ts";
import { parseRepositoryId } from "./repository_id.ts";

const IDS = ["mlx-community/SmolLM-135M-4bit", "org1/m", "a_b/c.d_e", `o/${"n".repeat(96)}`];

const NOT_IDS = [
  "",
  "name",
  "org/",
  "/name",
  "a/b/c",
  "org/a--b",
  "org/a..b",
  "-org/name",
  "org/name-",
  "org/.name",
  "org/na me",
  "../name",
  `o/${"n".repeat(97)}`,
];

test("parseRepositoryId() splits an id of the hub, and refuses everything else", () => {
  assert.deepEqual(parseRepositoryId("mlx-community/SmolLM-135M-4bit"), {
    org: "mlx-community",
    name: "SmolLM-135M-4bit",
  });
  for (const id of IDS) {
    const { org, name } = parseRepositoryId(id);
    assert.equal(`${org}/${name}`, id);
  }
  for (const id of NOT_IDS)
    assert.throws(() => parseRepositoryId(id), { code: "invalid-argument" }, id);
});

test("parseRepositoryId() says what was meant where an id is written as other programs write it", () => {
  for (const id of [
    "hf.co/org/name",
    "hf://org/name",
    "huggingface.co/org/name/",
    "https://huggingface.co/org/name",
    "models/org/name",
    " org/name\n",
    "org/name/",
  ])
    assert.throws(() => parseRepositoryId(id), { message: /; write "org\/name"$/ }, id);
  for (const id of ["org/name:4bit", "org/name@main", "hf.co/org/name:Q4_K_M"])
    assert.throws(
      () => parseRepositoryId(id),
      { message: /; write "org\/name", name a .*--revision/ },
      id,
    );
});

test("modelIdOf() and repositoryOf() are inverse to each other", () => {
  assert.equal(modelIdOf("org1/m"), "org1--m");
  for (const id of IDS) assert.equal(repositoryOf(modelIdOf(id)), id);
  for (const id of NOT_IDS) assert.throws(() => modelIdOf(id), { code: "invalid-argument" }, id);
  for (const modelId of ["", "model", "a--b--c", "--name", "org--", "org--.name"])
    assert.equal(repositoryOf(modelId), undefined, modelId);
});
