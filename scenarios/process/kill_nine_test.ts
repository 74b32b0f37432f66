/**
 * The command is killed with `kill -9` at random moments of a large download and run again each time.
 *
 * Invariants checked:
 * - It finishes, and the tree is the repository's.
 * - No byte that was kept when a run began is transferred again, in order or ahead, and what is called kept is there.
 * - Nothing but the model and its metadata is left.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { type HubExchange, type HubFile, serveHub, SimulatedHub } from "../../harness/hub/mod.ts";
import { tinyLlama } from "../../harness/models/mod.ts";
import type { Intervals } from "../../src/download/transfer/ranges/intervals.ts";
import { keptRanges } from "../../src/download/transfer/ranges/kept_ranges.ts";
import { nodeHost } from "../../src/node_host.ts";

const SHARDS = 4;
const SHARD_BYTES = 64 * 1024 * 1024;
const KILLS = 10;
const REPOSITORY = "mlx-community/Large-4bit";
const COMMAND = new URL("../../src/cli/main.ts", import.meta.url).pathname;

test(
  "mlx-layout download survives ten kill -9 and fetches nothing twice",
  { timeout: 180_000 },
  async (t) => {
    const seed = Number(process.env["MLX_LAYOUT_SEED"] ?? Date.now() % 2 ** 31);
    t.diagnostic(`seed ${seed}: MLX_LAYOUT_SEED=${seed} repeats it`);
    const root = await mkdtemp(join(tmpdir(), "mlx-layout-kill-"));
    const hub = new SimulatedHub({ now: () => Date.now() });
    const files = largeModel();
    hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    let onSent: () => void = () => {};
    // A paced hub leaves time between two kills for bytes to arrive.
    const served = await serveHub(hub, {
      bytesPerSecond: 24 * 1024 * 1024,
      onSent: () => onSent(),
    });
    let [keptBytes, sentBytes, aheadCount] = [0, 0, 0];
    const download = async (killAtBytes: number) => {
      const kept = await keptByContent(root, files);
      keptBytes += [...kept.values()].reduce((sum, { total }) => sum + total, 0);
      aheadCount += [...kept.values()].filter(({ list }) => list.length > 1).length;
      hub.clearLog();
      const child = spawn(
        process.execPath,
        [...process.execArgv, COMMAND, "download", REPOSITORY, "--root", root],
        {
          env: { ...process.env, HF_ENDPOINT: served.endpoint },
          stdio: "ignore",
        },
      );
      onSent = () => {
        if (bytesOf(hub.log) >= killAtBytes) child.kill("SIGKILL");
      };
      const [code] = (await once(child, "exit")) as [number | null];
      sentBytes += bytesOf(hub.log);
      assertNothingTwice(hub.log, kept);
      return code;
    };
    try {
      const moments = fc.sample(fc.integer({ min: 1, max: 48 * 1024 * 1024 }), {
        seed,
        numRuns: KILLS,
      });
      const codes: (number | null)[] = [];
      for (const moment of moments) codes.push(await download(moment));
      assert.ok(
        codes.filter((code) => code === null).length >= KILLS / 2,
        `exit codes: ${codes.join(" ")}`,
      );
      assert.equal(await download(Number.POSITIVE_INFINITY), 0);
      t.diagnostic(
        `${sentBytes} bytes sent for ${SHARDS * SHARD_BYTES}; ${aheadCount} times parts of a file were kept ahead`,
      );
      assert.ok(keptBytes > 0, "no killed download left anything that could be fetched twice");
      await assertTree(join(root, "models", ...REPOSITORY.split("/")), files);
    } finally {
      await served.close();
      await rm(root, { recursive: true, force: true });
    }
  },
);

// Helpers

/** Small files of a real model, with shards that are large and need not be loadable. */
function largeModel(): HubFile[] {
  const small = tinyLlama().files.filter((file) => !file.path.endsWith(".safetensors"));
  const shards = Array.from({ length: SHARDS }, (_, at) => {
    const bytes = new Uint8Array(SHARD_BYTES);
    // Different everywhere, so that a byte in a wrong place is seen.
    const words = new Uint32Array(bytes.buffer);
    for (let word = 0; word < words.length; word++)
      words[word] = Math.imul(word + at * words.length, 2654435761);
    return { path: `model-0000${at + 1}-of-0000${SHARDS}.safetensors`, bytes, lfs: true };
  });
  return [...small, ...shards];
}

function bytesOf(log: readonly HubExchange[]): number {
  return log.reduce((sum, exchange) => sum + exchange.bytesSent, 0);
}

/** What is kept of each content, by its hash; every byte of it is compared. */
async function keptByContent(
  root: string,
  contents: readonly HubFile[],
): Promise<Map<string, Intervals>> {
  const directory = join(root, "models", ...REPOSITORY.split("/"), ".cache", "mlx-layout", "work");
  const kept = new Map<string, Intervals>();
  if (!existsSync(directory)) return kept;
  const host = nodeHost();
  for (const name of await readdir(directory, { recursive: true })) {
    if (!name.endsWith(".incomplete")) continue;
    const contentKey = basename(name).split(".")[0] ?? "";
    const content = contents.find(({ bytes }) => sha256(bytes) === contentKey);
    if (content === undefined) continue;
    const { bytes } = content;
    const file = await host.files.open(join(directory, name), "r");
    const boot = host.processes.machine;
    const { ranges } = await keptRanges(file, { contentKey, sizeBytes: bytes.length, boot });
    await file.close();
    const found = await readFile(join(directory, name));
    for (const { from, to } of ranges.list)
      assert.ok(found.subarray(from, to).equals(bytes.subarray(from, to)), `${from} to ${to}`);
    kept.set(contentKey, ranges);
  }
  return kept;
}

function assertNothingTwice(
  log: readonly HubExchange[],
  kept: ReadonlyMap<string, Intervals>,
): void {
  for (const { kind, path, range } of log) {
    if (kind !== "cdn") continue;
    const [, from = "0", last = ""] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
    const to = last === "" ? Number.POSITIVE_INFINITY : Number(last) + 1;
    const ranges = kept.get(path.split("/").at(-1) ?? "")?.list ?? [];
    const twice = ranges.find((one) => one.from < to && Number(from) < one.to);
    assert.ok(
      twice === undefined,
      `asked for ${range} of ${path}, of which ${twice?.from} to ${twice?.to} were kept`,
    );
  }
}

async function assertTree(directory: string, files: readonly HubFile[]): Promise<void> {
  const found = (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith(join(".cache", "huggingface")) && path !== ".downloaded");
  assert.deepEqual(found.toSorted(), files.map((file) => file.path).toSorted());
  for (const { path, bytes } of files) {
    assert.equal(sha256(await readFile(join(directory, path))), sha256(bytes), path);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
