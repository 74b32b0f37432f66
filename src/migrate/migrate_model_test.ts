import assert from "node:assert/strict";
import { test } from "node:test";
import {
  diskError,
  memoryFiles,
  readText,
  readTree,
  removeTree,
  wrapFiles,
  writeBytes,
} from "../../harness/disk/mod.ts";
import { SimulatedClock } from "../../harness/clock/simulated_clock.ts";
import { seededRandom } from "../../harness/worlds/seeded_random.ts";
import type { FileSystem } from "../../spec/mod.ts";
import { migrateModel, planMigration, undoMigration } from "./migrate_model.ts";

const ROOT = "/Models";
const FROM = "/Models/org--name";
const TO = "/Models/models/org/name";
const MIGRATION = { repository: "org/name", from: FROM, to: TO };
const PATHS = [
  ".cache/huggingface/download/config.json.metadata",
  ".downloaded",
  "1_Pooling/config.json",
  "config.json",
  "model.safetensors",
];

test("planMigration() says what is moved, config.json and the marker last, and writes nothing", async () => {
  const files = await disk();
  const before = await readTree(files, "/");
  const plan = await planMigration(hostOf(files), ROOT, MIGRATION);
  assert.deepEqual(plan.files.toSorted(), PATHS);
  assert.deepEqual(plan.files.slice(-2), ["config.json", ".downloaded"]);
  assert.deepEqual([plan.from, plan.to, plan.isDone], [FROM, TO, false]);
  assert.deepEqual(await readTree(files, "/"), before);
});

test("migrateModel() moves every file and leaves no empty directory, no lock and no copy", async () => {
  const files = await disk();
  const result = await migrateModel(hostOf(files), ROOT, MIGRATION);
  assert.equal(result.isDone, true);
  assert.deepEqual(await filesBelow(files, TO), PATHS);
  assert.equal(await readText(files, `${TO}/model.safetensors`), "model.safetensors");
  assert.deepEqual(await readTree(files, FROM), []);
});

test("migrateModel() leaves the files of other tools where they are", async () => {
  const files = await disk();
  await write(files, `${FROM}/.DS_Store`);
  const result = await migrateModel(hostOf(files), ROOT, MIGRATION);
  assert.deepEqual(result.leftBehind, [".DS_Store"]);
  assert.deepEqual(await filesBelow(files, FROM), [".DS_Store"]);
});

test("migrateModel() refuses what is not there and what is there already, and changes nothing", async () => {
  const empty = memoryFiles();
  const absent = migrateModel(hostOf(empty), ROOT, MIGRATION);
  await assert.rejects(absent, { code: "not-downloaded" });
  assert.deepEqual(await readTree(empty, "/"), []);
  const files = await disk();
  await write(files, `${TO}/config.json`);
  const before = await readTree(files, "/");
  const taken = migrateModel(hostOf(files), ROOT, MIGRATION);
  await assert.rejects(taken, { code: "access-denied", file: "config.json" });
  assert.deepEqual(await readTree(files, "/"), before);
});

test("migrateModel() has every file in one of the two places at each step, and goes on where it stopped", async () => {
  const steps = await stopAtEachChange(async (files) => {
    const places = [...(await filesBelow(files, FROM)), ...(await filesBelow(files, TO))];
    assert.deepEqual([...new Set(places)].toSorted(), PATHS);
    // By another process, as the first one is gone. Only tidying up may have been left to do.
    await migrateModel(hostOf(files, 2), ROOT, MIGRATION).catch((error: unknown) => {
      assert.equal((error as { code?: string }).code, "not-downloaded");
    });
    assert.deepEqual(await filesBelow(files, TO), PATHS);
    assert.deepEqual(await filesBelow(files, FROM), []);
  });
  assert.ok(steps > 10, `it took only ${steps} changes`);
});

test("migrateModel() never removes the only copy of a file", async () => {
  const files = await disk();
  const weights = `${TO}/model.safetensors`;
  let isTaken = false;
  const shared = wrapFiles(files, async (call, next) => {
    // Another program takes the new file away as soon as all of them are there.
    if (!isTaken && call.operation === "syncDirectory" && (await readText(files, weights))) {
      isTaken = true;
      await files.unlink(weights);
    }
    return next();
  });
  await migrateModel(hostOf(shared), ROOT, MIGRATION);
  assert.ok(isTaken);
  assert.equal(await readText(files, `${FROM}/model.safetensors`), "model.safetensors");
});

test("migrateModel() goes on where a file is gone from both places, with its directory", async () => {
  let isBegun = false;
  for (let changes = 0; !isBegun; changes++) {
    const files = await disk();
    const first = migrateModel(hostOf(failingFrom(files, changes)), ROOT, MIGRATION);
    await assert.rejects(first);
    isBegun = (await filesBelow(files, TO)).length > 0;
    for (const place of [FROM, TO]) await removeTree(files, `${place}/1_Pooling`);
    const result = await migrateModel(hostOf(files, 2), ROOT, MIGRATION);
    assert.equal(result.isDone, true);
    const left = PATHS.filter((path) => !path.startsWith("1_Pooling"));
    assert.deepEqual(await filesBelow(files, TO), left);
  }
});

test("undoMigration() takes a migration back wherever it stopped, and when it is done", async () => {
  let undone = 0;
  const steps = await stopAtEachChange(async (files) => {
    // Until the plan is written down nothing has moved, so there is nothing to take back.
    const result = await undoMigration(hostOf(files, 2), ROOT, MIGRATION).catch(() => undefined);
    if (result !== undefined) {
      undone++;
      assert.deepEqual([result.from, result.to, result.isDone], [TO, FROM, true]);
      const left = await filesBelow(files, ROOT);
      assert.deepEqual(
        left,
        PATHS.map((path) => `org--name/${path}`),
      );
    }
    assert.deepEqual(await filesBelow(files, FROM), PATHS);
    assert.deepEqual(await filesBelow(files, TO), []);
  });
  assert.ok(undone > steps / 2, `${undone} of ${steps} were taken back`);
});

test("two migrations in opposite directions never wait for each other", async () => {
  let files = await disk();
  // Both have something to do: each goes on with the one that has begun.
  for (let changes = 0; (await filesBelow(files, TO)).length === 0; changes++) {
    files = await disk();
    await assert.rejects(migrateModel(hostOf(failingFrom(files, changes)), ROOT, MIGRATION));
  }
  const clock = new SimulatedClock({ startMs: 0, isBusy: () => false, activity: () => 0 });
  const isAlive = (pid: number) => pid > 1;
  const hosts = [2, 3].map((pid) => ({
    files,
    clock,
    random: seededRandom(pid),
    processes: { machine: "here", pid, started: "1", isAlive },
  }));
  const given = new AbortController();
  const ways = [
    { ...MIGRATION, signal: given.signal },
    { ...MIGRATION, from: TO, to: FROM, signal: given.signal },
  ];
  const both = Promise.allSettled(
    ways.map((way, at) => migrateModel(hosts[at] ?? hostOf(files), ROOT, way)),
  );
  const isOver = await Promise.race([both.then(() => true), clock.sleep(60_000)]);
  given.abort();
  await both;
  assert.equal(isOver, true, "they wait for each other");
  const places = [await filesBelow(files, FROM), await filesBelow(files, TO)];
  assert.ok(
    places.some((paths) => paths.join() === PATHS.join()),
    places.join(" and "),
  );
});

test("undoMigration() refuses where no migration is on record", async () => {
  const undoing = undoMigration(hostOf(await disk()), ROOT, MIGRATION);
  await assert.rejects(undoing, { code: "not-downloaded" });
});

/** A model in the flat layout; each file holds its own path. */
async function disk(): Promise<FileSystem> {
  const files = memoryFiles();
  for (const path of PATHS) await write(files, `${FROM}/${path}`, path);
  return files;
}

async function write(files: FileSystem, path: string, text = ""): Promise<void> {
  await writeBytes(files, path, new TextEncoder().encode(text));
}

/** The model's files; the claims of locks and the journal are not among them. */
async function filesBelow(files: FileSystem, directory: string): Promise<string[]> {
  const tree = await readTree(files, directory);
  return tree
    .filter(({ path, kind }) => kind === "file" && !/mlx-layout\//.test(path))
    .map(({ path }) => path);
}

/** A process of its own on a disk; only the second one is alive. */
function hostOf(files: FileSystem, pid = 1): Parameters<typeof migrateModel>[0] {
  return {
    files,
    clock: new SimulatedClock({ startMs: 0, isBusy: () => false, activity: () => 0 }),
    random: seededRandom(pid),
    processes: { machine: "here", pid, started: "1", isAlive: (other) => other === 2 },
  };
}

/** Lets a migration fail at each of its changes and, last, succeed. @returns how many changes it takes */
async function stopAtEachChange(check: (files: FileSystem) => Promise<void>): Promise<number> {
  for (let changes = 0; ; changes++) {
    const files = await disk();
    const moving = migrateModel(hostOf(failingFrom(files, changes)), ROOT, MIGRATION);
    const isDone = await moving.then(
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
    const isChange = ["link", "rename", "unlink", "rmdir", "mkdir", "write"].includes(
      call.operation,
    );
    if ((isChange || call.mode === "wx") && left-- <= 0)
      throw diskError("EIO", call.operation, call.path);
    return next();
  });
}
