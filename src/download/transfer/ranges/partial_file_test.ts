import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { enumerateStates, PERSISTENCE_PROFILES, recordDisk } from "../../../../harness/internal.ts";
import { memoryFiles, readBytes } from "../../../../harness/disk/mod.ts";
import type { FileSystem } from "../../../../spec/mod.ts";
import { copyPartial } from "./copy_partial.ts";
import { keptRanges, RECORDS_BYTES, recordsPosition } from "./kept_ranges.ts";
import { PartialFile } from "./partial_file.ts";
import { Intervals } from "./intervals.ts";
import { RECORD_BYTES } from "./range_record.ts";

const PATH = "/model.ranges.incomplete";
const PIECE_BYTES = 8192;
/** Beyond the first place of the records, so that they move. */
const SIZE_BYTES = 100_000;
const CONTENT = { contentKey: "a".repeat(64), sizeBytes: SIZE_BYTES, boot: "one" };
const BYTES = new Uint8Array(SIZE_BYTES).map((_, at) => 1 + ((at * 31 + (at >> 8)) % 255));
/** Later pieces come before earlier ones, as over several connections. */
const ORDER = [3, 1, 0, 2, 7, 5, 4, 6, 9, 8, 12, 10, 11];

for (const profile of PERSISTENCE_PROFILES)
  test(`no crash leaves a partial file that claims what it does not have (${profile})`, async (context) => {
    const files = memoryFiles();
    const recorder = recordDisk(files);
    await writePieces(files, ORDER);
    await writePieces(files, []);
    const recording = recorder.finish();
    let [states, mostBytes] = [0, 0];
    const bounds = { exhaustiveMax: 128, samples: 24 };
    const boot = profile === "kill" ? "one" : "two";
    for (const { image } of enumerateStates(recording, { profile, ...bounds })) {
      const disk = memoryFiles({ image });
      const ranges = await keptOn(disk, { boot });
      if (ranges === undefined) continue;
      states++;
      const bytes = await readBytes(disk, PATH);
      for (const { from, to } of ranges.list)
        assert.ok(Buffer.from(bytes.subarray(from, to)).equals(BYTES.subarray(from, to)));
      mostBytes = Math.max(mostBytes, ranges.total);
    }
    context.diagnostic(`${states} states`);
    assert.equal(mostBytes, SIZE_BYTES);
  });

test("a process that is killed loses no piece that it wrote", async () => {
  for (let count = 0; count <= ORDER.length; count++) {
    const files = memoryFiles();
    await writePieces(files, ORDER.slice(0, count), { settles: false });
    const expected = ORDER.slice(0, count).reduce((sum, piece) => sum + bytesOf(piece).length, 0);
    assert.equal((await keptOn(files))?.total, expected);
  }
});

test("what was written and not synced is not claimed after the next boot", async () => {
  const files = memoryFiles();
  await writePieces(files, [2], { settles: false });
  assert.equal((await keptOn(files))?.total, PIECE_BYTES);
  assert.equal((await keptOn(files, { boot: "two" }))?.total, 0);
});

test("a file without records is a beginning, and what has records of something else is nothing", async () => {
  const files = memoryFiles();
  const file = await files.open(PATH, "wx");
  await file.write(BYTES.subarray(0, 70_000), 0);
  assert.deepEqual((await keptOn(files))?.list, [{ from: 0, to: 70_000 }]);
  await file.close();
  await writePieces(files, [12]);
  assert.equal((await keptOn(files))?.total, 70_000 + bytesOf(12).length);
  assert.equal((await keptOn(files, { contentKey: "b".repeat(64) }))?.total, 0);
  const longer = await files.open(PATH, "r+");
  await longer.truncate(SIZE_BYTES + 1);
  assert.equal((await keptOn(files))?.total, 0);
});

test("copyPartial() copies what the file has, and says so", async () => {
  const files = memoryFiles();
  await writePieces(files, [0, 3, 9]);
  await copyPartial(files, PATH, { target: "/copy", content: CONTENT });
  assert.deepEqual(
    (await keptOn(files, { boot: "two" }, "/copy"))?.list,
    (await keptOn(files))?.list,
  );
  const copy = await keptOn(files, {}, "/copy");
  assert.deepEqual(copy?.list, (await keptOn(files))?.list);
  const bytes = await readBytes(files, "/copy");
  for (const { from, to } of copy?.list ?? [])
    assert.deepEqual(bytes.subarray(from, to), BYTES.subarray(from, to));
});

test("what is written stays as it is, since it may have been hashed", async () => {
  const files = memoryFiles();
  const { partial, file } = await open(files);
  for (const piece of [5, 7, 12]) await partial.write(bytesOf(piece), piece * PIECE_BYTES);
  await partial.write(
    BYTES.map((byte) => byte ^ 0x55),
    0,
  );
  await partial.finish();
  await file.close();
  const bytes = await readBytes(files, PATH);
  for (const piece of [5, 7, 12]) {
    const at = piece * PIECE_BYTES;
    assert.ok(Buffer.from(bytes.subarray(at, at + bytesOf(piece).length)).equals(bytesOf(piece)));
  }
  assert.equal(bytes[0], (BYTES[0] ?? 0) ^ 0x55);
  assert.equal(partial.written.total, SIZE_BYTES);
});

test("after a sync that failed nothing is claimed that was written since the last one", async () => {
  for (let failing = 1; failing <= 6; failing++) {
    const files = memoryFiles();
    const { partial, file } = await open(files);
    let syncs = 0;
    const synced = new Intervals();
    const sync = file.sync.bind(file);
    file.sync = async () => {
      const { list } = partial.written;
      if (++syncs === failing) throw Object.assign(new Error("EIO"), { code: "EIO" });
      await sync();
      for (const range of list) synced.add(range);
    };
    const pieces = ORDER.map((piece) => partial.write(bytesOf(piece), piece * PIECE_BYTES));
    const ends = await Promise.allSettled(pieces);
    for (const last of ["settle", "finish"] as const)
      ends.push(...(await Promise.allSettled([partial[last]()])));
    file.sync = sync;
    if (!ends.some(({ status }) => status === "rejected")) continue;
    assert.equal(syncs, failing, "nothing is called synced after that");
    for (const { from, to } of (await keptOn(files))?.list ?? [])
      assert.deepEqual(synced.gaps(to, from), [], `sync ${failing}`);
    await file.close();
  }
});

test("a record that the disk refuses ends the file, also when the disk takes the next one", async () => {
  const files = memoryFiles();
  const { partial, file } = await open(files);
  const write = file.write.bind(file);
  let refusals = 0;
  file.write = async (data, position) => {
    if (data.length === RECORD_BYTES && refusals++ === 0)
      throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    return write(data, position);
  };
  await Promise.allSettled(
    ORDER.map((piece) => partial.write(bytesOf(piece), piece * PIECE_BYTES)),
  );
  assert.ok(refusals > 0);
  await assert.rejects(partial.finish(), { code: "ENOSPC" });
  await file.close();
});

test("finish() leaves the content and nothing else", async () => {
  const files = memoryFiles();
  const { partial, file } = await open(files);
  for (const piece of ORDER) await partial.write(bytesOf(piece), piece * PIECE_BYTES);
  await partial.finish();
  await file.close();
  assert.deepEqual(Buffer.from(await readBytes(files, PATH)), Buffer.from(BYTES));
});

test("recordsPosition() is at or behind what is written, never far behind, and one of a few", () => {
  const anySize = fc.double({ min: 0, max: 2 ** 42, noNaN: true }).map(Math.floor);
  fc.assert(
    fc.property(anySize, anySize, (one, two) => {
      const [from, sizeBytes] = [Math.min(one, two), Math.max(one, two)];
      const position = recordsPosition(from, sizeBytes);
      assert.ok(position >= from || position >= sizeBytes);
      assert.ok(position - from <= 256 * 1024 * 1024 && position <= sizeBytes + 512);
      assert.equal(recordsPosition(position, sizeBytes), position);
    }),
  );
  assert.equal(RECORDS_BYTES, 2048);
});

// Helpers

function bytesOf(piece: number): Uint8Array {
  return BYTES.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES);
}

/** Opens the file as a process of this boot does, with what an earlier one left. */
async function open(files: FileSystem) {
  const isThere = (await files.readdir("/")).includes(PATH.slice(1));
  const opened = await files.open(PATH, isThere ? "r+" : "wx");
  const file = Object.assign(opened, { pieceBytes: PIECE_BYTES });
  const kept = await keptRanges(file, CONTENT);
  const syncName = () => files.syncDirectory("/");
  const partial = new PartialFile(file, { content: CONTENT, kept, syncName });
  await partial.begin();
  return { partial, file };
}

async function writePieces(
  files: FileSystem,
  pieces: readonly number[],
  { settles = true }: { readonly settles?: boolean } = {},
): Promise<void> {
  const { partial, file } = await open(files);
  for (const piece of pieces) await partial.write(bytesOf(piece), piece * PIECE_BYTES);
  if (settles) await partial.settle();
  await file.close();
}

async function keptOn(
  files: FileSystem,
  other: Partial<typeof CONTENT> = {},
  path = PATH,
): Promise<Intervals | undefined> {
  if (!(await files.readdir("/")).includes(path.slice(1))) return undefined;
  const file = await files.open(path, "r");
  try {
    return (await keptRanges(file, { ...CONTENT, ...other })).ranges;
  } finally {
    await file.close();
  }
}
