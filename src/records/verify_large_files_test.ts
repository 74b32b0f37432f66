import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { MarkerFile } from "../../spec/mod.ts";
import { THREAD_BYTES_MIN } from "../node/hash/piece_hash.ts";
import { nodeHost } from "../node_host.ts";
import { verifyFiles } from "./verify_files.ts";

/** Sizes of files that are hashed one after the other and several at once; each has zeros and one other byte. */
const SIZES = [1000, THREAD_BYTES_MIN, 2000, THREAD_BYTES_MIN + 1, THREAD_BYTES_MIN + 2];

test("verifyFiles() compares large files at once, and names what is wrong in the order of the records", async () => {
  const directory = await mkdtemp(join(tmpdir(), "mlx-layout-verify-"));
  try {
    const { files } = nodeHost();
    const recorded = await Promise.all(
      SIZES.map((size, at) => makeFile(directory, `f${at}`, size)),
    );
    const counted = new Map<string, number>();
    const tally = {
      compared: () => {},
      hashed: (count: number, { path }: MarkerFile) => {
        counted.set(path, (counted.get(path) ?? 0) + count);
      },
    };
    const options = { recorded, hash: "always", tally } as const;
    assert.deepEqual(await verifyFiles(files, directory, options), []);
    assert.deepEqual(
      recorded.map(({ path }) => counted.get(path)),
      SIZES,
    );
    for (const name of ["f1", "f2", "f4"]) await changeByte(join(directory, name));
    const faults = await verifyFiles(files, directory, options);
    assert.deepEqual(
      faults.map(({ path, fault }) => [path, fault]),
      [
        ["f1", "hash"],
        ["f2", "hash"],
        ["f4", "hash"],
      ],
    );
    const signal = AbortSignal.abort();
    await assert.rejects(verifyFiles(files, directory, { ...options, signal }), {
      code: "cancelled",
    });
  } finally {
    await rm(directory, { recursive: true });
  }
});

// Helpers

async function makeFile(directory: string, path: string, sizeBytes: number): Promise<MarkerFile> {
  const file = await open(join(directory, path), "wx+");
  await file.truncate(sizeBytes - 1);
  await file.write(Uint8Array.of(7), 0, 1, sizeBytes - 1);
  const hash = createHash("sha256");
  for await (const chunk of file.createReadStream({ start: 0 })) hash.update(chunk as Uint8Array);
  const { modifiedMs } = await nodeHost().files.stat(join(directory, path));
  return { path, sizeBytes, modifiedMs, digest: `sha256:${hash.digest("hex")}` };
}

async function changeByte(path: string): Promise<void> {
  const file = await open(path, "r+");
  await file.write(Uint8Array.of(1), 0, 1, 500);
  await file.close();
}
