import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles } from "../../../harness/mod.ts";
import { UnstatedLength } from "./unstated_length.ts";

const MIB = 1024 * 1024;

function lengthOn(freeBytes: number, sizeBytesMax = Number.MAX_SAFE_INTEGER) {
  let free = freeBytes;
  const files = { ...memoryFiles(), availableBytes: async () => free };
  const length = new UnstatedLength(files, { file: "a.bin", place: "/a/b.part", sizeBytesMax });
  return { length, taken: (bytes: number) => (free -= bytes) };
}

test("UnstatedLength keeps a tenth of what is free, and a gigabyte at most", async () => {
  const { length } = lengthOn(1000);
  await length.allow(900);
  await assert.rejects(length.allow(901), { code: "disk-full" });
  const large = () => lengthOn(100 * 1024 * MIB).length;
  await large().allow(99 * 1024 * MIB);
  await assert.rejects(large().allow(99 * 1024 * MIB + 1), { code: "disk-full" });
});

test("UnstatedLength sees what others write meanwhile", async () => {
  const { length, taken } = lengthOn(1000 * MIB);
  await length.allow(1);
  taken(950 * MIB);
  await assert.rejects(length.allow(65 * MIB), { code: "disk-full" });
});

test("UnstatedLength ends at the cap", async () => {
  const { length } = lengthOn(1000 * MIB, 10);
  await length.allow(10);
  await assert.rejects(length.allow(11), { code: "limit-exceeded", message: /--max-size/ });
});
