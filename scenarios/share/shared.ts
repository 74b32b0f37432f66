/**
 * A model that was downloaded, or that another client or a user has put into a directory or a cache, is shared with the store of another
 * tool or with the root; that has some of its files already, perhaps with another name elsewhere, or in a cache as contents of an earlier
 * commit, which may be links into the store that repositories share, and other files, and another model. It may be on another volume, to which the user has weights copied, and may write names in a way of its own.
 *
 * Invariants checked:
 * - The plan changes nothing, and names the room that the share takes; of a share that is done, none.
 * - Afterwards the store has every file in its place, the copy is as it was, and so is everything else in the store.
 * - Weights that the store did not have are the same data where that can be.
 * - Where the hub's clients read metadata, each file has it; a listing of the commit in the hub's cache is as they would have written it.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { ShareResult } from "../../spec/mod.ts";
import {
  contentView,
  dataBytes,
  HIDDEN,
  hubCachePaths,
  isRefused,
  needsLayout,
  needsOwnProcess,
  SHARE_LAYOUTS,
  SHARE_NAMINGS,
  sharedPlace,
  SIDECAR,
  STORE_VOLUMES,
  writeBytes,
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
import { judgeRecords } from "./judge_records.ts";
import { placeDuplicates } from "./place_duplicates.ts";
import { placeSource, SOURCES } from "./place_source.ts";

const REPOSITORY = "mlx-community/Shared_1.5-v0.3-4bit";
const IDS = [
  "SHARE-VISIBLE",
  "SHARE-ONCE",
  "SHARE-PLAN",
  "SHARE-OWN",
  "MANAGE-METADATA",
  "MANAGE-HFCACHE",
] as const;
/** Markers, listings, metadata and journals of a small model, whose weights are larger: of a share, and of each file. */
const STATE_BYTES_MAX = 4096;
const FILE_STATE_BYTES_MAX = 1024;

export const shared = scenario({
  name: "share/shared",
  covers: IDS,
  goals: [
    "into the hub's cache",
    "into a directory",
    "into the root",
    "a duplicate was there",
    "a duplicate has another name",
    "an earlier commit",
    "names of its own",
    "onto another volume",
    "metadata",
  ],
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
    hasNaming: fc.boolean(),
    /** Whether the duplicates have another name elsewhere; in a cache, whether repositories share large contents. */
    isKept: fc.boolean(),
    far: fc.constantFrom("nothing", "nothing", "the store", "all but the root"),
  },
  async check(given, world, verdict) {
    const { model, from, layout: drawn, duplicates, isNamed, isAdopted, far } = given;
    const { hasNaming, isKept } = given;
    const { files: disk, root, outside } = world;
    const isOwn = from === "hubapi" || from === "lmstudio" || from === "hf-cache";
    if (isOwn) needsLayout(world, from);
    // What nobody has recorded is adopted, and no store of another tool gets it.
    const isIntoRoot = !isOwn && (isAdopted || from === "by hand");
    const [into, layout] = isIntoRoot
      ? ([root, "hubapi"] as const)
      : ([join(outside, "store"), drawn] as const);
    const isFar = far !== "nothing";
    if (isFar) needsOwnProcess(world, "its store is on a volume that is none");
    const volume = STORE_VOLUMES[isFar ? "another volume" : "with links"];
    const subject = world.start(volume(far === "the store" ? into : outside));
    // What is not below the root is on one volume with the store.
    const isAcross = isFar && (far === "the store" || isOwn || isIntoRoot);
    if (subject.share === undefined) {
      for (const id of IDS) verdict.skip(id, "it shares nothing");
      return;
    }
    const source = { repository: REPOSITORY, from, files: model.files };
    const { directory, commit } = await placeSource(world, source);
    const naming = hasNaming && !isIntoRoot ? SHARE_NAMINGS[layout] : undefined;
    const store = { repository: REPOSITORY, into, layout, ...(naming && { naming }) };
    const place = await sharedPlace(world, store);
    const wanted = isOwn ? wantedFiles(model.files) : model.files;
    const doubled = [...new Set(duplicates.flatMap((at) => wanted[at % wanted.length] ?? []))];
    const there = await placeDuplicates(world, { ...store, place, files: doubled, isKept });
    const base = layout === "hf-cache" ? hubCachePaths(into, REPOSITORY).repository : place;
    const foreign = [join(base, "notes.txt"), join(into, "org", "other", "config.json")];
    for (const path of foreign) await writeBytes(disk, path, new TextEncoder().encode(path));
    const before = await contentView(disk, into);
    const own = await wrongFiles(world, directory, wanted);
    const room = () => dataBytes(world, [root, outside]);
    const roomBefore = await room();
    const request = {
      ...store,
      mayCopy: isAcross,
      ...((isNamed || !isOwn) && { from: directory }),
    };
    const share = (step: "plan" | "share") => subject.share?.({ ...request, step });
    // Of copies in place of links only the listing says what they must be, and who does not read that refuses them.
    if (from.includes("of copies") && (await isRefused(async () => share("plan")))) return;
    const plan = await verdict.attempt("SHARE-PLAN", async () => share("plan"));
    const after = await contentView(disk, into);
    verdict.holds("SHARE-PLAN", same(before, after), "the plan changed something");
    const more = plan?.files.find(({ path }) => path === SIDECAR || path === HIDDEN);
    verdict.holds("SHARE-PLAN", more === undefined, `it is to share ${more?.path}, of no model`);
    verdict.holds("SHARE-PLAN", plan?.isDone === false, "it plans nothing, and files are missing");
    await verdict.attempt("SHARE-VISIBLE", async () => share("share"));
    reachedBy(verdict, { layout, isIntoRoot, isAcross, naming, isKept, count: there.size });
    // Metadata says of which commit a file is, and no branch: no ref is made of that.
    const hasNoBranch = from === "a client's directory" && layout === "hf-cache";
    const now = hasNoBranch ? (plan?.to ?? "") : await sharedPlace(world, store);
    const wrong = await wrongFiles(world, now, wanted);
    verdict.holds("SHARE-VISIBLE", wrong.length === 0, () => `in the store: ${wrong.join(", ")}`);
    const ownWrong = await wrongFiles(world, directory, wanted);
    verdict.holds("SHARE-VISIBLE", same(own, ownWrong), () => `of the copy: ${ownWrong.join()}`);
    const left = new Set(await contentView(disk, into));
    const lost = before.filter((line) => !left.has(line));
    verdict.holds("SHARE-OWN", lost.length === 0, () => `of the store's own: ${lost.join(", ")}`);
    if (!isAcross)
      await judgeOnce(verdict, world, { from: directory, to: now, files: wanted, there });
    // Where nobody has recorded anything, nothing is known to write down.
    const hasMetadata = layout === "hubapi" && from !== "by hand";
    const records = { into, model, commit, ...(hasMetadata && { place: now, files: wanted }) };
    await judgeRecords(world, verdict, { repository: REPOSITORY, ...records });
    const again = await verdict.attempt("SHARE-PLAN", async () => share("plan"));
    const taken = (await room()) - roomBefore;
    judgeRoom(verdict, { plan, again, taken, count: wanted.length });
  },
});

// Helpers

function reachedBy(
  verdict: Verdict,
  about: {
    readonly layout: string;
    readonly isIntoRoot: boolean;
    readonly isAcross: boolean;
    readonly naming: string | undefined;
    readonly isKept: boolean;
    readonly count: number;
  },
): void {
  verdict.reached(about.layout === "hf-cache" ? "into the hub's cache" : "into a directory");
  if (about.isIntoRoot) verdict.reached("into the root");
  if (about.isAcross) verdict.reached("onto another volume");
  if (about.naming !== undefined) verdict.reached("names of its own");
  if (about.count === 0) return;
  if (about.layout === "hf-cache") {
    verdict.reached("an earlier commit");
    return;
  }
  verdict.reached("a duplicate was there");
  if (about.isKept) verdict.reached("a duplicate has another name");
}

/** Whether the weights that the store did not have are the same data. */
async function judgeOnce(
  verdict: Verdict,
  { files: disk }: World,
  seen: {
    readonly from: string;
    readonly to: string;
    readonly files: readonly ModelFile[];
    /** Paths that the store had. */
    readonly there: ReadonlySet<string>;
  },
): Promise<void> {
  const { from, to, files, there } = seen;
  for (const { path } of files.filter((file) => file.path.endsWith(".safetensors"))) {
    if (there.has(path)) continue;
    const [one, two] = await Promise.all([from, to].map((at) => disk.stat(filePlace(at, path))));
    verdict.holds("SHARE-ONCE", one?.inode === two?.inode, `${path} is there twice`);
  }
}

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

function same(one: readonly string[], two: readonly string[]): boolean {
  return one.join("\n") === two.join("\n");
}
