import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles, readText, readTree, writeBytes } from "../../harness/disk/mod.ts";
import { SimulatedClock } from "../../harness/clock/simulated_clock.ts";
import { gitBlobSha1, sha256Hex } from "../../harness/hub/hub_file.ts";
import { seededRandom } from "../../harness/worlds/seeded_random.ts";
import type { FileSystem } from "../../spec/mod.ts";
import { formatMarker } from "../records/marker.ts";
import { ModelSharer } from "./model_sharer.ts";

const ROOT = "/Models";
const INTO = "/Store";
const FROM = `${ROOT}/models/org/name`;
const COMMIT = "c0ffee".padEnd(40, "0");
const REQUEST = { repository: "org/name", from: FROM, into: INTO };
const SHARED = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
const WEIGHTS = "model.safetensors";
const PLACE = `${INTO}/org/name`;

test("an undoing leaves equal data that somebody else has put there since", async () => {
  const files = await disk();
  const sharer = sharerOf(files);
  await sharer.share({ ...REQUEST, layout: "lmstudio", step: "share" });
  const weights = `${PLACE}/model.safetensors`;
  await files.unlink(weights);
  await write(files, weights, WEIGHTS);
  const undone = await sharer.share({ ...REQUEST, layout: "lmstudio", step: "undo" });
  assert.deepEqual(undone.leftBehind, ["model.safetensors"]);
});

test("what was shared is forgotten when either side is removed, and no undoing follows it", async () => {
  for (const removed of [FROM, PLACE, INTO]) {
    const files = await disk();
    const sharer = sharerOf(files);
    await sharer.share({ ...REQUEST, layout: "lmstudio", step: "share" });
    await sharer.forget("/elsewhere");
    assert.equal((await namesBelow(files, `${ROOT}/.mlx-layout/shares`)).length, 1);
    await sharer.forget(removed);
    const undoing = sharer.share({ ...REQUEST, layout: "lmstudio", step: "undo" });
    await assert.rejects(undoing, { code: "not-downloaded", message: /none is recorded/ });
  }
});

test("a copy that a download has completed since is not undone", async () => {
  const files = await disk();
  const sharer = sharerOf(files);
  await sharer.share({ ...REQUEST, layout: "lmstudio", step: "share" });
  const [journal = ""] = await namesBelow(files, `${ROOT}/.mlx-layout/shares`);
  const at = `${ROOT}/.mlx-layout/shares/${journal}`;
  const { entries, ...rest } = JSON.parse((await readText(files, at)) ?? "") as {
    entries: { at: string }[];
  };
  const others = entries.filter(({ at: path }) => path !== ".downloaded");
  await writeBytes(files, at, Buffer.from(JSON.stringify({ ...rest, entries: others })));
  await write(files, `${PLACE}/.downloaded`, "{}");
  const undoing = sharer.share({ ...REQUEST, layout: "lmstudio", step: "undo" });
  await assert.rejects(undoing, { code: "not-downloaded", message: /completed .* since/ });
  assert.equal(await readText(files, `${PLACE}/model.safetensors`), WEIGHTS);
});

test("a store is not made inside the copy that is shared", async () => {
  const files = await disk();
  for (const into of [FROM, `${FROM}/store`]) {
    const sharing = sharerOf(files).share({ ...REQUEST, into, layout: "lmstudio", step: "share" });
    await assert.rejects(sharing, { code: "invalid-argument" });
  }
});

// Helpers

async function disk(): Promise<FileSystem> {
  const files = memoryFiles();
  const listed = [];
  for (const path of SHARED) {
    await write(files, `${FROM}/${path}`, path);
    const { modifiedMs, sizeBytes } = await files.stat(`${FROM}/${path}`);
    const bytes = Buffer.from(path);
    const digest = path.endsWith(".safetensors")
      ? (`sha256:${sha256Hex(bytes)}` as const)
      : (`git-sha1:${gitBlobSha1(bytes)}` as const);
    listed.push({ path, sizeBytes, digest, modifiedMs });
  }
  await write(
    files,
    `${FROM}/.downloaded`,
    formatMarker({
      format: "mlx-layout/1",
      source: "org/name",
      revision: "main",
      commit: COMMIT,
      include: ["*.json", "*.safetensors"],
      exclude: [],
      files: listed,
    }),
  );
  return files;
}

async function write(files: FileSystem, path: string, text: string): Promise<void> {
  await writeBytes(files, path, new TextEncoder().encode(text));
}

/** Files and links. */
async function namesBelow(files: FileSystem, directory: string): Promise<string[]> {
  const tree = await readTree(files, directory);
  return tree.filter(({ kind }) => kind !== "directory").map(({ path }) => path);
}

function sharerOf(files: FileSystem): ModelSharer {
  const host = {
    files,
    fetch: () => Promise.reject(new Error("no network")),
    clock: new SimulatedClock({ startMs: 0, isBusy: () => false, activity: () => 0 }),
    random: seededRandom(1),
    processes: { machine: "here", pid: 1, started: "1", isAlive: () => false },
  };
  return new ModelSharer(host, { root: ROOT, env: {} });
}
