import assert from "node:assert/strict";
import { test } from "node:test";
import { exists, makeDirectories, memoryFiles, writeBytes } from "../../harness/internal.ts";
import { nodeHost } from "../node_host.ts";
import { ModelFileManager } from "./model_file_manager.ts";

const CACHE = "/hub/models--org--name";
const COMMITS = ["a".repeat(40), "b".repeat(40)] as const;
const IN_CACHE = { repository: "org/name", layout: "hf-cache" } as const;
const OWN = "/Models/models/org/name";
/** Where LM Studio keeps models. */
const STORE = "/home/me/.lmstudio/models/org";

const text = (value: string) => new TextEncoder().encode(value);

/** Two snapshots of which LM Studio has the older one by a link, and a model below the root that it has too. */
async function linkedModels() {
  const files = memoryFiles({ now: () => 5000 });
  for (const [at, commit] of COMMITS.entries()) {
    await writeBytes(files, `${CACHE}/blobs/${commit}`, text(`{"v":${at}}`));
    await makeDirectories(files, `${CACHE}/snapshots/${commit}`);
    const link = `${CACHE}/snapshots/${commit}/config.json`;
    await files.symlink(`../../blobs/${commit}`, link);
  }
  await writeBytes(files, `${CACHE}/refs/main`, text(COMMITS[1]));
  await writeBytes(files, `${OWN}/config.json`, text("{}"));
  await writeBytes(files, `${OWN}/model.safetensors`, text("weights"));
  await makeDirectories(files, STORE);
  await files.symlink(`${CACHE}/snapshots/${COMMITS[0]}`, `${STORE}/cached`);
  await files.symlink(OWN, `${STORE}/name`);
  const env = { HOME: "/home/me", HF_HUB_CACHE: "/hub" };
  const host = { ...nodeHost(), files };
  return { files, manager: new ModelFileManager(host, { root: "/Models", env }) };
}

test("a plan names the links into all that would go, and has none where there is none", async () => {
  const { manager } = await linkedModels();
  const links = async (request: { readonly revision?: string }) =>
    (await manager.planRemoval({ ...IN_CACHE, ...request })).linkedFrom;
  assert.deepEqual(await links({}), [`${STORE}/cached`]);
  assert.deepEqual(await links({ revision: COMMITS[0] }), [`${STORE}/cached`]);
  assert.equal(await links({ revision: COMMITS[1] }), undefined);
  assert.deepEqual((await manager.planDirectoryRemoval(OWN)).linkedFrom, [`${STORE}/name`]);
});

test("a copy that is named by its directory goes under a link only where that is asked for", async () => {
  const { files, manager } = await linkedModels();
  await assert.rejects(manager.removeDirectory(OWN), { code: "access-denied" });
  assert.ok(await exists(files, `${OWN}/config.json`));
  await manager.removeDirectory(OWN, { force: true });
  assert.ok(!(await exists(files, OWN)));
});
