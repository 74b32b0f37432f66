import assert from "node:assert/strict";
import { test } from "node:test";
import { diskError, memoryFiles, wrapFiles, writeBytes } from "../../harness/internal.ts";
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

test("data that several models share counts once in what all of them take", async () => {
  const files = memoryFiles({ now: () => 5000 });
  for (const name of ["one", "two"])
    await writeBytes(files, `/Models/models/org/${name}/config.json`, text("{}"));
  await writeBytes(files, "/Models/models/org/one/model.safetensors", text("0".repeat(4096)));
  const [weights, second] = ["one", "two"].map(
    (name) => `/Models/models/org/${name}/model.safetensors`,
  );
  await files.link(weights ?? "", second ?? "");
  const manager = new ModelFileManager({ ...nodeHost(), files }, { root: "/Models", env: {} });
  const { models, diskBytes } = await manager.survey();
  const each = models.map((model) => model.diskBytes ?? 0);
  assert.equal(each.length, 2);
  assert.ok(Math.min(...each) >= 4096, each.join());
  const sum = each.reduce((total, bytes) => total + bytes, 0);
  assert.ok(
    diskBytes >= Math.max(...each) && diskBytes <= sum - 4096,
    `${diskBytes} of ${each.join()}`,
  );
});

test("of what may not be read the topmost directory is named, and nothing below it", async () => {
  const files = memoryFiles({ now: () => 5000 });
  await writeBytes(files, "/Models/models/org/name/config.json", text("{}"));
  await writeBytes(files, "/Models/closed/config.json", text("{}"));
  const closed = wrapFiles(files, async (call, next) => {
    const isBelow = /\/closed(\/|$)/.exec(call.path);
    if (isBelow !== null && (call.operation === "readdir" || isBelow[1] === "/"))
      throw diskError("EACCES", call.operation, call.path);
    return next();
  });
  const host = { ...nodeHost(), files: closed };
  const manager = new ModelFileManager(host, { root: "/Models", env: {} });
  const unreadable: string[] = [];
  const listed = await manager.list({ onUnreadable: (path) => unreadable.push(path) });
  assert.deepEqual(
    listed.map(({ modelId }) => modelId),
    ["org--name"],
  );
  assert.deepEqual(unreadable, ["/Models/closed"]);
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
