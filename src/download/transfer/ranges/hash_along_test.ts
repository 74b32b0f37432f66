import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles } from "../../../../harness/disk/mod.ts";
import { DigestStream } from "../../../disk/file_hash.ts";
import { HashAlong } from "./hash_along.ts";
import { Intervals } from "./intervals.ts";

const BYTES = new Uint8Array(10_000).map((_, at) => at % 251);

test("HashAlong hashes a file in order that is written in another", async () => {
  const { write, hashing, hash } = await halfWritten();
  const hashed = hashing.run(new AbortController().signal);
  for (const from of [6000, 2000, 0, 8000, 4000]) await write(from, from + 2000);
  assert.equal(await hashed, BYTES.length);
  const expected = new DigestStream("sha256", 0);
  expected.update(BYTES);
  assert.equal(hash.finish(), expected.finish());
});

test("HashAlong ends when it is cancelled, also while it waits for bytes", async () => {
  const { hashing } = await halfWritten();
  const controller = new AbortController();
  const hashed = hashing.run(controller.signal);
  controller.abort();
  await assert.rejects(hashed, { code: "cancelled" });
  await assert.rejects(hashing.run(controller.signal), { code: "cancelled" });
});

test("HashAlong says how much was there of a file that somebody cut", async () => {
  const { write, hashing, file } = await halfWritten();
  await write(0, BYTES.length);
  await file.truncate(5000);
  assert.equal(await hashing.run(new AbortController().signal), 5000);
});

// Helpers

/** A file that gets its bytes as a test says. */
async function halfWritten() {
  const files = memoryFiles();
  const file = await files.open("/f", "wx");
  const written = new Intervals();
  const hash = new DigestStream("sha256", 0);
  const hashing = new HashAlong(await files.open("/f", "r"), {
    into: hash,
    sizeBytes: BYTES.length,
    written,
  });
  const write = async (from: number, to: number) => {
    await file.write(BYTES.subarray(from, to), from);
    written.add({ from, to });
    hashing.kick();
  };
  return { file, hash, hashing, write };
}
