import assert from "node:assert/strict";
import test from "node:test";
import { familyCases } from "../../harness/arbitraries/mod.ts";
import { memoryFiles, writeBytes } from "../../harness/disk/mod.ts";
import { checkDirectory } from "./check_directory.ts";

test("checkDirectory() finds nothing wrong with models of all families that the runner computes", async () => {
  for (const { model, traits } of familyCases(56, 3)) {
    // The table has another size for biases of smollm3's keys and values where they are fewer than queries.
    if (model.config["model_type"] === "smollm3" && model.config["attention_bias"] === true)
      continue;
    const files = memoryFiles();
    for (const { path, bytes } of model.files) await writeBytes(files, `/model/${path}`, bytes);
    const { loadable, findings, architecture } = await checkDirectory(files, "/model");
    assert.deepEqual(findings, [], `${model.label}, ${traits}`);
    assert.equal(loadable, true);
    assert.equal(architecture, model.config["model_type"]);
  }
});
