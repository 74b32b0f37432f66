import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles, writeBytes } from "../../harness/disk/mod.ts";
import { writeForeignSnapshot } from "../../harness/internal.ts";
import { jsonBytes, tinyLlama } from "../../harness/models/mod.ts";
import type { Layout } from "../../spec/mod.ts";
import { confinedFiles } from "../disk/confined_files.ts";
import { placeAt } from "../layout/model_place.ts";
import { answerInfo } from "./answer_listing.ts";
import { examineCopy } from "./offered_model.ts";

const COMMIT = "c".repeat(40);

/** The tags of a copy of another organization's model, put into a place with nothing of a hub's word about it. */
async function tagsOf(layout: Layout, { isPacked = false, repository = "org/name" } = {}) {
  const disk = memoryFiles();
  const config = { model_type: "llama", ...(isPacked && { quantization: { bits: 4 } }) };
  const files = tinyLlama().files.map((file) =>
    file.path === "config.json" ? { ...file, bytes: jsonBytes(config) } : file,
  );
  const cache = { repository, commit: COMMIT, revision: "main", files, absent: [] };
  const directory =
    layout === "hf-cache"
      ? await writeForeignSnapshot(disk, "/home/user", {
          ...cache,
          hasListing: false,
          isShared: false,
          isCopied: false,
        })
      : `/home/user/models/${repository}`;
  if (layout !== "hf-cache")
    for (const { path, bytes } of files) await writeBytes(disk, `${directory}/${path}`, bytes);
  const listed = {
    directory,
    layout,
    repository,
    modelId: "org--name",
    state: "unknown",
    misplaced: undefined,
    sizeBytes: 0,
    diskBytes: 0,
  } as const;
  const place = placeAt("/home/user", directory);
  const model = await examineCopy(
    confinedFiles(disk, ["/home/user"]),
    { listed, place },
    { unverified: true },
  );
  assert.ok(model);
  const text = [];
  for await (const piece of answerInfo(model, "").body ?? []) text.push(piece);
  return (JSON.parse(Buffer.concat(text).toString("utf8")) as { tags: unknown }).tags;
}

test("a model is tagged as one for MLX by its place, its packing or its organization, and no other is", async () => {
  assert.deepEqual(await tagsOf("hf-cache"), []);
  assert.deepEqual(await tagsOf("flat"), []);
  assert.deepEqual(await tagsOf("hf-cache", { isPacked: true }), ["mlx"]);
  assert.deepEqual(await tagsOf("hf-cache", { repository: "mlx-community/name" }), ["mlx"]);
  assert.deepEqual(await tagsOf("hubapi"), ["mlx"]);
  assert.deepEqual(await tagsOf("lmstudio"), ["mlx"]);
});
