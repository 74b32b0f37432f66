import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import type { ListedModel, ShareRequest, ShareResult } from "../../../spec/mod.ts";
import { tinyLlama } from "../../../harness/mod.ts";
import { ROOT, runScripted as run } from "../scripted_run.ts";

const RESULT: ShareResult = {
  from: join(ROOT, "models/org/name"),
  to: "/store/org/name",
  files: [
    { path: "config.json", sizeBytes: 500, way: "copy" },
    { path: "model.safetensors", sizeBytes: 4_000_000, way: "link" },
    { path: "other.safetensors", sizeBytes: 2_000_000, way: "replace" },
  ],
  bytesTaken: 500,
  bytesFreed: 2_000_000,
  leftBehind: [],
  isRecorded: true,
  isDone: true,
};

/** Answers as a manager would, and notes what it was asked. */
function recording(asked: ShareRequest[], result: Partial<ShareResult> = {}) {
  return {
    share: async (request: ShareRequest) => {
      asked.push(request);
      return { ...RESULT, ...result };
    },
  };
}

test("share shows its plan before it shares, and says what takes it back", async () => {
  const asked: ShareRequest[] = [];
  const line = "share org/name --with /store --layout lmstudio";
  const { exitCode, stdout } = await run(line, recording(asked));
  assert.equal(exitCode, 0);
  assert.equal(
    stdout,
    [
      `From ${RESULT.from}`,
      "in   /store/org/name too",
      "  config.json (copy, 500 B)",
      "  model.safetensors (link, 4.00 MB)",
      "  other.safetensors (duplicate, link, 2.00 MB)",
      "500 B of room is taken, and 2.00 MB come free",
      "Shared: /store/org/name. The same command with --undo takes it back",
      "",
    ].join("\n"),
  );
  const request = { repository: "org/name", into: "/store", layout: "lmstudio" };
  assert.deepEqual(asked, [
    { ...request, step: "plan" },
    { ...request, step: "share" },
  ]);
});

test("share --dry-run and --undo do only that, and --copy says that weights may be copied", async () => {
  const asked: ShareRequest[] = [];
  const line = "share org/name --with /store --layout flat";
  await run(`${line} --dry-run --copy`, recording(asked));
  const undone = await run(`${line} --undo`, recording(asked, { leftBehind: ["notes.txt"] }));
  assert.match(
    undone.stdout,
    /^Undone: 3 files are gone from .*\nThese stay, .*\n {2}notes\.txt\n$/,
  );
  assert.deepEqual(
    asked.map(({ step, mayCopy }) => [step, mayCopy]),
    [
      ["plan", true],
      ["undo", undefined],
    ],
  );
});

test("share --undo is not tried out: with --dry-run it is a misuse", async () => {
  for (const line of ["share org/name --with lm-studio", "adopt org/name"]) {
    const { exitCode, stderr } = await run(`${line} --undo --dry-run`);
    assert.equal(exitCode, 2);
    assert.match(stderr, /cannot be used with option '--dry-run'/);
  }
});

test("share --json prints the result", async () => {
  const line = "share org/name --with /store --layout flat --json";
  const { stdout } = await run(line, recording([]));
  assert.deepEqual(JSON.parse(stdout), {
    schema: "mlx-layout/output/1",
    event: "share",
    ...RESULT,
  });
});

test("share refuses a store that it cannot find or that keeps models in a form of its own", async () => {
  const unknown = await run("share org/name --with /no/store");
  assert.equal(unknown.exitCode, 2);
  assert.match(unknown.stderr, /directory of no known store .*--layout/);
  const absent = await run("share org/name --with lm-studio");
  assert.match(
    absent.stderr,
    /none of its directories is on this machine; .* --with '~\/\.lmstudio\/models' --layout lmstudio\n/,
  );
  for (const store of ["exo", "mlx-audio"])
    assert.match(
      (await run(`share org/name --with ${store}`)).stderr,
      /--with '~\/[^']+' --layout flat/,
    );
  const closed = await run("share org/name --with ollama", {}, inHome("/nowhere"));
  assert.match(closed.stderr, /Ollama keeps models in a form of its own/);
  assert.equal((await run("share name --with /store --layout flat")).exitCode, 2);
  assert.equal((await run("share org/name")).exitCode, 2);
});

test("adopt finds the copy in a store, by its name or directory, and shares it with the root", async () => {
  const copy = (directory: string, store?: ListedModel["store"]): ListedModel => ({
    directory,
    layout: "lmstudio",
    repository: "org/name",
    modelId: "org--name",
    state: "unknown",
    misplaced: undefined,
    sizeBytes: 1,
    ...(store && { store }),
  });
  const list = async () => [
    copy("/home/.lmstudio/models/org/name", "lm-studio"),
    copy("/home/.omlx/models/org/name", "omlx"),
  ];
  const asked: ShareRequest[] = [];
  const manager = { ...recording(asked, { isRecorded: false }), list };
  for (const from of ["omlx", "/home/.omlx/models", "/home/.omlx/models/org/name"])
    await run(`adopt org/name --from ${from} --dry-run`, manager);
  const { stdout } = await run("adopt org/name", manager);
  assert.match(stdout, /mlx-layout download org\/name" compares them/);
  await run("adopt org/name --undo", manager);
  const own = { repository: "org/name", into: ROOT, layout: "hubapi" };
  const omlx = { ...own, from: "/home/.omlx/models/org/name", step: "plan" };
  const first = { ...own, from: "/home/.lmstudio/models/org/name" };
  assert.deepEqual(asked, [
    omlx,
    omlx,
    omlx,
    { ...first, step: "plan" },
    { ...first, step: "share" },
    { ...own, step: "undo" },
  ]);
  const nowhere = await run("adopt org/name --from exo", manager);
  assert.equal(nowhere.exitCode, 1);
  assert.match(nowhere.stderr, /Cannot find a copy of "org\/name" in "exo"/);
});

let home: string;
before(async () => {
  home = await mkdtemp(join(tmpdir(), "mlx-layout-one-copy-"));
});
after(() => rm(home, { recursive: true, force: true }));

test("a copy of LM Studio's is adopted, shared with the hub's cache once it is recorded, and removed safely", async () => {
  const { SharedModelManager } = await import("../../shared_model_manager.ts");
  const store = join(home, ".lmstudio/models/org/name");
  for (const { path, bytes } of tinyLlama({ seed: 2 }).files) {
    await mkdir(dirname(join(store, path)), { recursive: true });
    await writeFile(join(store, path), bytes);
  }
  const root = join(home, "Models");
  const env = { HOME: home };
  const type = (line: string) =>
    run(
      line,
      {},
      {
        config: { root, env },
        createManager: (host, config) => new SharedModelManager(host, config),
      },
    );
  const adopted = await type("adopt org/name --from lm-studio");
  assert.equal(adopted.exitCode, 0, adopted.stderr);
  const own = join(root, "models/org/name");
  const weights = "model.safetensors";
  const inode = async (path: string) => (await stat(path)).ino;
  assert.equal(await inode(join(own, weights)), await inode(join(store, weights)));
  assert.notEqual(await inode(join(own, "config.json")), await inode(join(store, "config.json")));
  const refused = await type("share org/name --with hub-cache");
  assert.match(refused.stderr, /nothing says of which commit the copy is/);
  const removed = await type(`remove ${store} -y`);
  assert.equal(removed.exitCode, 0, removed.stderr);
  assert.match(removed.stdout, /do not, as that data has another name elsewhere/);
  assert.ok((await readFile(join(own, weights))).length > 0);
  const undone = await type("adopt org/name --undo");
  assert.equal(undone.exitCode, 1);
  assert.match(undone.stderr, /none is recorded/);
  assert.ok((await readFile(join(own, weights))).length > 0);
});

function inHome(directory: string) {
  return { config: { root: ROOT, env: { HOME: directory } } };
}
