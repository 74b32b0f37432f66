import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { diskError, makeDirectories, wrapFiles, writeBytes } from "../../../harness/internal.ts";
import { memoryFiles } from "../../../harness/mod.ts";
import { directoryPlace, PARTIAL_SUFFIX } from "../../layout/model_place.ts";
import { adoptPartials } from "./adopt_partials.ts";

const KEY = "0".repeat(64);
const CONTENT = { path: "a", sizeBytes: 100, digest: undefined, url: "", contentKey: KEY };
const place = directoryPlace("/", "/m");
const { work } = place.staging;
const CLAIM = join(work, "f".repeat(16));
/** Of claims that are over: what is in the second may still be written to, and is copied. */
const LEFT = ["rest", "silent"] as const;

/** Has so many bytes left in each, adopts them, and says how many the claim has then. */
async function adopted(
  leftBytes: Readonly<Record<(typeof LEFT)[number], number>>,
  { hasRoom }: { readonly hasRoom: boolean },
): Promise<number> {
  const files = memoryFiles({ now: () => 5000 });
  for (const kind of LEFT) {
    const path = join(work, `${kind}.${"a".repeat(16)}`, `${KEY}.incomplete`);
    await writeBytes(files, path, new Uint8Array(leftBytes[kind]));
  }
  await makeDirectories(files, CLAIM);
  const disk = wrapFiles(files, async ({ operation, path }, next) => {
    if (!hasRoom && operation === "write" && path.startsWith(CLAIM))
      throw diskError("ENOSPC", operation, path);
    return next();
  });
  const task = { place, wanted: [CONTENT], processes: { machine: "boot" } };
  await adoptPartials({ files: disk, directory: CLAIM }, task);
  return (await files.stat(join(CLAIM, `${KEY}${PARTIAL_SUFFIX}`))).sizeBytes;
}

test("adoptPartials() takes the partial file that has most", async () => {
  assert.equal(await adopted({ rest: 10, silent: 20 }, { hasRoom: true }), 20);
  assert.equal(await adopted({ rest: 20, silent: 10 }, { hasRoom: true }), 20);
});

test("adoptPartials() takes one with less where a copy of the other has no room", async () => {
  assert.equal(await adopted({ rest: 10, silent: 20 }, { hasRoom: false }), 10);
});
