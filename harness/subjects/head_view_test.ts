import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles } from "../disk/memory/memory_files.ts";
import { overwriteBytes, readText, readTree, writeBytes } from "../disk/disk_tree.ts";
import { HEAD, headView } from "./head_view.ts";

const CACHE = "/root/models--org--name";
const [OLD, NEW] = ["a".repeat(40), "b".repeat(40)];
const bytes = (text: string) => new TextEncoder().encode(text);

async function cacheOf(ref: string | undefined) {
  let nowMs = 1000;
  const files = memoryFiles({ now: () => (nowMs += 1000) });
  for (const commit of [OLD, NEW]) {
    await writeBytes(files, `${CACHE}/blobs/${commit}`, bytes(commit));
    await writeBytes(files, `${CACHE}/snapshots/${commit}/own.txt`, bytes("own"));
    await files.symlink(`../../blobs/${commit}`, `${CACHE}/snapshots/${commit}/config.json`);
  }
  if (ref !== undefined) await writeBytes(files, `${CACHE}/refs/main`, bytes(ref));
  return { files, view: headView(files, { layout: "hf-cache" }) };
}

test("headView() shows the snapshot that the ref names, its links into the store as files", async () => {
  const { view } = await cacheOf(OLD);
  const tree = await readTree(view, `${CACHE}/snapshots/${HEAD}`);
  assert.deepEqual(
    tree.map(({ path, kind, sizeBytes }) => [path, kind, sizeBytes]),
    [
      ["config.json", "file", 40],
      ["own.txt", "file", 3],
    ],
  );
  assert.equal(await readText(view, `${CACHE}/snapshots/${HEAD}/config.json`), OLD);
});

test("headView() takes the newest snapshot where no ref names one", async () => {
  for (const ref of [undefined, "", "main"]) {
    const { view } = await cacheOf(ref);
    assert.equal(await readText(view, `${CACHE}/snapshots/${HEAD}/config.json`), NEW);
  }
});

test("headView() writes through a link, and leaves real names as they are", async () => {
  const { files, view } = await cacheOf(OLD);
  await overwriteBytes(view, `${CACHE}/snapshots/${HEAD}/config.json`, bytes("rot"));
  assert.equal(await readText(files, `${CACHE}/blobs/${OLD}`), "rot");
  assert.equal((await view.lstat(`${CACHE}/snapshots/${OLD}/config.json`)).kind, "link");
});

test("headView() is the disk itself in every other layout", async () => {
  const files = memoryFiles({ now: () => 0 });
  assert.equal(headView(files, { layout: "hubapi" }), files);
});
