/**
 * The command is killed with `kill -9` at random moments of a large download and run again each time.
 *
 * Invariants checked:
 * - It finishes, and the tree is the repository's.
 * - No byte that was on disk when a run began is transferred again.
 * - Nothing but the model and its metadata is left.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { type HubExchange, type HubFile, serveHub, SimulatedHub } from "../../harness/hub/mod.ts";
import { tinyLlama } from "../../harness/models/mod.ts";

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
    let keptBytes = 0;
    const download = async (killAtBytes: number) => {
      const kept = await partialSizes(root);
      keptBytes += [...kept.values()].reduce((sum, bytes) => sum + bytes, 0);
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
        const sentBytes = hub.log.reduce((sum, exchange) => sum + exchange.bytesSent, 0);
        if (sentBytes >= killAtBytes) child.kill("SIGKILL");
      };
      const [code] = (await once(child, "exit")) as [number | null];
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

/** Bytes that lie on disk of each content, by its hash. */
async function partialSizes(root: string): Promise<Map<string, number>> {
  const directory = join(root, "models", ...REPOSITORY.split("/"), ".cache", "mlx-layout", "work");
  const sizes = new Map<string, number>();
  if (!existsSync(directory)) return sizes;
  const names = await readdir(directory, { recursive: true });
  for (const name of names.filter((path) => path.endsWith(".incomplete")))
    sizes.set(basename(name, ".incomplete"), (await stat(join(directory, name))).size);
  return sizes;
}

function assertNothingTwice(log: readonly HubExchange[], kept: ReadonlyMap<string, number>): void {
  for (const { kind, path, range } of log) {
    if (kind !== "cdn") continue;
    const keptBytes = kept.get(path.split("/").at(-1) ?? "") ?? 0;
    const from = Number(/^bytes=(\d+)-/.exec(range ?? "bytes=0-")?.[1]);
    assert.ok(
      from >= keptBytes,
      `asked for byte ${from} of ${path} although ${keptBytes} were kept`,
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
