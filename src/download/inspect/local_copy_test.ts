import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles, overwriteBytes, readBytes } from "../../../harness/disk/mod.ts";
import { mswFetch } from "../../../harness/internal.ts";
import { seededRandom } from "../../../harness/worlds/seeded_random.ts";
import { SimulatedHub, tinyLlama } from "../../../harness/mod.ts";
import type { FileSystem, Host } from "../../../spec/mod.ts";
import { SharedModelManager } from "../../shared_model_manager.ts";

const REQUEST = { repository: "org/name" };
const WEIGHTS = "/Models/models/org/name/model.safetensors";
const CONFIG = "/Models/models/org/name/config.json";

test("download() takes a large file whose size and time are as recorded for what it was", async () => {
  const { files, manager, bytesSent } = await downloaded();
  await turnBitOver(files, WEIGHTS);
  const { bytesFetched } = await manager.download(REQUEST);
  assert.equal(bytesFetched, 0);
  assert.equal(bytesSent(), 0);
});

test("download() hashes a large file that was touched", async () => {
  const { files, manager, clock, hub } = await downloaded();
  clock.advance(1);
  await turnBitOver(files, WEIGHTS);
  assert.ok((await manager.download(REQUEST)).bytesFetched > 0);
  await assertWhole(files, hub);
});

test("download() hashes small files each time", async () => {
  const { files, manager, hub } = await downloaded();
  await turnBitOver(files, CONFIG);
  assert.ok((await manager.download(REQUEST)).bytesFetched > 0);
  await assertWhole(files, hub);
});

test("download() hashes every file where that is asked for", async () => {
  const { files, manager, hub } = await downloaded();
  await turnBitOver(files, WEIGHTS);
  assert.ok((await manager.download({ ...REQUEST, verify: true })).bytesFetched > 0);
  await assertWhole(files, hub);
});

test("download() repairs what verify() has found, also in another process, and trusts again afterwards", async () => {
  const { files, manager, hub, start } = await downloaded();
  await turnBitOver(files, WEIGHTS);
  assert.equal((await manager.verify(REQUEST)).state, "incomplete");
  assert.ok((await start().download(REQUEST)).bytesFetched > 0);
  await assertWhole(files, hub);
  assert.equal((await start().status(REQUEST)).state, "complete");
  await turnBitOver(files, WEIGHTS);
  assert.equal((await start().download(REQUEST)).bytesFetched, 0);
});

test("download() without the hub does not take for complete what verify() has found wrong", async () => {
  const { files, manager, start } = await downloaded();
  await turnBitOver(files, WEIGHTS);
  await manager.verify(REQUEST);
  await assert.rejects(start().download({ ...REQUEST, offline: true }), { code: "offline" });
});

test("verify() of a whole model writes nothing", async () => {
  const { files, manager } = await downloaded();
  await manager.verify(REQUEST);
  await assert.rejects(files.stat("/Models/models/org/name/.cache/mlx-layout"), { code: "ENOENT" });
});

// Helpers

/** A whole model on a disk on which a file of more than 4,096 bytes is a large one. */
async function downloaded() {
  let nowMs = Date.UTC(2026, 10, 29);
  const clock = {
    now: () => nowMs,
    advance: (durationMs: number) => {
      nowMs += durationMs;
    },
    // Only the watch over a transfer sleeps, until it is told to stop.
    sleep: (_: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
      }),
  };
  const files = memoryFiles({ now: () => clock.now() });
  await files.mkdir("/Models");
  const hub = new SimulatedHub({ now: () => clock.now() });
  const base = tinyLlama().files.filter(({ path }) => path !== "model.safetensors");
  const bytes = new Uint8Array(10_000).map((_, at) => at * 7);
  hub.publish("org/name", [...base, { path: "model.safetensors", bytes, lfs: true }], {
    tags: ["mlx"],
  });
  const host: Host = {
    files: inPieces(files),
    fetch: mswFetch(hub),
    clock,
    random: seededRandom(1),
    processes: { machine: "one", pid: 1, started: "", isAlive: () => false },
  };
  const config = { root: "/Models", env: { HF_ENDPOINT: hub.endpoint } };
  const start = () => new SharedModelManager(host, config);
  const manager = start();
  await manager.download(REQUEST);
  hub.clearLog();
  const bytesSent = () =>
    hub.log.filter(({ kind }) => kind === "cdn").reduce((sum, one) => sum + one.bytesSent, 0);
  return { files, clock, hub, start, manager, bytesSent };
}

function inPieces(files: FileSystem): FileSystem {
  return new Proxy(files, {
    get: (target, name: keyof FileSystem) =>
      name === "open"
        ? async (...args: Parameters<FileSystem["open"]>) =>
            Object.assign(await target.open(...args), { pieceBytes: 4096 })
        : target[name]?.bind(target),
  });
}

async function turnBitOver(files: FileSystem, path: string): Promise<void> {
  const bytes = Uint8Array.from(await readBytes(files, path));
  bytes[3] = (bytes[3] ?? 0) ^ 4;
  await overwriteBytes(files, path, bytes);
}

async function assertWhole(files: FileSystem, hub: SimulatedHub): Promise<void> {
  const host = { files };
  assert.ok(hub.log.length > 0);
  const weights = await readBytes(host.files, WEIGHTS);
  assert.deepEqual(
    weights,
    new Uint8Array(10_000).map((_, at) => at * 7),
  );
  JSON.parse(new TextDecoder().decode(await readBytes(host.files, CONFIG)));
}
