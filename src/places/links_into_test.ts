import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles, writeBytes } from "../../harness/disk/mod.ts";
import { linksInto, type LinkedStore } from "./links_into.ts";

const OWN = "/Models/models/org/name";
const CACHE = "/hub/models--org--name";
const [OLD, NEW] = ["a".repeat(40), "b".repeat(40)];
const STORES: readonly LinkedStore[] = [
  { root: "/lm", layouts: ["lmstudio"] },
  { root: "/hub", layouts: ["hf-cache"] },
  { root: "/same", layouts: ["hubapi"] },
];

test("linksInto() names directories and files that are links into what goes, and no second names", async () => {
  const files = memoryFiles();
  for (const name of ["config.json", "model.safetensors"])
    await writeBytes(files, `${OWN}/${name}`, new Uint8Array(8));
  await writeBytes(files, "/lm/org/files/config.json", new Uint8Array(8));
  await writeBytes(files, "/lm/org/hard/config.json", new Uint8Array(8));
  await files.link(`${OWN}/model.safetensors`, "/lm/org/hard/model.safetensors");
  await files.symlink(`${OWN}/model.safetensors`, "/lm/org/files/model.safetensors");
  await files.symlink("../../Models/models/org/name", "/lm/org/whole");
  // A store that is a link to the root has no links of its own.
  await files.symlink("/Models", "/same");
  const found = await linksInto(files, STORES, { directories: [OWN], owner: OWN });
  assert.deepEqual(found, ["/lm/org/files/model.safetensors", "/lm/org/whole"]);
});

test("linksInto() does not count the links of a snapshot's own repository in the hub's cache", async () => {
  const files = memoryFiles();
  await writeBytes(files, `${CACHE}/blobs/content`, new Uint8Array(8));
  for (const commit of [OLD, NEW]) {
    await writeBytes(files, `${CACHE}/snapshots/${commit}/config.json`, new Uint8Array(8));
    await files.symlink("../../blobs/content", `${CACHE}/snapshots/${commit}/model.safetensors`);
  }
  const directories = [`${CACHE}/snapshots/${OLD}`, `${CACHE}/blobs`];
  const going = { directories, owner: CACHE };
  assert.deepEqual(await linksInto(files, STORES, going), []);
  await writeBytes(files, "/lm/org/name/config.json", new Uint8Array(8));
  const other = `/lm/org/name/model.safetensors`;
  await files.symlink(`${CACHE}/snapshots/${OLD}/model.safetensors`, other);
  assert.deepEqual(await linksInto(files, STORES, going), [other]);
  assert.deepEqual(await linksInto(files, STORES, { directories: ["/none"], owner: "/none" }), []);
});
