import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import {
  diskError,
  memoryFiles,
  overwriteBytes,
  readText,
  readTree,
  wrapFiles,
  writeBytes,
} from "../../harness/disk/mod.ts";
import { SimulatedClock } from "../../harness/clock/simulated_clock.ts";
import { gitBlobSha1, sha256Hex } from "../../harness/hub/hub_file.ts";
import { seededRandom } from "../../harness/worlds/seeded_random.ts";
import type { FileSystem, Host, Layout, ShareRequest } from "../../spec/mod.ts";
import { formatMarker } from "../records/marker.ts";
import { ModelSharer } from "./model_sharer.ts";

const ROOT = "/Models";
const INTO = "/Store";
const FROM = `${ROOT}/models/org/name`;
const COMMIT = "c0ffee".padEnd(40, "0");
const REQUEST = { repository: "org/name", from: FROM, into: INTO };
const SHARED = [
  "1_Pooling/config.json",
  "config.json",
  "model.safetensors",
  "tokenizer.json",
  "tokenizer_config.json",
];

/** Where each layout has the model. */
const PLACES: Readonly<Record<Layout, string>> = {
  hubapi: `${INTO}/models/org/name`,
  lmstudio: `${INTO}/org/name`,
  flat: `${INTO}/org--name`,
  "hf-cache": `${INTO}/models--org--name/snapshots/${COMMIT}`,
};
const LAYOUTS = Object.keys(PLACES) as Layout[];

/** What a volume does with links. */
const VOLUMES = {
  "with hard links": (files: FileSystem) => files,
  "without hard links": (files: FileSystem) => refusingLinks(files, "EPERM"),
  "on another volume": (files: FileSystem) => refusingLinks(files, "EXDEV"),
} as const;

for (const layout of LAYOUTS) {
  test(`a share has every file where layout ${layout} has it, weights as a second name, the rest as copies`, async () => {
    const files = await disk();
    const before = await readTree(files, FROM);
    const result = await sharerOf(files).share({ ...REQUEST, layout, step: "share" });
    assert.deepEqual([result.to, result.isDone], [PLACES[layout], true]);
    const inode = async (path: string) => (await files.stat(path)).inode;
    for (const path of SHARED) {
      const [place, source] = [join(PLACES[layout], path), join(FROM, path)];
      assert.equal(await readText(files, place), path);
      const isOne = (await inode(place)) === (await inode(source));
      assert.equal(isOne, path.endsWith(".safetensors"), path);
    }
    assert.deepEqual(await readTree(files, FROM), before);
    assert.deepEqual(await leftovers(files), []);
  });
}

test("a share with the hub's cache has blobs under their hashes, relative links and a ref", async () => {
  const files = await disk();
  await sharerOf(files).share({ ...REQUEST, layout: "hf-cache", step: "share" });
  const tree = await readTree(files, `${INTO}/models--org--name`);
  const at = (path: string) => tree.find((entry) => entry.path === path);
  const weights = sha256Hex(Buffer.from("model.safetensors"));
  assert.equal(at(`blobs/${weights}`)?.kind, "file");
  assert.equal(
    at(`snapshots/${COMMIT}/1_Pooling/config.json`)?.linkTarget,
    `../../../blobs/${gitBlobSha1(Buffer.from("1_Pooling/config.json"))}`,
  );
  assert.equal(await readText(files, `${INTO}/models--org--name/refs/main`), COMMIT);
});

test("a plan changes nothing, and says what is linked and copied and how much room that takes", async () => {
  const files = await disk();
  await write(files, `${PLACES.lmstudio}/model.safetensors`, "model.safetensors");
  const before = await readTree(files, "/");
  const plan = await sharerOf(files).share({ ...REQUEST, layout: "lmstudio", step: "plan" });
  assert.deepEqual(await readTree(files, "/"), before);
  const ways = Object.fromEntries(plan.files.map(({ path, way }) => [path, way]));
  assert.deepEqual(ways, {
    "1_Pooling/config.json": "copy",
    "config.json": "copy",
    "model.safetensors": "replace",
    "tokenizer.json": "copy",
    "tokenizer_config.json": "copy",
  });
  const small = SHARED.filter((path) => path.endsWith(".json")).join("").length;
  assert.deepEqual([plan.bytesTaken, plan.bytesFreed], [small, "model.safetensors".length]);
  assert.equal(plan.isDone, false);
});

test("a duplicate in the store gives way to the data of the copy, and an undoing leaves it", async () => {
  const files = await disk();
  const place = `${PLACES.lmstudio}/model.safetensors`;
  await write(files, place, "model.safetensors");
  const sharer = sharerOf(files);
  const result = await sharer.share({ ...REQUEST, layout: "lmstudio", step: "share" });
  assert.equal(result.bytesFreed, "model.safetensors".length);
  const source = await files.stat(`${FROM}/model.safetensors`);
  assert.equal((await files.stat(place)).inode, source.inode);
  const undone = await sharer.share({ ...REQUEST, layout: "lmstudio", step: "undo" });
  assert.deepEqual(undone.leftBehind, ["model.safetensors"]);
  assert.deepEqual(await namesBelow(files, INTO), ["org/name/model.safetensors"]);
});

test("a share is refused where the store has something else, and where bytes are not the recorded ones", async () => {
  for (const [path, text] of [
    ["config.json", "config.jsoN"],
    ["config.json", "longer than that"],
    ["model-00002-of-00002.safetensors", "of another model"],
  ] as const) {
    const files = await disk();
    await write(files, `${PLACES.lmstudio}/${path}`, text);
    const before = await readTree(files, "/Store");
    const sharing = sharerOf(files).share({ ...REQUEST, layout: "lmstudio", step: "share" });
    await assert.rejects(sharing, { code: "access-denied", file: path });
    assert.deepEqual(named(await readTree(files, "/Store")), named(before));
  }
  const files = await disk();
  await overwriteBytes(files, `${FROM}/tokenizer.json`, Buffer.from("tokenizer.jsoN"));
  const sharing = sharerOf(files).share({ ...REQUEST, layout: "hf-cache", step: "share" });
  await assert.rejects(sharing, { code: "integrity", file: "tokenizer.json" });
  assert.deepEqual(await readTree(files, INTO), []);
});

test("weights are copied only when the caller says so", async () => {
  for (const volume of ["without hard links", "on another volume"] as const) {
    const files = await disk();
    const sharer = sharerOf(VOLUMES[volume](files));
    const request: ShareRequest = { ...REQUEST, layout: "lmstudio", step: "share" };
    await assert.rejects(sharer.share(request), { code: "unsupported" });
    const result = await sharer.share({ ...request, mayCopy: true });
    assert.equal(result.files.find(({ path }) => path.endsWith(".safetensors"))?.way, "copy");
    assert.equal(await readText(files, `${PLACES.lmstudio}/model.safetensors`), SHARED[2]);
  }
});

test("a volume that clones is asked to before anything is copied", async () => {
  const files = await disk();
  const cloned: string[] = [];
  const cloning: FileSystem = {
    ...wrapFiles(files, (_, next) => next()),
    clone: async (source, target) => {
      cloned.push(source);
      await writeBytes(files, target, Buffer.from((await readText(files, source)) ?? ""));
    },
  };
  const result = await sharerOf(cloning).share({ ...REQUEST, layout: "flat", step: "share" });
  assert.equal(cloned.length, SHARED.length - 1);
  assert.deepEqual(
    result.files
      .filter(({ way }) => way === "clone")
      .map(({ path }) => path)
      .toSorted(),
    SHARED.filter((path) => path.endsWith(".json")).toSorted(),
  );
});

for (const layout of ["lmstudio", "hf-cache"] as const) {
  for (const [volume, wrap] of Object.entries(VOLUMES)) {
    test(`a share into ${layout} ${volume} loses nothing at any step, goes on, and can be undone`, async (t) => {
      for (const end of ["share", "undo"] as const) {
        const steps = await stopAtEachChange({ layout, wrap, step: "share" }, async (files) => {
          await assertKept(files, layout);
          const second = sharerOf(wrap(files), 2);
          const request = { ...REQUEST, layout, mayCopy: true } as const;
          if (end === "share") {
            await second.share({ ...request, step: "share" });
            await assertShared(files, layout);
          } else {
            // Until the journal is written nothing is made, so there is nothing to take back.
            await second.share({ ...request, step: "undo" }).catch(assertNothingToUndo);
            await assertKept(files, layout);
            assert.deepEqual(await namesBelow(files, INTO), FOREIGN[layout]);
          }
        });
        t.diagnostic(`${steps} changes, then ${end}: lost 0`);
        assert.ok(steps > 10, `it took only ${steps} changes`);
      }
    });

    test(`an undoing in ${layout} ${volume} loses nothing at any step, and goes on`, async (t) => {
      const steps = await stopAtEachChange({ layout, wrap, step: "undo" }, async (files) => {
        await assertKept(files, layout);
        const second = sharerOf(wrap(files), 2);
        await second.share({ ...REQUEST, layout, step: "undo" }).catch(assertNothingToUndo);
        await assertKept(files, layout);
        assert.deepEqual(await namesBelow(files, INTO), FOREIGN[layout]);
      });
      t.diagnostic(`${steps} changes: lost 0`);
      assert.ok(steps > 5, `it took only ${steps} changes`);
    });
  }
}

test("an undoing leaves what has changed since, and data that the copy no longer has", async () => {
  const files = await disk();
  const sharer = sharerOf(files);
  await sharer.share({ ...REQUEST, layout: "lmstudio", step: "share" });
  await overwriteBytes(files, `${PLACES.lmstudio}/tokenizer.json`, Buffer.from("patched"));
  await write(files, `${PLACES.lmstudio}/notes.txt`, "mine");
  const undone = await sharer.share({ ...REQUEST, layout: "lmstudio", step: "undo" });
  assert.deepEqual(undone.leftBehind, ["tokenizer.json"]);
  assert.deepEqual(await namesBelow(files, INTO), [
    "org/name/notes.txt",
    "org/name/tokenizer.json",
  ]);
  await sharer.share({ ...REQUEST, layout: "hf-cache", step: "share" });
  await files.unlink(`${FROM}/model.safetensors`);
  const undoing = sharer.share({ ...REQUEST, layout: "hf-cache", step: "undo" });
  await assert.rejects(undoing, { code: "not-downloaded" });
  assert.equal(await readText(files, `${PLACES["hf-cache"]}/model.safetensors`), SHARED[2]);
});

test("what a forged journal names is not removed", async () => {
  const files = await disk();
  const sharer = sharerOf(files);
  await write(files, `${PLACES.lmstudio}/notes.txt`, "mine");
  await sharer.share({ ...REQUEST, layout: "lmstudio", step: "share" });
  const [journal = ""] = await namesBelow(files, `${ROOT}/.mlx-layout/shares`);
  const at = `${ROOT}/.mlx-layout/shares/${journal}`;
  const text = (await readText(files, at)) ?? "";
  const forge = async (one: string, other: string) =>
    writeBytes(files, at, Buffer.from(text.replaceAll(one, other)));
  const undo = () => sharer.share({ ...REQUEST, layout: "lmstudio", step: "undo" });
  await forge('"at": "tokenizer.json"', '"at": "notes.txt"');
  assert.deepEqual((await undo()).leftBehind, ["notes.txt"]);
  await forge('"at": "tokenizer.json"', '"at": "../../../Models/models/org/name/config.json"');
  await assert.rejects(undo(), { code: "not-downloaded" });
  await forge('"models/org/name"', '"models/org/other"');
  await assert.rejects(undo(), { code: "not-downloaded" });
  await assertKept(files, undefined);
  assert.equal(await readText(files, `${PLACES.lmstudio}/notes.txt`), "mine");
});

test("adopting gives the root a copy that is complete, and of what nothing vouches for one that says so", async () => {
  const files = await disk();
  await sharerOf(files).share({ ...REQUEST, layout: "hf-cache", step: "share" });
  const other = { root: "/Other", env: {} };
  const adopting = new ModelSharer(hostOf(files, 1), other);
  const request = { repository: "org/name", into: "/Other", layout: "hubapi" } as const;
  const from = PLACES["hf-cache"];
  const result = await adopting.share({ ...request, from, step: "share" });
  assert.deepEqual([result.isRecorded, result.to], [true, "/Other/models/org/name"]);
  const marker = JSON.parse((await readText(files, `${result.to}/.downloaded`)) ?? "{}");
  assert.deepEqual(
    [marker.commit, marker.revision, marker.files.length],
    [COMMIT, "main", SHARED.length],
  );
  const metadata = `${result.to}/.cache/huggingface/download/config.json.metadata`;
  assert.match((await readText(files, metadata)) ?? "", new RegExp(`^${COMMIT}\n[0-9a-f]{40}\n`));
  for (const path of SHARED) await write(files, `/Apps/org/name/${path}`, path);
  const unknown = { ...request, from: "/Apps/org/name", into: "/Third" };
  const third = new ModelSharer(hostOf(files, 1), { root: "/Third", env: {} });
  const adopted = await third.share({ ...unknown, step: "share" });
  assert.deepEqual([adopted.isRecorded, adopted.isDone], [false, true]);
  assert.deepEqual(
    (await namesBelow(files, "/Third")).filter((path) => !path.startsWith(".")),
    SHARED.map((path) => `models/org/name/${path}`),
  );
  const sharing = () => third.share({ ...unknown, into: INTO, layout: "flat", step: "share" });
  await assert.rejects(sharing(), { code: "integrity" });
  await files.unlink("/Apps/org/name/config.json");
  await assert.rejects(sharing(), { code: "integrity", file: "config.json" });
});

test("a ref follows when the copy was updated, unless it is the store's own", async () => {
  const request = { ...REQUEST, layout: "hf-cache" } as const;
  const ref = `${INTO}/models--org--name/refs/main`;
  const next = "beef".padEnd(40, "0");
  for (const isOwn of [false, true]) {
    const files = await disk();
    const sharer = sharerOf(files);
    await sharer.share({ ...request, step: "share" });
    if (isOwn) await write(files, ref, "f00d".padEnd(40, "0"));
    const marker = (await readText(files, `${FROM}/.downloaded`)) ?? "";
    await write(files, `${FROM}/.downloaded`, marker.replace(COMMIT, next));
    const result = await sharer.share({ ...request, step: "share" });
    assert.deepEqual(result.leftBehind, isOwn ? ["refs/main"] : []);
    assert.equal(await readText(files, ref), isOwn ? "f00d".padEnd(40, "0") : next);
    assert.equal(await readText(files, `${PLACES["hf-cache"]}/config.json`), "config.json");
    const undone = await sharer.share({ ...request, step: "undo" });
    assert.equal(undone.isDone, true);
    // The earlier snapshot, and the contents that it leads to, are the store's own now.
    assert.equal(await readText(files, `${PLACES["hf-cache"]}/model.safetensors`), SHARED[2]);
    assert.equal((await readText(files, ref)) === undefined, !isOwn);
  }
});

test("a share of an updated copy that dies at any step ends with the new ref", async () => {
  const request = { ...REQUEST, layout: "hf-cache" } as const;
  const next = "beef".padEnd(40, "0");
  for (let changes = 0, isDone = false; !isDone; changes++) {
    const files = await disk();
    await sharerOf(files).share({ ...request, step: "share" });
    const marker = (await readText(files, `${FROM}/.downloaded`)) ?? "";
    await write(files, `${FROM}/.downloaded`, marker.replace(COMMIT, next));
    isDone = await sharerOf(failingFrom(files, changes))
      .share({ ...request, step: "share" })
      .then(
        () => true,
        () => false,
      );
    await sharerOf(files, 2).share({ ...request, step: "share" });
    assert.equal(await readText(files, `${INTO}/models--org--name/refs/main`), next, `${changes}`);
  }
});

test("what is there already is not read again, and a second share changes nothing", async () => {
  const files = await disk();
  const sharer = sharerOf(files);
  await sharer.share({ ...REQUEST, layout: "hf-cache", step: "share" });
  const before = await readTree(files, "/");
  const again = await sharer.share({ ...REQUEST, layout: "hf-cache", step: "share" });
  assert.deepEqual([again.isDone, again.bytesTaken], [true, 0]);
  assert.deepEqual(await readTree(files, "/"), before);
});

// Helpers

/** What the store has of its own, before and after. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  lmstudio: ["org/name/notes.txt", "org/name/tokenizer.json", "other/model/config.json"],
  "hf-cache": [
    "models--org--name/notes.txt",
    `models--org--name/blobs/${gitBlobSha1(Buffer.from("tokenizer.json"))}`,
    "other/model/config.json",
  ].toSorted(),
};

/** A whole model below the root, with its marker; each file holds its own path. */
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

async function foreign(files: FileSystem, layout: string): Promise<void> {
  for (const path of FOREIGN[layout] ?? []) await write(files, join(INTO, path), textOf(path));
}

/** A duplicate of a small file is among them. */
function textOf(path: string): string {
  return /tokenizer\.json$|blobs\//.test(path) ? "tokenizer.json" : path;
}

async function assertKept(files: FileSystem, layout: string | undefined): Promise<void> {
  for (const path of SHARED) assert.equal(await readText(files, join(FROM, path)), path);
  for (const path of FOREIGN[layout ?? ""] ?? [])
    assert.equal(await readText(files, join(INTO, path)), textOf(path), path);
}

async function assertShared(files: FileSystem, layout: Layout): Promise<void> {
  await assertKept(files, layout);
  for (const path of SHARED) assert.equal(await readText(files, join(PLACES[layout], path)), path);
  assert.deepEqual(await leftovers(files), []);
}

function assertNothingToUndo(error: unknown): void {
  assert.equal((error as { code?: string }).code, "not-downloaded", String(error));
}

async function write(files: FileSystem, path: string, text: string): Promise<void> {
  await writeBytes(files, path, new TextEncoder().encode(text));
}

/** Files and links; what a process that died has left of its claim is not among them. */
async function namesBelow(files: FileSystem, directory: string): Promise<string[]> {
  const tree = await readTree(files, directory);
  return tree
    .filter(({ path, kind }) => kind !== "directory" && !/\.cache\/mlx-layout\//.test(path))
    .map(({ path }) => path);
}

/** What a share that has ended must not leave: claims, and data under temporary names. */
async function leftovers(files: FileSystem): Promise<string[]> {
  const tree = await readTree(files, INTO);
  return tree.filter(({ path }) => /mlx-layout/.test(path)).map(({ path }) => path);
}

function named(tree: Awaited<ReturnType<typeof readTree>>): readonly (readonly string[])[] {
  return tree.map(({ path, sha256 = "" }) => [path, sha256]);
}

function sharerOf(files: FileSystem, pid = 1): ModelSharer {
  return new ModelSharer(hostOf(files, pid), { root: ROOT, env: {} });
}

/** A process of its own on a disk; only the second one is alive. */
function hostOf(files: FileSystem, pid: number): Host {
  return {
    files,
    fetch: () => Promise.reject(new Error("no network")),
    clock: new SimulatedClock({ startMs: 0, isBusy: () => false, activity: () => 0 }),
    random: seededRandom(pid),
    processes: { machine: "here", pid, started: "1", isAlive: (other) => other === 2 },
  };
}

/** Lets a share, or its undoing, fail at each of its changes and, last, succeed. @returns how many changes it takes */
async function stopAtEachChange(
  how: {
    readonly layout: Layout;
    readonly wrap: (files: FileSystem) => FileSystem;
    readonly step: "share" | "undo";
  },
  check: (files: FileSystem) => Promise<void>,
): Promise<number> {
  const { layout, wrap, step } = how;
  const request = { ...REQUEST, layout, mayCopy: true } as const;
  for (let changes = 0; ; changes++) {
    const files = await disk();
    await foreign(files, layout);
    if (step === "undo") await sharerOf(wrap(files)).share({ ...request, step: "share" });
    const doomed = sharerOf(failingFrom(wrap(files), changes));
    const isDone = await doomed.share({ ...request, step }).then(
      () => true,
      () => false,
    );
    await check(files);
    if (isDone) return changes;
  }
}

/** A disk that carries out so many changes and refuses every later one. */
function failingFrom(files: FileSystem, changes: number): FileSystem {
  let left = changes;
  return wrapFiles(files, async (call, next) => {
    const isChange = ["link", "symlink", "rename", "unlink", "rmdir", "mkdir", "write"].includes(
      call.operation,
    );
    if ((isChange || call.mode === "wx") && left-- <= 0)
      throw diskError("EIO", call.operation, call.path);
    return next();
  });
}

/** A volume without hard links, or a store on another one than the root. */
function refusingLinks(files: FileSystem, code: string): FileSystem {
  const isAcross = (path: string, target: string) =>
    path.startsWith(INTO) !== target.startsWith(INTO);
  return wrapFiles(files, async ({ operation, path, target = path }, next) => {
    const isRefused =
      code === "EXDEV"
        ? ["link", "rename"].includes(operation) && isAcross(path, target)
        : operation === "link";
    if (isRefused) throw diskError(code, operation, path, { target });
    return next();
  });
}
