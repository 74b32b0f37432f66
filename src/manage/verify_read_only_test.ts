import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles, overwriteBytes, readTree, writeBytes } from "../../harness/internal.ts";
import { gitBlobSha1 } from "../../harness/hub/hub_file.ts";
import { nodeHost } from "../node_host.ts";
import { formatMarker } from "../records/marker.ts";
import { ModelFileManager } from "./model_file_manager.ts";

const PLACE = "/Models/models/org/name";
const BYTES = new TextEncoder().encode('{"model_type":"llama"}');

/** A model of which a file is not what its marker says, below a root that the user has marked or not. */
async function verifiedRotten(isReadOnly: boolean) {
  const files = memoryFiles({ now: () => 5000 });
  await writeBytes(files, `${PLACE}/config.json`, BYTES);
  const { modifiedMs } = await files.stat(`${PLACE}/config.json`);
  const marker = formatMarker({
    format: "mlx-layout/1",
    source: "org/name",
    revision: "main",
    commit: "c".repeat(40),
    include: ["*"],
    exclude: [],
    files: [
      {
        path: "config.json",
        sizeBytes: BYTES.length,
        digest: `git-sha1:${gitBlobSha1(BYTES)}`,
        modifiedMs,
      },
    ],
  });
  await writeBytes(files, `${PLACE}/.downloaded`, new TextEncoder().encode(marker));
  await overwriteBytes(files, `${PLACE}/config.json`, BYTES.toReversed());
  const host = { ...nodeHost(), files };
  const manager = new ModelFileManager(host, { root: "/Models", env: {}, isReadOnly });
  const names = async () => (await readTree(files, "/Models")).map(({ path }) => path);
  const before = await names();
  const { state } = await manager.verify({ repository: "org/name" });
  assert.equal(state, "incomplete");
  return { before, after: await names() };
}

test("verify leaves a note of a file that is wrong, for the next download", async () => {
  const { before, after } = await verifiedRotten(false);
  assert.ok(after.length > before.length);
});

test("verify leaves nothing in a root that is marked read-only", async () => {
  const { before, after } = await verifiedRotten(true);
  assert.deepEqual(after, before);
});
