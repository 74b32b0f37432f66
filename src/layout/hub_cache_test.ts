import assert from "node:assert/strict";
import { test } from "node:test";
import { blobLink, hubCachePlace, hubCachePlaceOf, hubCacheRoot, refPath } from "./hub_cache.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

test("hubCacheRoot() takes the first variable that is set and not empty", () => {
  const root = "/Models";
  const env = { HF_HUB_CACHE: "/a", HUGGINGFACE_HUB_CACHE: "/b", HF_HOME: "/c", HOME: "/home/me" };
  assert.equal(hubCacheRoot({ root, env }), "/a");
  assert.equal(hubCacheRoot({ root, env: { ...env, HF_HUB_CACHE: "" } }), "/b");
  assert.equal(
    hubCacheRoot({ root, env: { ...env, HF_HUB_CACHE: "", HUGGINGFACE_HUB_CACHE: undefined } }),
    "/c/hub",
  );
  assert.equal(
    hubCacheRoot({ root, env: { HF_HOME: "~/hf", HOME: "/home/me" } }),
    "/home/me/hf/hub",
  );
  assert.equal(hubCacheRoot({ root, env: {} }), root);
});

test("hubCachePlaceOf() knows snapshots, and nothing else", () => {
  const place = hubCachePlace("/cache", "org/name");
  assert.equal(place.repository, "/cache/models--org--name");
  assert.deepEqual(hubCachePlaceOf(`${place.snapshots}/${COMMIT}`), place);
  for (const other of [
    place.snapshots,
    `${place.snapshots}/main`,
    `/Models/models/org/${COMMIT}`,
    `/cache/datasets--org--name/snapshots/${COMMIT}`,
  ])
    assert.equal(hubCachePlaceOf(other), undefined, other);
});

test("refPath() is a file for each revision, and refuses to leave the directory", () => {
  const place = hubCachePlace("/cache", "org/name");
  assert.equal(refPath(place, "refs/pr/1"), "/cache/models--org--name/refs/refs/pr/1");
  assert.throws(() => refPath(place, "../../../etc/passwd"), { code: "unsafe-path" });
});

test("blobLink() climbs once more for each level of nesting", () => {
  assert.equal(blobLink("config.json", "abc"), "../../blobs/abc");
  assert.equal(blobLink("1_Pooling/config.json", "abc"), "../../../blobs/abc");
});
