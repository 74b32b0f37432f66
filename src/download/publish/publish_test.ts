import assert from "node:assert/strict";
import { relative } from "node:path";
import { test } from "node:test";
import { SimulatedClock } from "../../../harness/clock/simulated_clock.ts";
import { memoryFiles, readText, readTree } from "../../../harness/disk/mod.ts";
import { directFetch } from "../../../harness/hub/fronts/direct_fetch.ts";
import type { HubFile } from "../../../harness/hub/hub_file.ts";
import { SimulatedHub } from "../../../harness/hub/simulated_hub.ts";
import { seededRandom } from "../../../harness/worlds/seeded_random.ts";
import type { Layout } from "../../../spec/mod.ts";
import { MlxModelDownloader } from "../mlx_model_downloader.ts";

/*
 * What publishing does is seen from outside, by the changes of the disk during a download: so these tests hold whatever
 * the publishers' own signatures are.
 */

const ROOT = "/Models";
const DIRECTORY = "/Models/models/org/name";
const CACHE = "/Models/models--org--name";
const FIRST = {
  "config.json": "config",
  "model.safetensors": "weights 1",
  "model-00001-of-00002.safetensors": "a stray later",
  "tokenizer.json": "tokenizer",
  "tokenizer_config.json": "tokenizer",
};
const { "model-00001-of-00002.safetensors": _stray, ...rest } = FIRST;
const SECOND = { ...rest, "model.safetensors": "weights 2" };

test("a first download puts each file in its place whole, config.json behind the others, the marker last", async () => {
  const world = startWorld("hubapi");
  const changes = await world.download(FIRST);
  const placed = changes.filter((change) => !change.includes(".cache/huggingface"));
  assert.deepEqual(placed.slice(0, -2).toSorted(), [
    "place model-00001-of-00002.safetensors",
    "place model.safetensors",
    "place tokenizer.json",
    "place tokenizer_config.json",
  ]);
  assert.deepEqual(placed.slice(-2), ["place config.json", "place .downloaded"]);
  for (const [path, text] of Object.entries(FIRST))
    assert.equal(await readText(world.files, `${DIRECTORY}/${path}`), text);
});

test("an update hides the model first: marker and config.json go, and come back last", async () => {
  const world = startWorld("hubapi");
  await world.download(FIRST);
  const changes = await world.download(SECOND);
  assert.deepEqual(
    changes.filter((change) => !change.startsWith("place .cache/huggingface")),
    [
      "take .downloaded",
      "take config.json",
      "place model.safetensors",
      "take model-00001-of-00002.safetensors",
      "place config.json",
      "take .cache/huggingface/download/model-00001-of-00002.safetensors.metadata",
      "place .downloaded",
    ],
  );
  assert.equal(await readText(world.files, `${DIRECTORY}/model.safetensors`), "weights 2");
  assert.equal(await readText(world.files, `${DIRECTORY}/config.json`), "config");
});

test("a repair changes the file that is missing, and no metadata that is right", async () => {
  const world = startWorld("hubapi");
  await world.download(FIRST);
  await world.files.unlink(`${DIRECTORY}/model.safetensors`);
  assert.deepEqual(await world.download(), [
    "take .downloaded",
    "take config.json",
    "place model.safetensors",
    "place config.json",
    "place .downloaded",
  ]);
});

test("a download of a complete model changes nothing", async () => {
  for (const layout of ["hubapi", "hf-cache"] as const) {
    const world = startWorld(layout);
    await world.download(FIRST);
    const before = await readTree(world.files, ROOT);
    assert.deepEqual(await world.download(), []);
    assert.deepEqual(await readTree(world.files, ROOT), before);
  }
});

test("a snapshot gets its contents, then its links, config.json last of them, then listing, ref and marker", async () => {
  const world = startWorld("hf-cache");
  const changes = await world.download(FIRST);
  const kinds = changes.map((change) =>
    change.replace(/blobs\/[0-9a-f]+/, "blobs/X").replaceAll(/[0-9a-f]{40}/g, "COMMIT"),
  );
  assert.deepEqual(
    kinds.slice(0, 4),
    Array.from({ length: 4 }, () => "place blobs/X"),
  );
  assert.ok(kinds.slice(4, -4).every((change) => change.startsWith("place snapshots/COMMIT/")));
  assert.deepEqual(kinds.slice(-4), [
    "place snapshots/COMMIT/config.json",
    "place trees/COMMIT.json",
    "place refs/main",
    "place snapshots/COMMIT/.downloaded",
  ]);
  const links = (await readTree(world.files, CACHE)).filter(({ kind }) => kind === "link");
  assert.equal(links.length, Object.keys(FIRST).length);
  assert.ok(links.every(({ linkTarget }) => linkTarget?.startsWith("../../blobs/")));
});

test("a ref names its old commit until the new snapshot is there", async () => {
  const world = startWorld("hf-cache");
  await world.download(FIRST);
  const changes = await world.download(SECOND);
  const places = changes.map((change) => change.replace(/[0-9a-f]{40}/, "COMMIT"));
  const at = (change: string) => places.indexOf(change);
  assert.ok(at("place refs/main") > at("place snapshots/COMMIT/config.json"), places.join("\n"));
  assert.ok(at("place refs/main") > at("place snapshots/COMMIT/model.safetensors"));
  assert.ok(at("place snapshots/COMMIT/model.safetensors") >= 0);
});

/** A disk, a hub and a downloader of one model. A download publishes a commit, if any, and gives the changes of the disk. */
function startWorld(layout: Layout) {
  const clock = new SimulatedClock({ startMs: 0, isBusy: () => false, activity: () => 0 });
  const files = memoryFiles({ now: () => clock.now() });
  const hub = new SimulatedHub({ now: () => clock.now() });
  const host = {
    files,
    clock,
    fetch: directFetch(hub),
    random: seededRandom(1),
    processes: { machine: "here", pid: 1, started: "1", isAlive: () => true },
  };
  const env = { HF_ENDPOINT: hub.endpoint };
  const downloader = new MlxModelDownloader(host, { root: ROOT, env });
  const base = layout === "hf-cache" ? CACHE : DIRECTORY;
  const download = async (model?: Readonly<Record<string, string>>): Promise<string[]> => {
    if (model !== undefined) hub.publish("org/name", hubFiles(model));
    const changes: string[] = [];
    const isFinal = (path: string) => path.startsWith(base) && !path.includes("/.cache/mlx-layout");
    const note = (word: string, path: string) =>
      isFinal(path) && changes.push(`${word} ${relative(base, path)}`);
    const unwatch = files.watch((operation) => {
      if (operation.kind === "rename") {
        note("take", operation.path);
        note("place", operation.target);
      } else if (operation.kind === "remove") note("remove", operation.path);
      else if (operation.kind === "add" && operation.made !== "directory")
        note("make", operation.path);
      else if (operation.kind === "write") note("write", operation.path);
    });
    await downloader.download({ repository: "org/name", layout });
    unwatch();
    // Directories that were left empty.
    return changes.filter((change) => !/^remove \.cache(?:\/huggingface)?$/.test(change));
  };
  return { files, download };
}

function hubFiles(model: Readonly<Record<string, string>>): HubFile[] {
  return Object.entries(model).map(([path, text]) => ({
    path,
    bytes: new TextEncoder().encode(text),
    lfs: path.endsWith(".safetensors"),
  }));
}
