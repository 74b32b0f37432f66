import assert from "node:assert/strict";
import { test } from "node:test";
import { gitBlobSha1, memoryFiles, writeBytes } from "../../harness/internal.ts";
import { directoryPlace } from "../layout/model_place.ts";
import { selectionOf } from "../layout/select_files.ts";
import { formatMarker } from "./marker.ts";
import { modelStatus } from "./model_status.ts";

const PLACE = directoryPlace("/Models", "/Models/models/org/name");
const BYTES = new TextEncoder().encode("weights");

/** The status of a model that has nothing but weights, by what was asked for. */
async function statusOf(include: readonly string[]) {
  const files = memoryFiles({ now: () => 5000 });
  const path = "model.safetensors";
  await writeBytes(files, `${PLACE.directory}/${path}`, BYTES);
  const digest = `git-sha1:${gitBlobSha1(BYTES)}` as const;
  const marker = formatMarker({
    format: "mlx-layout/1",
    source: "org/name",
    revision: "main",
    commit: "c".repeat(40),
    include: [...include],
    exclude: [],
    files: [{ path, sizeBytes: BYTES.length, digest, modifiedMs: 5000 }],
  });
  await writeBytes(files, `${PLACE.directory}/.downloaded`, new TextEncoder().encode(marker));
  const question = {
    place: PLACE,
    source: "org/name",
    revision: undefined,
    hash: "always",
  } as const;
  return (await modelStatus(files, question)).state;
}

test("files that were chosen by hand are complete as they were chosen, and make no claim to be a model", async () => {
  const { include } = selectionOf({});
  assert.equal(await statusOf(["*.safetensors"]), "complete");
  assert.equal(await statusOf(include), "incomplete");
});
