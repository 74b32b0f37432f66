import assert from "node:assert/strict";
import { test } from "node:test";
import { commitListing } from "./commit_listing.ts";

test("a listing has the hash of Xet for the files of which the hub states it, as the official client writes it", () => {
  const large = {
    path: "model.safetensors",
    sizeBytes: 7,
    digest: `sha256:${"a".repeat(64)}`,
    blobId: "b".repeat(40),
    xetHash: "c".repeat(64),
  } as const;
  const small = {
    path: "config.json",
    sizeBytes: 2,
    digest: `git-sha1:${"d".repeat(40)}`,
    blobId: "d".repeat(40),
    xetHash: undefined,
  } as const;
  assert.deepEqual(JSON.parse(commitListing([large, small]) ?? ""), {
    format_version: 1,
    files: {
      "config.json": { size: 2, blob_id: small.blobId },
      "model.safetensors": {
        size: 7,
        blob_id: large.blobId,
        lfs_sha256: "a".repeat(64),
        lfs_size: 7,
        xet_hash: large.xetHash,
      },
    },
  });
  assert.equal(commitListing([{ ...large, blobId: undefined }]), undefined);
});
