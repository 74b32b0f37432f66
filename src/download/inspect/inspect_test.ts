import assert from "node:assert/strict";
import { test } from "node:test";
import { SimulatedClock } from "../../../harness/clock/simulated_clock.ts";
import {
  memoryFiles,
  overwriteBytes,
  readBytes,
  removeTree,
  writeBytes,
} from "../../../harness/disk/mod.ts";
import { directFetch } from "../../../harness/hub/fronts/direct_fetch.ts";
import type { HubFile } from "../../../harness/hub/hub_file.ts";
import { SimulatedHub } from "../../../harness/hub/simulated_hub.ts";
import { seededRandom } from "../../../harness/worlds/seeded_random.ts";
import type { Layout } from "../../../spec/mod.ts";
import { MlxModelDownloader } from "../mlx_model_downloader.ts";

/*
 * What an inspection finds is seen in the plan of the next download: so these tests hold whatever the signatures are.
 */

const ROOT = "/Models";
const LAYOUTS = ["hubapi", "hf-cache"] as const;
const WEIGHTS = new Uint8Array(10_000).map((_, at) => at % 251);
const TEXTS = {
  "config.json": "config",
  "tokenizer.json": "tokenizer",
  "tokenizer_config.json": "same text",
  "vocab.txt": "same text",
};
const MODEL: readonly HubFile[] = [
  ...Object.entries(TEXTS).map(([path, text]) => file(path, new TextEncoder().encode(text))),
  { ...file("model.safetensors", WEIGHTS), lfs: true },
];
const PATHS = MODEL.map(({ path }) => path).toSorted();

for (const layout of LAYOUTS) {
  test(`an absent model is fetched whole (${layout})`, async () => {
    const { actions } = startWorld(layout);
    assert.deepEqual(await actions(), actionsOf({}, "fetch"));
  });

  test(`a complete model is kept whole (${layout})`, async () => {
    const { actions, download } = startWorld(layout);
    await download();
    assert.deepEqual(await actions(), actionsOf({}, "keep"));
  });

  test(`a file with other bytes of the same size is not kept, whatever its time (${layout})`, async () => {
    const { files, actions, download } = startWorld(layout);
    const directory = await download();
    await overwriteBytes(files, `${directory}/model.safetensors`, WEIGHTS.toReversed());
    assert.deepEqual(await actions(), actionsOf({ "model.safetensors": "fetch" }, "keep"));
  });

  test(`a file that is missing or cut is not kept, and the others are (${layout})`, async () => {
    const { files, actions, download } = startWorld(layout);
    const directory = await download();
    await overwriteBytes(files, `${directory}/config.json`, new Uint8Array(1));
    await removeTree(files, await files.realpath(`${directory}/tokenizer.json`));
    const expected = { "config.json": "fetch", "tokenizer.json": "fetch" };
    assert.deepEqual(await actions(), actionsOf(expected, "keep"));
  });

  test(`bytes of an interrupted transfer are resumed (${layout})`, async () => {
    const { hub, plan, download } = startWorld(layout);
    hub.faults = [
      { match: { path: "*model.safetensors" }, do: { type: "cut", atByte: 4_000, how: "rst" } },
    ];
    await assert.rejects(download(), { code: "network" });
    const planned = (await plan()).files.find(({ path }) => path === "model.safetensors");
    assert.deepEqual([planned?.action, planned?.bytesKept], ["resume", 4_000]);
  });

  test(`a directory in a file's place is refused, and stays (${layout})`, async () => {
    const { files, plan, download } = startWorld(layout);
    const directory = await download();
    await files.unlink(`${directory}/config.json`);
    await writeBytes(files, `${directory}/config.json/mine`, new Uint8Array(5));
    await assert.rejects(plan(), { code: "access-denied", file: "config.json" });
    assert.equal((await readBytes(files, `${directory}/config.json/mine`)).length, 5);
  });
}

test("a link that is gone is made again without a transfer", async () => {
  const { files, hub, download } = startWorld("hf-cache");
  const directory = await download();
  await files.unlink(`${directory}/model.safetensors`);
  hub.clearLog();
  await download();
  assert.deepEqual(await readBytes(files, `${directory}/model.safetensors`), WEIGHTS);
  assert.deepEqual(
    hub.log.filter(({ url }) => url.includes("model.safetensors")),
    [],
  );
});

test("without the network a complete copy is the answer, and of another one every wrong file is named", async () => {
  const { files, download, offline } = startWorld("hubapi");
  await assert.rejects(offline(), { code: "offline" });
  const directory = await download();
  const result = await offline();
  assert.deepEqual([result.directory, result.offline, result.bytesFetched], [directory, true, 0]);
  await overwriteBytes(files, `${directory}/model.safetensors`, WEIGHTS.toReversed());
  await files.unlink(`${directory}/vocab.txt`);
  await assert.rejects(offline(), { code: "offline", actual: "model.safetensors, vocab.txt" });
});

function file(path: string, bytes: Uint8Array): HubFile {
  return { path, bytes, lfs: false };
}

function actionsOf(some: Readonly<Record<string, string>>, others: string): Record<string, string> {
  return Object.fromEntries(PATHS.map((path) => [path, some[path] ?? others]));
}

/** A disk, a hub with one model and a downloader. */
function startWorld(layout: Layout) {
  const clock = new SimulatedClock({ startMs: 0, isBusy: () => false, activity: () => 0 });
  const files = memoryFiles({ now: () => clock.now() });
  const hub = new SimulatedHub({ now: () => clock.now() });
  hub.publish("org/name", MODEL);
  const host = {
    files,
    clock,
    fetch: directFetch(hub),
    random: seededRandom(1),
    processes: { machine: "here", pid: 1, started: "1", isAlive: () => true },
  };
  const place = { root: ROOT, env: { HF_ENDPOINT: hub.endpoint } };
  const downloader = new MlxModelDownloader(host, place, { retry: { attemptsMax: 1 } });
  const request = { repository: "org/name", layout };
  const plan = () => downloader.plan(request);
  return {
    files,
    hub,
    plan,
    actions: async () =>
      Object.fromEntries((await plan()).files.map(({ path, action }) => [path, action])),
    download: async () => (await downloader.download(request)).directory,
    offline: () => downloader.download({ ...request, offline: true }),
  };
}
