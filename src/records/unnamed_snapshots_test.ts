import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles, writeBytes } from "../../harness/disk/mod.ts";
import { hubCachePlace } from "../layout/hub_cache.ts";
import { snapshotPlace, snapshotsPlace } from "../layout/model_place.ts";
import { unnamedSnapshots } from "./unnamed_snapshots.ts";

const ROOT = "/models";
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

test("unnamedSnapshots() names the snapshots that no ref leads to, and how to ask for them", async () => {
  const files = memoryFiles();
  const cache = hubCachePlace(ROOT, "org/name");
  const place = snapshotsPlace(ROOT, cache);
  assert.equal(await unnamedSnapshots(files, place), undefined);
  await writeBytes(files, `${cache.snapshots}/${COMMIT}/config.json`, new Uint8Array());
  const said = (await unnamedSnapshots(files, place)) ?? "";
  assert.match(said, new RegExp(`${COMMIT}: name one with --revision$`));
  assert.equal(await unnamedSnapshots(files, snapshotPlace(ROOT, cache, COMMIT)), undefined);
});
