/**
 * Several users share one store of contents in the hub's cache, which this one may only read, or the whole cache may only be read. The
 * official client or the implementation itself has written a model there; one content of it may be wrong. The model is judged, downloaded
 * again and removed.
 *
 * Invariants checked:
 * - A whole model is complete and costs no byte, although nothing can be written where it lies.
 * - In place of a wrong content of the store the repository gets one of its own; the store is as it was, also after a removal.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  blobName,
  contentBytes,
  exists,
  hubCachePaths,
  overwriteBytes,
  readTree,
  writeForeignSnapshot,
} from "../../harness/internal.ts";
import { anySmallModel, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/ReadOnlyStore-4bit";
const REQUEST = { repository: REPOSITORY, layout: "hf-cache" } as const;
const ID = "MANAGE-READ-ONLY";
/** What may only be read: of what the official client has written, or of what the implementation has. */
const KEPT = ["store", "prefix", "cache", "own cache", "own repository"] as const;

export const readOnlyStore = scenario({
  name: "interop/read_only_store",
  covers: [ID],
  goals: [
    "a store of others",
    "a whole cache of others",
    "a wrong content",
    "a removal",
    "its own cache",
    "by its commit",
  ],
  given: {
    model: anySmallModel(),
    hasListing: fc.boolean(),
    kept: fc.constantFrom(...KEPT),
    isDamaged: fc.boolean(),
    isRemoved: fc.boolean(),
    /** Whether it is asked for by its commit, for which no ref need be written. */
    isPinned: fc.boolean(),
  },
  async check({ model, hasListing, kept, isDamaged, isRemoved, isPinned }, world, verdict) {
    const { files: disk, hub, root } = world;
    const holds = (condition: boolean, detail: string) => verdict.holds(ID, condition, detail);
    const files = wantedFiles(model.files);
    const large = files.find(({ lfs, bytes }) => lfs && bytes.length > 0);
    // The store has only large files.
    if (large === undefined) return;
    const commit = hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const request = isPinned ? { ...REQUEST, revision: commit } : REQUEST;
    const isOwn = kept === "own cache" || kept === "own repository";
    const theirs = () =>
      writeForeignSnapshot(disk, root, {
        repository: REPOSITORY,
        commit,
        files: model.files,
        revision: "main",
        absent: [],
        hasListing,
        isShared: true,
        isCopied: false,
      });
    const directory = isOwn ? (await world.start().download(REQUEST)).directory : await theirs();
    const store = join(root, "blobs");
    const prefix = join(store, blobName(large).slice(0, 2));
    if (isDamaged) {
      const wrong = Uint8Array.from(large.bytes, (byte, index) => (index === 0 ? byte ^ 1 : byte));
      await overwriteBytes(disk, await disk.realpath(join(directory, large.path)), wrong);
      verdict.reached("a wrong content");
    }
    const { repository } = hubCachePaths(root, REPOSITORY);
    const [guardedDirectory, how] = (
      {
        store: [store, "read-only"],
        prefix: [prefix, "locked"],
        cache: [root, "read-only"],
        "own cache": [root, "read-only"],
        "own repository": [repository, "locked"],
      } as const
    )[kept];
    const guarded = { directory: guardedDirectory, how };
    const before = JSON.stringify(await readTree(disk, guarded.directory));
    const status = await verdict.attempt(ID, () => world.start({ guarded }).verify(request));
    if (isDamaged) holds(status.state !== "complete", "a wrong content passes for complete");
    else if (hasListing || isOwn)
      holds(status.state === "complete", `whole, it is ${status.state}`);
    hub.clearLog();
    // What must be written where nothing can be is refused: `DL-DISK-ERROR`.
    const isWhole = isOwn || kept === "cache";
    if (isOwn) verdict.reached("its own cache");
    if (isDamaged && isWhole) return;
    const result = await verdict.attempt(ID, () => world.start({ guarded }).download(request));
    if (isPinned) verdict.reached("by its commit");
    holds(result.directory === directory, `it went to ${result.directory}`);
    const [fetched, needed] = [contentBytes(hub.log), isDamaged ? large.bytes.length : 0];
    holds(fetched === needed, `${fetched} bytes were fetched for ${needed}`);
    const wrong = await wrongFiles(world, directory, files);
    holds(wrong.length === 0, wrong.join(", "));
    if (isRemoved && !isWhole) {
      await verdict.attempt(ID, () => world.start({ guarded }).remove(REQUEST));
      holds(!(await exists(disk, join(directory, "config.json"))), "it is still there");
      verdict.reached("a removal");
    }
    const after = JSON.stringify(await readTree(disk, guarded.directory));
    holds(after === before, "what may only be read is not as it was");
    if (!isOwn) verdict.reached(isWhole ? "a whole cache of others" : "a store of others");
  },
});
