import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type DiskImage, foldingFiles, memoryFiles, readTree, writeBytes } from "../disk/mod.ts";
import { HarnessError } from "../errors.ts";
import { recordDisk } from "./disk_recording.ts";
import { CrashImageBuilder, imageName } from "./crash_image_builder.ts";

const NAMES = ["/a", "/b", "/d", "/d/a", "/d/b", "/d/e"] as const;

type Step = {
  readonly call:
    | "write"
    | "append"
    | "truncate"
    | "mkdir"
    | "rename"
    | "link"
    | "symlink"
    | "remove";
  readonly one: (typeof NAMES)[number];
  readonly two: (typeof NAMES)[number];
  readonly sizeBytes: number;
};

const anySteps = fc.array(
  fc.record<Step>({
    call: fc.constantFrom(
      "write",
      "append",
      "truncate",
      "mkdir",
      "mkdir",
      "rename",
      "link",
      "symlink",
      "remove",
    ),
    one: fc.constantFrom(...NAMES),
    two: fc.constantFrom(...NAMES),
    sizeBytes: fc.integer({ min: 1, max: 900 }),
  }),
  { maxLength: 25 },
);

async function take(files: ReturnType<typeof memoryFiles>, step: Step): Promise<void> {
  const { call, one, two, sizeBytes } = step;
  const bytes = new Uint8Array(sizeBytes).fill(sizeBytes % 251);
  if (call === "mkdir") return files.mkdir(one);
  if (call === "rename") return files.rename(one, two);
  if (call === "link") return files.link(one, two);
  if (call === "symlink") return files.symlink(two, one);
  if (call === "remove")
    return (await files.lstat(one)).kind === "directory" ? files.rmdir(one) : files.unlink(one);
  const file = await files.open(one, call === "write" ? "wx" : "r+");
  try {
    if (call === "truncate") await file.truncate(sizeBytes);
    else {
      const position = call === "write" ? 0 : (await file.stat()).sizeBytes;
      // In two chunks, as a network would bring them.
      await file.write(bytes.subarray(0, 1), position);
      await file.write(bytes.subarray(1), position + 1);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

test("what was recorded, folded, is the disk; and what is made from that is it too", async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, anySteps, async (before, steps) => {
      const files = memoryFiles({ now: () => 7 });
      for (const step of before) await take(files, step).catch(() => {});
      const recorder = recordDisk(files);
      for (const step of steps) await take(files, step).catch(() => {});
      const recording = recorder.finish();
      const folder = new CrashImageBuilder(recording);
      const folded = folder.fold({ at: recording.operations.length, fates: new Map() });
      assert.equal(imageName(folded), imageName(files.image()));
      assert.equal(imageName(folder.fold({ at: 0, fates: new Map() })), imageName(recording.start));
      const again = memoryFiles({ image: folded, now: () => 7 });
      const withoutTimes = async (disk: typeof files) =>
        (await readTree(disk, "/")).map((entry) => ({ ...entry, modifiedMs: 0 }));
      assert.deepEqual(await withoutTimes(again), await withoutTimes(files));
      assert.equal(imageName(again.image()), imageName(folded));
    }),
  );
});

test("a disk made from an image can be written without the image changing", async () => {
  const files = memoryFiles();
  await writeBytes(files, "/a", new Uint8Array(5).fill(1));
  const image: DiskImage = files.image();
  const name = imageName(image);
  const other = memoryFiles({ image });
  const file = await other.open("/a", "r+");
  await file.write(new Uint8Array(5).fill(2), 0);
  await file.close();
  await other.rename("/a", "/b");
  assert.equal(imageName(image), name);
  assert.notEqual(imageName(other.image()), name);
});

test("chunks that follow each other are one write; what comes in between parts them", async () => {
  const files = memoryFiles();
  const recorder = recordDisk(files);
  const file = await files.open("/a", "wx");
  await file.write(new Uint8Array(2), 0);
  await file.write(new Uint8Array(3), 2);
  await file.sync();
  await file.write(new Uint8Array(1), 5);
  await file.close();
  const kinds = recorder
    .finish()
    .operations.map((operation) =>
      operation.kind === "write" ? `write ${operation.bytes.length}` : operation.kind,
    );
  assert.deepEqual(kinds, ["add", "write 5", "sync", "write 1"]);
});

test("inodes have numbers of their own, also when a file takes the place of a removed one", async () => {
  const files = memoryFiles();
  const recorder = recordDisk(files);
  await writeBytes(files, "/a", new Uint8Array(1));
  await writeBytes(files, "/a", new Uint8Array(2));
  const inodes = recorder
    .finish()
    .operations.flatMap((operation) => (operation.kind === "add" ? [operation.inode] : []));
  assert.equal(new Set(inodes).size, 2);
});

test("recordDisk() refuses a disk that has a volume around it", () => {
  assert.throws(() => recordDisk(foldingFiles(memoryFiles())), HarnessError);
});
