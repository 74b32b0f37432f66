import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import {
  diskError,
  makeDirectories,
  readTree,
  seededRandom,
  wrapFiles,
  writeBytes,
} from "../../harness/internal.ts";
import { memoryFiles, SimulatedClock } from "../../harness/mod.ts";
import type { LockHolder } from "../../spec/mod.ts";
import { directoryPlace } from "../layout/model_place.ts";
import type { LockHost } from "./model_claim.ts";
import { lockModel, withModelLock } from "./model_lock.ts";

const { staging: STAGING } = directoryPlace("/", "/m");
const LOCKS = STAGING.locks;
/** Of a claim that is over. */
const TOKEN = "0123456789abcdef";
const PURPOSE = { purpose: "download" } as const;

test("lockModel() lets one task in at a time", async () => {
  const { host } = machine();
  let inside = 0;
  let mostInside = 0;
  const visits = Array.from({ length: 5 }, async () => {
    await using _lock = await lockModel(host(1), STAGING, PURPOSE);
    mostInside = Math.max(mostInside, ++inside);
    await host(1).clock.sleep(1000);
    inside--;
  });
  await Promise.all(visits);
  assert.equal(mostInside, 1);
});

test("lockModel() leaves no claim behind", async () => {
  const { host, files } = machine();
  await (await lockModel(host(1), STAGING, PURPOSE))[Symbol.asyncDispose]();
  assert.deepEqual(await readTree(files, LOCKS), []);
});

test("lockModel() takes over at once from a process of this machine that is gone", async () => {
  const { host, clock, alive } = machine();
  await lockModel(host(1), STAGING, PURPOSE);
  alive.delete(1);
  const before = clock.now();
  await using _lock = await lockModel(host(2), STAGING, PURPOSE);
  assert.equal(clock.now(), before);
});

test("lockModel() takes over from a claim of another machine that stands still", async () => {
  const { host, files, clock } = machine();
  await writeBytes(
    files,
    `${LOCKS}/elsewhere.77.0123456789abcdef.tmp`,
    new TextEncoder().encode("5"),
  );
  const before = clock.now();
  await using _lock = await lockModel(host(2), STAGING, PURPOSE);
  assert.ok(clock.now() - before >= 15_000, `after ${clock.now() - before} ms`);
});

test("lockModel() waits for nothing that somebody planted among the claims", async () => {
  const { host, files, clock } = machine();
  const text = (value: string) => new TextEncoder().encode(value);
  await writeBytes(files, "/outside", text("5"));
  await makeDirectories(files, LOCKS);
  await files.symlink("/outside", `${LOCKS}/m.1.2.download.0123456789abcdef.claim`);
  await files.symlink("/outside", `${LOCKS}/elsewhere.77.0123456789abcdef.tmp`);
  await files.symlink("/nowhere", `${LOCKS}/m.3.2.download.0123456789abcdef.claim`);
  await writeBytes(files, `${LOCKS}/m.2.2.download.0123456789abcdef.claim`, text('{"a":1}'));
  const before = clock.now();
  await using _lock = await lockModel(host(2), STAGING, PURPOSE);
  assert.equal(clock.now(), before);
  assert.equal((await files.stat("/outside")).sizeBytes, 1);
});

test("lockModel() waits as long as the holder shows that it lives", async () => {
  const { host, clock } = machine();
  const first = await lockModel(host(1), STAGING, PURPOSE);
  let isIn = false;
  const second = lockModel(host(2), STAGING, PURPOSE).then((lock) => {
    isIn = true;
    return lock;
  });
  await clock.sleep(60_000);
  assert.equal(isIn, false);
  await first[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
});

test("lockModel() says once for whom it waits, with a number where that process can be seen", async () => {
  const { host, files, clock } = machine();
  const holders: LockHolder[] = [];
  const waiting = { ...host(2), onWait: (holder: LockHolder) => void holders.push(holder) };
  const lock = await lockModel(host(1), STAGING, { purpose: "migrate" });
  const second = lockModel(waiting, STAGING, PURPOSE);
  await clock.sleep(10_000);
  await lock[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
  assert.deepEqual(holders, [{ pid: 1, purpose: "migrate", heldMs: 0 }]);
  // Of an earlier version, and of a process that nobody here sees.
  const claim = `${LOCKS}/elsewhere.77.0123456789abcdef.tmp`;
  await writeBytes(files, claim, new TextEncoder().encode("5"));
  await (await lockModel(waiting, STAGING, PURPOSE))[Symbol.asyncDispose]();
  assert.deepEqual(holders.slice(1), [{ pid: undefined, purpose: undefined, heldMs: 10_000 }]);
});

test("ModelClaim.removeHalfDone() leaves partial files, and what somebody else has put beside them", async () => {
  const { host, files } = machine();
  const rest = join(STAGING.work, `rest.${TOKEN}`);
  for (const name of ["0.link", `${"0".repeat(64)}.ranges.incomplete`, "theirs.txt"])
    await writeBytes(files, join(rest, name), new Uint8Array(3));
  const only = join(STAGING.work, `rest.${TOKEN.replace("0", "f")}`);
  await writeBytes(files, join(only, "0.gone"), new Uint8Array(3));
  await using claim = await lockModel(host(1), STAGING, PURPOSE);
  await claim.removeHalfDone();
  const left = (await readTree(files, rest)).map(({ path }) => path);
  assert.deepEqual(left, [`${"0".repeat(64)}.ranges.incomplete`, "theirs.txt"]);
  assert.deepEqual(await readTree(files, only), []);
});

test("lockModel() rejects with cancelled while it waits", async () => {
  const { host, clock } = machine();
  await using _lock = await lockModel(host(1), STAGING, PURPOSE);
  const controller = new AbortController();
  const waiting = lockModel(host(2), STAGING, { ...PURPOSE, signal: controller.signal });
  void clock.sleep(1000).then(() => controller.abort());
  await assert.rejects(waiting, { code: "cancelled" });
});

test("lockModel() shows that it lives also after a beat that the disk refused", async () => {
  const { host, files, clock } = machine();
  let refusals = 0;
  const disk = wrapFiles(files, async (call, next) => {
    if (call.mode === "r+" && refusals++ === 0) throw diskError("EIO", "open", call.path);
    return next();
  });
  const lock = await lockModel({ ...host(1), files: disk }, STAGING, PURPOSE);
  let isIn = false;
  const second = lockModel(host(2), STAGING, PURPOSE).then((other) => {
    isIn = true;
    return other;
  });
  await clock.sleep(60_000);
  assert.ok(refusals > 1, "it goes on after the refusal");
  assert.equal(isIn, false);
  await lock[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
});

test("lockModel() takes over what a crash left under its old name and under the new one", async () => {
  const { host, files } = machine();
  const [old, token] = [join(STAGING.work, TOKEN), `silent.${TOKEN}`];
  for (const directory of [old, join(STAGING.work, token)]) {
    await makeDirectories(files, directory);
    await writeBytes(files, join(directory, `${"0".repeat(64)}.incomplete`), new Uint8Array(3));
  }
  await using _lock = await lockModel(host(1), STAGING, PURPOSE);
  const kept = (await readTree(files, STAGING.work)).filter(({ kind }) => kind === "file");
  assert.equal(kept.length, 2);
  for (const { path } of kept) assert.match(path, /^silent\.[0-9a-f]{16}\/0+\.incomplete$/);
});

test("withModelLock() says why the work failed, also where the lock cannot be given back", async () => {
  const { host, files } = machine();
  let isBroken = false;
  const disk = wrapFiles(files, async (call, next) => {
    if (isBroken) throw diskError("EROFS", call.operation, call.path);
    return next();
  });
  const action = async () => {
    isBroken = true;
    throw diskError("EIO", "write", "/model");
  };
  await assert.rejects(
    withModelLock({ ...host(1), files: disk }, STAGING, { ...PURPOSE, action }),
    {
      code: "EIO",
    },
  );
});

test("withModelLock() tidies up once the lock is back, whatever came of the work", async () => {
  const { host, files } = machine();
  const claims: number[] = [];
  const after = async () => void claims.push((await readTree(files, LOCKS)).length);
  const options = { ...PURPOSE, action: async () => 5, after };
  assert.equal(await withModelLock(host(1), STAGING, options), 5);
  const action = () => Promise.reject(new Error("the work failed"));
  await assert.rejects(
    withModelLock(host(1), STAGING, { ...PURPOSE, action, after }),
    /the work failed/,
  );
  assert.deepEqual(claims, [0, 0]);
});

// Helpers

function machine() {
  const clock = new SimulatedClock({ startMs: 0, isBusy: () => false, activity: () => 0 });
  const files = memoryFiles({ now: () => clock.now() });
  const alive = new Set([1, 2]);
  const random = seededRandom(1);
  const host = (pid: number): LockHost => ({
    files,
    clock,
    random,
    processes: { machine: "here", pid, started: "1", isAlive: (other) => alive.has(other) },
  });
  return { host, files, clock, alive };
}
