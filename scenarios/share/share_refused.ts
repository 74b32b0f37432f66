/**
 * One byte of a copy is not the recorded one, under the old size and time, or one of its files is missing, or all of it, or the copy is of another
 * repository, or the store, which may be the root itself, has something else in a place of the model, or a link to the same, or weights of
 * another one beside them.
 *
 * Invariants checked:
 * - The share fails, and every file of the store is as it was; where there is no copy, with the code that says so.
 * - Where only a link is there it may succeed; the link stays one.
 */
import { dirname, join, relative } from "node:path";
import fc from "fast-check";
import type { Layout } from "../../spec/mod.ts";
import {
  contentView,
  formerTimes,
  hubCachePaths,
  isRefused,
  makeDirectories,
  needsOwnProcess,
  overwriteBytes,
  readBytes,
  removeTree,
  SHARE_LAYOUTS,
  sharedPlace,
  writeBytes,
  writeForeignSnapshot,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  type ModelFile,
  scenario,
  wantedFiles,
  type World,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Refused-4bit";
const OTHER = "someone-else/Refused-4bit";
const IDS = ["SHARE-VERIFIED", "SHARE-VISIBLE", "SHARE-OWN", "SHARE-APART"] as const;
const OWN_IDS = [...IDS, "ERROR-KIND"] as const;
/** Weights of another conversion of the model. */
const OTHER_WEIGHTS = [
  "model-00007-of-00009.safetensors",
  "weights.00.safetensors",
  "older.safetensors",
] as const;

/** A directory that is named and not there may be called a wrong argument too. */
const ABSENT_CODES = ["not-downloaded", "invalid-argument"] as const;

/** What a run must reach is drawn twice as often. */
const OBSTACLES = [
  "damage",
  "damage",
  "a missing file",
  "a missing file",
  "no copy",
  "another repository's",
  "same size",
  "same size",
  "other size",
  "a link",
  "other weights",
  "other weights",
] as const;

export const shareRefused = scenario({
  name: "share/share_refused",
  covers: OWN_IDS,
  goals: [
    "a damaged copy",
    "half a copy",
    "no copy",
    "something else in the store",
    "other weights",
  ],
  given: {
    model: anySmallModel({ weightBytesMax: 64, beside: false }),
    from: fc.constantFrom("hubapi", "hf-cache", "a client's cache"),
    layout: fc.constantFrom(...SHARE_LAYOUTS),
    which: fc.nat(20),
    byte: fc.nat(1000),
    obstacle: fc.constantFrom(...OBSTACLES),
    otherWeights: fc.constantFrom(...OTHER_WEIGHTS),
    isIntoRoot: fc.boolean(),
    /** Whether the request says where the copy is that is not there. */
    isNamed: fc.boolean(),
  },
  async check(given, world, verdict) {
    const { model, from, layout, which, byte, obstacle, otherWeights, isIntoRoot } = given;
    const { files: disk, outside, root } = world;
    needsOwnProcess(world, "the times of its files are put back");
    const isOthers = obstacle === "another repository's" && from !== "a client's cache";
    const owner = isOthers ? OTHER : REPOSITORY;
    const commit = world.hub.publish(owner, model.files, { tags: ["mlx"] });
    const directory = await placeSource(world, { from, owner, files: model.files, commit });
    const full = wantedFiles(model.files).filter(({ bytes }) => bytes.length > 0);
    const file = full[which % full.length];
    if (file === undefined) return;
    // What lies in the root already has its place there.
    const isOwn = isIntoRoot && from === "a client's cache";
    const into = isOwn ? root : join(outside, "store");
    const isOfCopy = obstacle === "damage" || obstacle === "a missing file";
    const others = obstacle === "other weights" ? otherWeights : undefined;
    // The snapshots of two conversions lie apart.
    const target = others !== undefined && layout === "hf-cache" ? "lmstudio" : layout;
    const entry = filePlace(directory, file.path);
    const data = await disk.realpath(entry);
    const times = new Map<string, number>();
    const changed = Uint8Array.from(await readBytes(disk, data));
    changed[byte % changed.length] = (changed[byte % changed.length] ?? 0) ^ 1;
    if (obstacle === "damage") {
      times.set(data, (await disk.stat(data)).modifiedMs);
      await overwriteBytes(disk, data, changed);
    } else if (obstacle === "a missing file") await disk.unlink(entry);
    else if (obstacle === "no copy")
      await removeTree(disk, from === "hubapi" ? directory : dirname(dirname(directory)));
    else if (!isOthers) {
      const store = { into, layout: target, commit };
      await placeObstacle(world, store, { ...file, path: others ?? file.path, obstacle, changed });
    }
    await writeBytes(disk, join(into, "other", "model", "config.json"), new Uint8Array(2));
    const before = await contentView(disk, into);
    const subject = world.start({ files: (files) => formerTimes(files, times) });
    if (subject.share === undefined) {
      for (const id of OWN_IDS) verdict.skip(id, "it shares nothing");
      return;
    }
    const request = { repository: REPOSITORY, into, layout: target, step: "share" } as const;
    if (obstacle === "no copy") {
      verdict.reached(obstacle);
      const asked = given.isNamed || isOwn ? { ...request, from: directory } : request;
      await verdict.fails("SHARE-VISIBLE", async () => subject.share?.(asked), ABSENT_CODES);
      return;
    }
    const isFailed = await isRefused(async () => subject.share?.({ ...request, from: directory }));
    const after = await contentView(disk, into);
    const isAsBefore = after.join("\n") === before.join("\n");
    if (isOthers) {
      verdict.holds("SHARE-VISIBLE", isFailed, `a copy of ${OTHER} is shared as ${REPOSITORY}`);
      return;
    }
    if (isOfCopy) {
      verdict.reached(obstacle === "damage" ? "a damaged copy" : "half a copy");
      verdict.holds("SHARE-VERIFIED", isFailed, `${file.path} is wrong (${obstacle}), and shared`);
      verdict.holds("SHARE-VERIFIED", isAsBefore, () => `the store has ${after.join(", ")}`);
      return;
    }
    if (others !== undefined) {
      verdict.reached("other weights");
      verdict.holds("SHARE-APART", isFailed, `it succeeded beside ${others}`);
      verdict.holds("SHARE-APART", isAsBefore, () => `the store has ${after.join(", ")}`);
      return;
    }
    const lost = before.find((line) => !after.includes(line));
    verdict.holds("SHARE-OWN", lost === undefined, `the store had ${lost}`);
    if (obstacle === "a link") return;
    verdict.reached("something else in the store");
    verdict.holds("SHARE-OWN", isFailed, `${file.path} is another, and it succeeded`);
  },
});

/** Puts something else there where the model's file would have its place. */
async function placeObstacle(
  world: World,
  store: { readonly into: string; readonly layout: Layout; readonly commit: string },
  what: ModelFile & { readonly obstacle: string; readonly changed: Uint8Array },
): Promise<void> {
  const { files: disk } = world;
  const { into, layout, commit } = store;
  const { path, bytes, obstacle, changed } = what;
  const place =
    layout === "hf-cache"
      ? join(hubCachePaths(into, REPOSITORY).snapshots, commit)
      : await sharedPlace(world, { into, repository: REPOSITORY, layout });
  const at = filePlace(place, path);
  if (obstacle !== "a link") {
    await writeBytes(disk, at, obstacle === "other size" ? changed.subarray(1) : changed);
    return;
  }
  const elsewhere = join(into, "elsewhere", "data");
  await writeBytes(disk, elsewhere, bytes);
  await makeDirectories(disk, dirname(at));
  await disk.symlink(relative(dirname(at), elsewhere), at);
}

/** Puts the copy there that is to be shared. @returns its directory */
async function placeSource(
  world: World,
  how: {
    readonly from: "hubapi" | "hf-cache" | "a client's cache";
    readonly owner: string;
    readonly files: readonly ModelFile[];
    readonly commit: string;
  },
): Promise<string> {
  const { from, owner, files, commit } = how;
  if (from !== "a client's cache")
    return (await world.start().download({ repository: owner, layout: from })).directory;
  return writeForeignSnapshot(world.files, join(world.outside, "cache"), {
    repository: owner,
    files,
    commit,
    revision: "main",
    hasListing: true,
    isShared: false,
    absent: [],
    isCopied: false,
  });
}
