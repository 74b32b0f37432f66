/**
 * The hub's cache against the client that it belongs to: what ours wrote is read by `huggingface_hub`, and the other way.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { nodeFiles, readTree } from "../../harness/internal.ts";
import { serveHub, SimulatedHub, tinyLlama } from "../../harness/mod.ts";
import { nodeHost } from "../../src/node_host.ts";
import { SharedModelManager } from "../../src/shared_model_manager.ts";
import { findPython } from "../../harness/subjects/find_python.ts";

const python = findPython() ?? "";
const skip =
  python === ""
    ? "no Python with huggingface_hub: run npm run subjects, or set MLX_LAYOUT_PYTHON"
    : false;

const REPOSITORY = "mlx-community/Tiny-4bit";

/** Reads a snapshot without the network, and scans the cache; prints what it sees as JSON. */
const READ = `
import json, os, sys
from huggingface_hub import scan_cache_dir, snapshot_download
path = snapshot_download(sys.argv[1], revision=sys.argv[2], local_files_only=True)
info = scan_cache_dir()
print(json.dumps({
    "path": path,
    "warnings": [str(warning) for warning in info.warnings],
    "size": info.size_on_disk,
    "refs": sorted(ref for repo in info.repos for ref in repo.refs),
    "files": sorted(
        os.path.relpath(os.path.join(at, name), path)
        for at, _, names in os.walk(path) for name in names
    ),
}))
`;

const WRITE = `
import sys
from huggingface_hub import snapshot_download
print(snapshot_download(sys.argv[1], revision=sys.argv[2]))
`;

test("huggingface_hub reads a snapshot that was downloaded into its cache", { skip }, async () => {
  await inCache(async ({ hub, cache, ask, manager }) => {
    const model = tinyLlama({ shards: 2, nested: true });
    const commit = hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const { directory, files } = await manager.download({
      repository: REPOSITORY,
      layout: "hf-cache",
    });
    const seen = JSON.parse(await ask(READ, [REPOSITORY, "main"])) as Seen;
    assert.equal(seen.path, directory);
    assert.ok(directory.startsWith(cache) && directory.endsWith(commit));
    assert.deepEqual(seen.warnings, []);
    assert.deepEqual(seen.refs, ["main"]);
    const ours = files.map(({ path }) => path);
    assert.deepEqual(seen.files.toSorted(), [".downloaded", ...ours].toSorted());
  });
});

test("a snapshot of huggingface_hub is found, verified and removed", { skip }, async () => {
  await inCache(async ({ hub, cache, ask, manager }) => {
    const model = tinyLlama({ shards: 2 });
    const neighbour = tinyLlama({ seed: 1 });
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    hub.publish("mlx-community/Neighbour-4bit", neighbour.files, { tags: ["mlx"] });
    const directory = (await ask(WRITE, [REPOSITORY, "main"])).trim();
    await ask(WRITE, ["mlx-community/Neighbour-4bit", "main"]);
    const request = { repository: REPOSITORY, layout: "hf-cache" } as const;
    assert.equal(await manager.locate({ repository: REPOSITORY }), directory);
    assert.equal((await manager.verify(request)).state, "complete");
    assert.equal((await manager.check(request)).loadable, true);
    const before = hub.log.length;
    const result = await manager.download(request);
    assert.equal(result.directory, directory);
    assert.equal(result.bytesFetched, 0, "everything was there already");
    assert.ok(hub.log.slice(before).every(({ kind }) => kind !== "cdn"));
    const listed = await manager.list();
    assert.deepEqual(
      listed.map(({ repository }) => repository ?? "").sort((one, two) => (one < two ? -1 : 1)),
      ["mlx-community/Neighbour-4bit", REPOSITORY],
    );
    const { bytesFreed } = await manager.remove(request);
    const sizeBytes = model.files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    assert.ok(bytesFreed >= sizeBytes, `${bytesFreed} of ${sizeBytes}`);
    const left = await readTree(nodeFiles(), join(cache, "models--mlx-community--Tiny-4bit"));
    assert.deepEqual(
      left.map(({ path }) => path),
      [],
      "nothing of it is left",
    );
    const seen = JSON.parse(await ask(READ, ["mlx-community/Neighbour-4bit", "main"])) as Seen;
    assert.deepEqual(seen.warnings, []);
  });
});

test("a revision that huggingface_hub fetched before shares its contents", { skip }, async () => {
  await inCache(async ({ hub, cache, ask, manager }) => {
    const model = tinyLlama({ shards: 2 });
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    await ask(WRITE, [REPOSITORY, "main"]);
    const changed = model.files.map((file) =>
      file.path === "generation_config.json"
        ? { ...file, bytes: new TextEncoder().encode("{}") }
        : file,
    );
    hub.publish(REPOSITORY, changed, { tags: ["mlx"] });
    const result = await manager.download({ repository: REPOSITORY, layout: "hf-cache" });
    assert.equal(result.bytesFetched, 2);
    const tree = await readTree(nodeFiles(), cache);
    assert.ok(
      tree.every(({ linkTarget }) => linkTarget === undefined || linkTarget.startsWith("../")),
    );
    const seen = JSON.parse(await ask(READ, [REPOSITORY, "main"])) as Seen;
    assert.equal(seen.path, result.directory);
    assert.deepEqual(seen.warnings, []);
  });
});

// Helpers

interface Seen {
  readonly path: string;
  readonly warnings: readonly string[];
  readonly size: number;
  readonly refs: readonly string[];
  readonly files: readonly string[];
}

interface CommandContext {
  readonly hub: SimulatedHub;
  readonly cache: string;
  readonly manager: SharedModelManager;
  /** Runs a script of Python and returns what it printed. */
  readonly ask: (script: string, args: readonly string[]) => Promise<string>;
}

async function inCache(action: (scene: CommandContext) => Promise<void>): Promise<void> {
  const top = await mkdtemp(join(tmpdir(), "mlx-layout-cache-"));
  const hub = new SimulatedHub({ now: () => Date.now() });
  const served = await serveHub(hub);
  try {
    const cache = join(top, "hub");
    const env = {
      HOME: top,
      HF_HUB_CACHE: cache,
      HF_ENDPOINT: served.endpoint,
      HF_HUB_DISABLE_XET: "1",
      HF_HUB_DISABLE_TELEMETRY: "1",
      HF_HUB_DISABLE_PROGRESS_BARS: "1",
    };
    const manager = new SharedModelManager(nodeHost(), { root: join(top, "Models"), env });
    await action({ hub, cache, manager, ask: (script, args) => runPython(script, args, env) });
  } finally {
    await served.close();
    await rm(top, { recursive: true, force: true });
  }
}

function runPython(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, ["-c", script, ...args], {
      env: { PATH: process.env["PATH"] ?? "", ...env },
      timeout: 120_000,
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`python ended with ${code}: ${err}`));
    });
  });
}
