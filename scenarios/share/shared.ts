/**
 * A model that was downloaded, or that another client or a user has put into a directory or a cache, is shared with the store of another
 * tool or with the root; that has some of its files already, other files in its directory, and another model.
 *
 * Invariants checked:
 * - The plan changes nothing, and names the room that the share takes; of a share that is done, none.
 * - Afterwards the store has every file in its place, the copy is as it was, and so is everything else in the store.
 * - Weights that the store did not have are the same data.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { ShareResult } from "../../spec/mod.ts";
import {
  contentView,
  dataBytes,
  HIDDEN,
  needsLayout,
  placeTheirs,
  SHARE_LAYOUTS,
  sharedPlace,
  SIDECAR,
  writeBytes,
  writeForeignSnapshot,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  type ModelFile,
  scenario,
  tinyLlama,
  type Verdict,
  wantedFiles,
  type World,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Shared-4bit";
const IDS = ["SHARE-VISIBLE", "SHARE-ONCE", "SHARE-PLAN", "SHARE-OWN"] as const;
/** Where the copy came from: a download into a layout, or somebody else. */
const SOURCES = [
  "hubapi",
  "lmstudio",
  "hf-cache",
  "a client's directory",
  "a client's cache",
  "a client's cache with a listing",
  "by hand",
] as const;
type Source = (typeof SOURCES)[number];
/** Markers, listings, metadata and journals of a small model, whose weights are larger: of a share, and of each file. */
const STATE_BYTES_MAX = 4096;
const FILE_STATE_BYTES_MAX = 1024;

export const shared = scenario({
  name: "share/shared",
  covers: IDS,
  goals: ["into the hub's cache", "into a directory", "into the root", "a duplicate was there"],
  given: {
    model: fc.oneof(
      fc.constantFrom(tinyLlama({ seed: 3, shards: 2 }), tinyLlama({ seed: 4, nested: true })),
      anySmallModel(),
    ),
    from: fc.constantFrom(...SOURCES),
    layout: fc.constantFrom(...SHARE_LAYOUTS),
    isAdopted: fc.boolean(),
    duplicates: fc.array(fc.nat(20), { maxLength: 3 }),
    isNamed: fc.boolean(),
  },
  async check({ model, from, layout: drawn, duplicates, isNamed, isAdopted }, world, verdict) {
    const { files: disk, root, outside } = world;
    const isOwn = from === "hubapi" || from === "lmstudio" || from === "hf-cache";
    if (isOwn) needsLayout(world, from);
    const subject = world.start();
    if (subject.share === undefined) {
      for (const id of IDS) verdict.skip(id, "it shares nothing");
      return;
    }
    const directory = await placeSource(world, { from, files: model.files });
    // What nobody has recorded is adopted, and no store of another tool gets it.
    const isIntoRoot = !isOwn && (isAdopted || from === "by hand");
    const [into, layout] = isIntoRoot
      ? ([root, "hubapi"] as const)
      : ([join(outside, "store"), drawn] as const);
    const place = await sharedPlace(world, { into, repository: REPOSITORY, layout });
    const wanted = isOwn ? wantedFiles(model.files) : model.files;
    const there = new Set<string>();
    // In the hub's cache a file has its place only as a link to a content.
    for (const at of layout === "hf-cache" ? [] : duplicates) {
      const file = wanted[at % wanted.length];
      if (file === undefined) continue;
      await writeBytes(disk, filePlace(place, file.path), file.bytes);
      there.add(file.path);
      verdict.reached("a duplicate was there");
    }
    const base = layout === "hf-cache" ? join(into, "models--mlx-community--Shared-4bit") : place;
    const foreign = [join(base, "notes.txt"), join(into, "org", "other", "config.json")];
    for (const path of foreign) await writeBytes(disk, path, new TextEncoder().encode(path));
    const before = await contentView(disk, into);
    const own = await wrongFiles(world, directory, wanted);
    const room = () => dataBytes(world, [root, outside]);
    const roomBefore = await room();
    const request = {
      repository: REPOSITORY,
      into,
      layout,
      ...((isNamed || !isOwn) && { from: directory }),
    };
    const share = (step: "plan" | "share") => subject.share?.({ ...request, step });
    const plan = await verdict.attempt("SHARE-PLAN", async () => share("plan"));
    const after = await contentView(disk, into);
    verdict.holds("SHARE-PLAN", same(before, after), "the plan changed something");
    const more = plan?.files.find(({ path }) => path === SIDECAR || path === HIDDEN);
    verdict.holds("SHARE-PLAN", more === undefined, `it is to share ${more?.path}, of no model`);
    verdict.holds("SHARE-PLAN", plan?.isDone === false, "it plans nothing, and files are missing");
    await verdict.attempt("SHARE-VISIBLE", async () => share("share"));
    verdict.reached(layout === "hf-cache" ? "into the hub's cache" : "into a directory");
    if (isIntoRoot) verdict.reached("into the root");
    // Metadata says of which commit a file is, and no branch: no ref is made of that.
    const hasNoBranch = from === "a client's directory" && layout === "hf-cache";
    const now = hasNoBranch
      ? (plan?.to ?? "")
      : await sharedPlace(world, { into, repository: REPOSITORY, layout });
    const wrong = await wrongFiles(world, now, wanted);
    verdict.holds("SHARE-VISIBLE", wrong.length === 0, () => `in the store: ${wrong.join(", ")}`);
    const ownWrong = await wrongFiles(world, directory, wanted);
    verdict.holds("SHARE-VISIBLE", same(own, ownWrong), () => `of the copy: ${ownWrong.join()}`);
    const left = new Set(await contentView(disk, into));
    const lost = before.filter((line) => !left.has(line));
    verdict.holds("SHARE-OWN", lost.length === 0, () => `of the store's own: ${lost.join(", ")}`);
    for (const { path } of wanted.filter((file) => file.path.endsWith(".safetensors"))) {
      if (there.has(path)) continue;
      const [one, two] = await Promise.all(
        [directory, now].map((at) => disk.stat(filePlace(at, path))),
      );
      verdict.holds("SHARE-ONCE", one?.inode === two?.inode, `${path} is there twice`);
    }
    const again = await verdict.attempt("SHARE-PLAN", async () => share("plan"));
    const taken = (await room()) - roomBefore;
    judgeRoom(verdict, { plan, again, taken, count: wanted.length });
  },
});

// Helpers

/** What the plan said of the room, and what a plan says once there is nothing left to do. */
function judgeRoom(
  verdict: Verdict,
  seen: {
    readonly plan: ShareResult | undefined;
    readonly again: ShareResult | undefined;
    readonly taken: number;
    /** How many files were shared. */
    readonly count: number;
  },
): void {
  const { plan, again, taken, count } = seen;
  const planned = (plan?.bytesTaken ?? Number.NaN) - (plan?.bytesFreed ?? Number.NaN);
  const stateBytesMax = STATE_BYTES_MAX + FILE_STATE_BYTES_MAX * count;
  verdict.holds(
    "SHARE-PLAN",
    taken <= planned + stateBytesMax,
    `it took ${taken} bytes, and the plan says ${planned}`,
  );
  verdict.holds(
    "SHARE-PLAN",
    again?.isDone === true && again.bytesTaken === 0,
    () => `of a share that is done it plans ${again?.bytesTaken} bytes, done: ${again?.isDone}`,
  );
}

/** Puts the copy there that is shared. @returns its directory */
async function placeSource(
  world: World,
  { from, files }: { readonly from: Source; readonly files: readonly ModelFile[] },
): Promise<string> {
  const { hub, outside, files: disk } = world;
  const commit = hub.publish(REPOSITORY, files, { tags: ["mlx"] });
  switch (from) {
    case "hubapi":
    case "lmstudio":
    case "hf-cache": {
      const { directory } = await world.start().download({ repository: REPOSITORY, layout: from });
      return directory;
    }
    case "a client's cache":
    case "a client's cache with a listing":
      return writeForeignSnapshot(disk, join(outside, "cache"), {
        repository: REPOSITORY,
        files,
        commit,
        revision: "main",
        hasListing: from.endsWith("listing"),
        isShared: false,
        absent: [],
        isCopied: false,
      });
    default:
      return placeTheirs(world, {
        repository: REPOSITORY,
        files,
        commit: from === "by hand" ? undefined : commit,
      });
  }
}

function same(one: readonly string[], two: readonly string[]): boolean {
  return one.join("\n") === two.join("\n");
}
