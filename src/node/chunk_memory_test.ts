import assert from "node:assert/strict";
import { test } from "node:test";
import { ChunkMemory } from "./chunk_memory.ts";

const isNode = !["bun", "deno"].some((name) => name in process.versions);

test("the memory of a chunk that was noted is given back", { skip: !isNode }, () => {
  const memory = new ChunkMemory();
  const chunk = new Uint8Array(64 * 1024);
  memory.note(chunk);
  memory.release(chunk);
  assert.equal(chunk.buffer.byteLength, 0);
  assert.equal(chunk.length, 0);
});

test("a part that is last and most of what was read may be noted and released by its own last part", () => {
  const memory = new ChunkMemory();
  const read = new Uint8Array(64 * 1024);
  const body = read.subarray(300);
  memory.note(body);
  memory.release(body.subarray(10));
  assert.equal(read.length, isNode ? 0 : 64 * 1024);
});

test("a chunk that nobody noted stays as it is", () => {
  const chunk = new Uint8Array(64 * 1024).fill(7);
  new ChunkMemory().release(chunk);
  assert.equal(chunk.at(-1), 7);
});

test("a part that is not the last one stays, as what comes behind it may not be read yet", () => {
  const memory = new ChunkMemory();
  const read = new Uint8Array(64 * 1024).fill(7);
  memory.note(read.subarray(0, -2));
  memory.release(read.subarray(0, -2));
  assert.equal(read.at(-1), 7);
});

test("a small part at the end of shared memory stays", () => {
  const memory = new ChunkMemory();
  const pool = new Uint8Array(64 * 1024).fill(7);
  memory.note(pool.subarray(-1000));
  memory.release(pool.subarray(-1000));
  assert.equal(pool.at(0), 7);
});
