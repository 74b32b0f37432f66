import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles, writeBytes } from "../../harness/internal.ts";
import { ModelFileManager } from "../manage/model_file_manager.ts";
import { nodeHost } from "../node_host.ts";
import { identifyRepository } from "./identify_repository.ts";

const text = (value: string) => new TextEncoder().encode(value);

test("a model of mlx-lm in the hub's default cache is found without any variable", async () => {
  const files = memoryFiles({ now: () => 5000 });
  const cache = "/home/me/.cache/huggingface/hub/models--org--name";
  const commit = "a".repeat(40);
  await writeBytes(files, `${cache}/refs/main`, text(commit));
  await writeBytes(files, `${cache}/snapshots/${commit}/model.safetensors`, text("0123456789"));
  const host = { ...nodeHost(), files };
  const manager = new ModelFileManager(host, { root: "/Models", env: { HOME: "/home/me" } });
  const [found] = await manager.list();
  assert.deepEqual(
    [found?.repository, found?.store, found?.sizeBytes],
    ["org/name", "hub-cache", 10],
  );
  assert.equal(await manager.locate({ repository: "org/name" }), `${cache}/snapshots/${commit}`);
  assert.deepEqual(await manager.list({ places: "root" }), []);
  // What is removed must be asked for where it is.
  await assert.rejects(manager.remove({ repository: "org/name" }), { code: "not-downloaded" });
});

test("a directory without a name is identified by what came with it", async () => {
  const files = memoryFiles({ now: () => 5000 });
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ["config.json", '{"_name_or_path":"org/Base-4bit","quantization":{"bits":4}}', "org/Base-4bit"],
    [
      "config.json",
      '{"_name_or_path":"HuggingFaceTB/SmolLM-135M-Instruct","quantization":{"bits":4}}',
      "mlx-community/SmolLM-135M-Instruct-4bit",
    ],
    ["config.json", '{"_name_or_path":"/Users/me/models"}', undefined],
    [
      "README.md",
      "The model [mlx-community/X-4bit](https://huggingface.co/mlx-community/X-4bit) was converted",
      "mlx-community/X-4bit",
    ],
    [
      ".git/config",
      '[remote "origin"]\n\turl = https://huggingface.co/mlx-community/Y-8bit\n',
      "mlx-community/Y-8bit",
    ],
  ];
  for (const [at, [path, content, expected]] of cases.entries()) {
    await writeBytes(files, `/m${at}/${path}`, text(content));
    assert.equal(await identifyRepository(files, `/m${at}`), expected, content);
  }
});
