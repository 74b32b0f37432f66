import assert from "node:assert/strict";
import { test } from "node:test";
import { makeDirectories, memoryFiles, readTree, writeBytes } from "../../harness/internal.ts";
import { nodeHost } from "../node_host.ts";
import { ModelFileManager } from "./model_file_manager.ts";

const CACHE = "/Models/models--org--name";
const COMMITS = ["a".repeat(40), "b".repeat(40)] as const;
const REFS = ["team/fast", "refs/pr/1"] as const;
const REQUEST = { repository: "org/name", layout: "hf-cache" } as const;

/** Two snapshots, each with a ref whose name has a `/`, and directories in which there is no ref yet. */
async function twoSnapshots() {
  const files = memoryFiles({ now: () => 5000 });
  for (const [at, commit] of COMMITS.entries()) {
    await writeBytes(files, `${CACHE}/blobs/${commit}`, new TextEncoder().encode(`{"v":${at}}`));
    await makeDirectories(files, `${CACHE}/snapshots/${commit}`);
    const link = `${CACHE}/snapshots/${commit}/config.json`;
    await files.symlink(`../../blobs/${commit}`, link);
    await writeBytes(files, `${CACHE}/refs/${REFS[at] ?? ""}`, new TextEncoder().encode(commit));
  }
  await makeDirectories(files, `${CACHE}/refs/refs/convert/next`);
  const host = { ...nodeHost(), files };
  const manager = new ModelFileManager(host, { root: "/Models", env: {} });
  const below = async (directory: string) =>
    (await readTree(files, directory)).map(({ path }) => path).toSorted();
  return { files, manager, below };
}

test("removing one of several snapshots leaves the directories of refs that it did not empty", async () => {
  const { manager, below } = await twoSnapshots();
  await manager.remove({ ...REQUEST, revision: COMMITS[0] });
  assert.deepEqual(await below(`${CACHE}/refs`), [
    "refs",
    "refs/convert",
    "refs/convert/next",
    "refs/pr",
    "refs/pr/1",
  ]);
});

test("removing one of several snapshots leaves what a download of another one has begun", async () => {
  const { files, manager, below } = await twoSnapshots();
  const staging = `${CACHE}/.cache/mlx-layout`;
  const begun = [`plan-${"c".repeat(40)}.json`, "partial/content.ranges.incomplete"];
  for (const path of begun) await writeBytes(files, `${staging}/${path}`, new Uint8Array(3));
  await manager.remove({ ...REQUEST, revision: COMMITS[0] });
  const left = await below(staging);
  assert.deepEqual(
    begun.filter((path) => left.includes(path)),
    begun,
  );
});

test("removing the last snapshot leaves no directory of refs", async () => {
  const { manager, below } = await twoSnapshots();
  for (const revision of COMMITS) await manager.remove({ ...REQUEST, revision });
  assert.deepEqual(await below("/Models"), []);
});
