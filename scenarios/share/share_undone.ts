/**
 * A share, or the adoption of another client's directory by the root, is taken back, with the copy named or not, after the copy was shared
 * with a second store whose directory has the same name, or after files of the store were changed, written anew with the same bytes or added, or after the copy that was shared has lost a file, or has a link to the
 * store's in its place.
 *
 * Invariants checked:
 * - What was there before, was added or was changed stays; the rest goes, and the copy is as it was.
 * - Data that the copy no longer has stays in the store.
 * - What another share has put into another store stays.
 */
import { basename, join } from "node:path";
import fc from "fast-check";
import { type FileSystem, type Layout, MARKER_NAME, type ShareResult } from "../../spec/mod.ts";
import {
  contentView,
  exists,
  placeTheirs,
  readBytes,
  settled,
  SHARE_LAYOUTS,
  sharedPlace,
  visibleView,
  writeBytes,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  type ModelFile,
  scenario,
  type Verdict,
  wantedFiles,
  type World,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Undone-4bit";
const CHANGED = new TextEncoder().encode("changed by another tool");

export const shareUndone = scenario({
  name: "share/share_undone",
  covers: ["SHARE-UNDO"],
  goals: [
    "all went",
    "an adoption",
    "something was changed",
    "something was added",
    "the copy lost a file",
    "the copy has a link",
    "written anew",
    "the copy was not named",
    "shared twice",
  ],
  given: {
    model: anySmallModel({ weightBytesMax: 64, beside: false }),
    layout: fc.constantFrom(...SHARE_LAYOUTS),
    trouble: fc.constantFrom(
      "none",
      "none",
      "shared twice",
      "changed",
      "added",
      "lost",
      "linked",
      "written anew",
    ),
    which: fc.nat(20),
    isAdopted: fc.boolean(),
    isNamed: fc.boolean(),
  },
  async check({ model, layout: drawn, trouble, which, isAdopted, isNamed }, world, verdict) {
    const { files: disk, outside, root } = world;
    const commit = world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const subject = world.start();
    if (subject.share === undefined) {
      verdict.skip("SHARE-UNDO", "it shares nothing");
      return;
    }
    const theirs = { repository: REPOSITORY, files: wantedFiles(model.files), commit };
    const directory = isAdopted
      ? await placeTheirs(world, theirs)
      : (await subject.download({ repository: REPOSITORY })).directory;
    if (isAdopted) verdict.reached("an adoption");
    const [into, layout] = isAdopted
      ? ([root, "hubapi"] as const)
      : ([join(outside, "store"), drawn] as const);
    const wanted = wantedFiles(model.files);
    await writeBytes(disk, join(into, "other", "model", "config.json"), new Uint8Array(2));
    const before = await visibleView(disk, into);
    const request = { repository: REPOSITORY, from: directory, into, layout };
    await verdict.attempt("SHARE-UNDO", async () => subject.share?.({ ...request, step: "share" }));
    // Without it the copy that the share came from is found by what is there; one outside of all stores is named.
    const { from: _from, ...unnamed } = request;
    const asked = isNamed || isAdopted ? request : unnamed;
    if (!isNamed && !isAdopted) verdict.reached("the copy was not named");
    const undo = async () => subject.share?.({ ...asked, step: "undo" });
    const place = await sharedPlace(world, { into, repository: REPOSITORY, layout });
    const second = { ...request, into: join(outside, "second", basename(into)) };
    const isTwice = trouble === "shared twice" && !isAdopted;
    if (isTwice) await settled(async () => subject.share?.({ ...second, step: "share" }));
    const file = wanted[which % wanted.length];
    if (file === undefined) return;
    const entry = filePlace(place, file.path);
    if (trouble === "lost" || trouble === "linked") {
      const seen = await lose(disk, filePlace(directory, file.path), { entry, trouble });
      await settled(undo);
      const isKept = await holds(disk, seen, file.bytes);
      verdict.holds("SHARE-UNDO", isKept, `${file.path} was nowhere else, and is gone`);
      verdict.reached(trouble === "lost" ? "the copy lost a file" : "the copy has a link");
      return;
    }
    const touched = trouble === "changed" ? entry : join(baseOf(into, place, layout), "notes.txt");
    // As tools do that write a file anew: what has another name elsewhere keeps its data.
    if (trouble === "changed" || trouble === "added") await writeBytes(disk, touched, CHANGED);
    if (trouble === "written anew") {
      await writeBytes(disk, entry, file.bytes);
      verdict.reached("written anew");
    }
    const undone = await verdict.attempt("SHARE-UNDO", undo);
    await judgeTold(verdict, disk, { undone, place, wanted });
    const wrong = await wrongFiles(world, directory, wanted);
    verdict.holds("SHARE-UNDO", wrong.length === 0, () => `of the copy: ${wrong.join(", ")}`);
    const after = await visibleView(disk, into);
    if (isTwice) await judgeSecond(world, verdict, { into: second.into, layout, wanted });
    if (trouble === "none" || trouble === "shared twice") {
      const words = () => `there was ${before.join(", ")}, is ${after.join(", ")}`;
      verdict.holds("SHARE-UNDO", after.join("\n") === before.join("\n"), words);
      await judgeVouching(verdict, disk, into);
      verdict.reached("all went");
      return;
    }
    if (trouble !== "written anew") {
      verdict.reached(trouble === "changed" ? "something was changed" : "something was added");
      const isKept = await holds(disk, touched, CHANGED);
      verdict.holds("SHARE-UNDO", isKept, () => `${touched} was ${trouble}, and is gone`);
    }
    const lost = before.find((line) => !after.includes(line));
    verdict.holds("SHARE-UNDO", lost === undefined, `the store had ${lost}`);
  },
});

/** What another share has put into a second store is still there. */
async function judgeSecond(
  world: World,
  verdict: Verdict,
  seen: {
    readonly into: string;
    readonly layout: Layout;
    readonly wanted: readonly ModelFile[];
  },
): Promise<void> {
  const { into, layout, wanted } = seen;
  const place = await sharedPlace(world, { into, repository: REPOSITORY, layout });
  const gone = await wrongFiles(world, place, wanted);
  verdict.holds("SHARE-UNDO", gone.length === 0, () => `of the second store: ${gone.join(", ")}`);
  verdict.reached("shared twice");
}

/** Nothing is left that vouches for files that are gone. */
async function judgeVouching(verdict: Verdict, disk: FileSystem, into: string): Promise<void> {
  const vouching = (await contentView(disk, into)).find((line) =>
    new RegExp(`(?:${MARKER_NAME}|[.]metadata) file`).test(line),
  );
  verdict.holds("SHARE-UNDO", vouching === undefined, `${vouching} is left`);
}

/** Whether the answer names what went, and nothing else. */
async function judgeTold(
  verdict: Verdict,
  disk: FileSystem,
  seen: {
    readonly undone: ShareResult | undefined;
    readonly place: string;
    readonly wanted: readonly ModelFile[];
  },
): Promise<void> {
  const { undone, place, wanted } = seen;
  const named = (undone?.files ?? []).map(({ path }) => path);
  const made = named.find((path) => !wanted.some((one) => one.path === path));
  verdict.holds("SHARE-UNDO", made === undefined, `it says that ${made} went, of no model`);
  for (const { path } of wanted) {
    const isTold = named.includes(path) || (await exists(disk, filePlace(place, path)));
    verdict.holds("SHARE-UNDO", isTold, `${path} went, and it does not say so`);
  }
}

/** The copy loses a file, or gets a link to the store's data in its place. @returns where the only data is */
async function lose(
  disk: FileSystem,
  own: string,
  { entry, trouble }: { readonly entry: string; readonly trouble: "lost" | "linked" },
): Promise<string> {
  await disk.unlink(own);
  if (trouble === "lost") return entry;
  const data = await disk.realpath(entry);
  await disk.symlink(data, own);
  return data;
}

/** The directory of everything that the store has of the model. */
function baseOf(into: string, place: string, layout: Layout): string {
  return layout === "hf-cache" ? join(into, `models--${REPOSITORY.replace("/", "--")}`) : place;
}

async function holds(disk: FileSystem, path: string, bytes: Uint8Array): Promise<boolean> {
  return (await exists(disk, path)) && Buffer.from(await readBytes(disk, path)).equals(bytes);
}
