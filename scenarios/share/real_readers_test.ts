/**
 * A share against the readers that it is made for: `huggingface_hub` and mlx-lm read what was shared with the hub's cache, without the
 * network; what they wrote is adopted; and what they remove leaves the other copy whole.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { serveHub, SimulatedHub, tinyLlama } from "../../harness/mod.ts";
import { findPython } from "../../harness/subjects/find_python.ts";
import { nodeHost } from "../../src/node_host.ts";
import { SharedModelManager } from "../../src/shared_model_manager.ts";

const python = findPython() ?? "";
const skip =
  python === ""
    ? "no Python with huggingface_hub: run npm run subjects, or set MLX_LAYOUT_PYTHON"
    : false;

const REPOSITORY = "mlx-community/Tiny-4bit";
const MODEL = tinyLlama({ shards: 2, nested: true });
const WEIGHTS = MODEL.files.filter(({ path }) => path.endsWith(".safetensors"));

/** Reads a snapshot by its branch, each file by itself, and the whole cache; prints what it sees as JSON. */
const READ = `
import json, sys
from huggingface_hub import scan_cache_dir, snapshot_download, try_to_load_from_cache
path = snapshot_download(sys.argv[1], local_files_only=True)
info = scan_cache_dir()
print(json.dumps({
    "path": path,
    "warnings": [str(warning) for warning in info.warnings],
    "refs": sorted(ref for repo in info.repos for ref in repo.refs),
    "revisions": sum(len(repo.revisions) for repo in info.repos),
    "loaded": [try_to_load_from_cache(sys.argv[1], name) for name in sys.argv[2:]],
}))
`;

const WRITE = `
import sys
from huggingface_hub import snapshot_download
print(snapshot_download(sys.argv[1]))
`;

const DELETE = `
import sys
from huggingface_hub import scan_cache_dir
info = scan_cache_dir()
commits = [revision.commit_hash for repo in info.repos for revision in repo.revisions]
strategy = info.delete_revisions(*commits)
strategy.execute()
print(strategy.expected_freed_size)
`;

const READ_DIRECTORY = `
import json, sys
from huggingface_hub import hf_hub_download
print(json.dumps([
    hf_hub_download(sys.argv[1], name, local_dir=sys.argv[2], local_files_only=True)
    for name in sys.argv[3:]
]))
`;

const LOAD = `
import sys
from mlx_lm import load
model, tokenizer = load(sys.argv[1])
print(type(model).__module__, len(tokenizer.encode("hello there")))
`;

test(
  "huggingface_hub reads what was shared with its cache, offline and without a warning",
  { skip },
  async () => {
    await inHome(async ({ cache, hub, ask, manager }) => {
      const commit = hub.publish(REPOSITORY, MODEL.files, { tags: ["mlx"] });
      const own = await manager.download({ repository: REPOSITORY });
      const request = { repository: REPOSITORY, into: cache, layout: "hf-cache" } as const;
      const shared = await manager.share({ ...request, step: "share" });
      assert.ok(shared.to.startsWith(cache) && shared.to.endsWith(commit));
      hub.goOffline();
      const paths = own.files.map(({ path }) => path);
      const seen = JSON.parse(await ask(READ, [REPOSITORY, ...paths])) as Seen;
      assert.equal(seen.path, shared.to);
      assert.deepEqual(seen.warnings, []);
      assert.deepEqual([seen.refs, seen.revisions], [["main"], 1]);
      for (const [at, path] of paths.entries()) {
        assert.equal(seen.loaded[at], join(shared.to, path));
        assert.deepEqual(
          await readFile(join(shared.to, path)),
          await readFile(join(own.directory, path)),
        );
      }
      for (const { path } of WEIGHTS) {
        const [one, two] = [
          await stat(join(own.directory, path)),
          await stat(join(shared.to, path)),
        ];
        assert.equal(one.ino, two.ino, `${path} is there twice`);
      }
    });
  },
);

test("mlx-lm loads by its name what was shared with the hub's cache", { skip }, async (t) => {
  await inHome(async ({ cache, hub, ask, manager }) => {
    hub.publish(REPOSITORY, MODEL.files, { tags: ["mlx"] });
    await manager.download({ repository: REPOSITORY });
    const request = { repository: REPOSITORY, into: cache, layout: "hf-cache" } as const;
    await manager.share({ ...request, step: "share" });
    hub.goOffline();
    const said = await ask(LOAD, [REPOSITORY], { HF_HUB_OFFLINE: "1" });
    t.diagnostic(said.trim());
    assert.match(said, /mlx_lm\.models\.llama \d+/);
  });
});

test(
  "what huggingface_hub removes from its cache leaves the copy that was shared whole",
  { skip },
  async () => {
    await inHome(async ({ cache, hub, ask, manager }) => {
      hub.publish(REPOSITORY, MODEL.files, { tags: ["mlx"] });
      await manager.download({ repository: REPOSITORY });
      const request = { repository: REPOSITORY, into: cache, layout: "hf-cache" } as const;
      await manager.share({ ...request, step: "share" });
      await ask(DELETE, []);
      const { state } = await manager.verify({ repository: REPOSITORY, layout: "hubapi" });
      assert.equal(state, "complete");
      // Its places are gone, so they can be made again.
      assert.equal((await manager.share({ ...request, step: "share" })).isDone, true);
      const seen = JSON.parse(await ask(READ, [REPOSITORY])) as Seen;
      assert.deepEqual(seen.warnings, []);
    });
  },
);

test(
  "what huggingface_hub downloaded is adopted without a download, and stays its own",
  { skip },
  async () => {
    await inHome(async ({ root, hub, ask, manager }) => {
      hub.publish(REPOSITORY, MODEL.files, { tags: ["mlx"] });
      const from = (await ask(WRITE, [REPOSITORY])).trim();
      const before = hub.log.length;
      const request = { repository: REPOSITORY, into: root, layout: "hubapi" } as const;
      const adopted = await manager.share({ ...request, from, step: "share" });
      assert.equal(hub.log.length, before, "it asked the hub");
      const own = { repository: REPOSITORY, layout: "hubapi" } as const;
      assert.equal((await manager.verify(own)).state, "complete");
      assert.equal((await manager.check(own)).loadable, true);
      const result = await manager.download({ repository: REPOSITORY });
      assert.deepEqual([result.directory, result.bytesFetched], [adopted.to, 0]);
      for (const { path } of WEIGHTS)
        assert.equal((await stat(join(adopted.to, path))).ino, (await stat(join(from, path))).ino);
      await manager.remove(own);
      const seen = JSON.parse(await ask(READ, [REPOSITORY])) as Seen;
      assert.deepEqual([seen.path, seen.warnings], [from, []]);
    });
  },
);

test("huggingface_hub reads a directory of HubApi's that was shared with", { skip }, async () => {
  await inHome(async ({ top, hub, ask, manager }) => {
    hub.publish(REPOSITORY, MODEL.files, { tags: ["mlx"] });
    const { files } = await manager.download({ repository: REPOSITORY });
    const into = join(top, "Documents", "huggingface");
    const request = { repository: REPOSITORY, into, layout: "hubapi" } as const;
    const { to } = await manager.share({ ...request, step: "share" });
    hub.goOffline();
    const paths = files.map(({ path }) => path);
    const seen = JSON.parse(await ask(READ_DIRECTORY, [REPOSITORY, to, ...paths])) as string[];
    assert.deepEqual(
      seen,
      paths.map((path) => join(to, path)),
    );
  });
});

// Helpers

interface Seen {
  readonly path: string;
  readonly warnings: readonly string[];
  readonly refs: readonly string[];
  readonly revisions: number;
  readonly loaded: readonly unknown[];
}

interface Home {
  readonly top: string;
  readonly root: string;
  readonly cache: string;
  readonly hub: SimulatedHub;
  readonly manager: SharedModelManager;
  /** Runs a script of Python and returns what it printed. */
  readonly ask: (
    script: string,
    args: readonly string[],
    more?: Readonly<Record<string, string>>,
  ) => Promise<string>;
}

/** A home whose hub cache is the official client's default one, with a hub at hand. */
async function inHome(action: (home: Home) => Promise<void>): Promise<void> {
  const top = await mkdtemp(join(tmpdir(), "mlx-layout-share-"));
  const hub = new SimulatedHub({ now: () => Date.now() });
  const served = await serveHub(hub);
  try {
    const root = join(top, "Models");
    const env = {
      HOME: top,
      HF_ENDPOINT: served.endpoint,
      HF_HUB_DISABLE_XET: "1",
      HF_HUB_DISABLE_TELEMETRY: "1",
      HF_HUB_DISABLE_PROGRESS_BARS: "1",
    };
    const manager = new SharedModelManager(nodeHost(), { root, env });
    const cache = join(top, ".cache", "huggingface", "hub");
    const ask: Home["ask"] = (script, args, more = {}) =>
      runPython(script, args, { ...env, ...more });
    await action({ top, root, cache, hub, manager, ask });
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
