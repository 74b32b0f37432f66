/**
 * A share, or the adoption of another client's directory by the root, is taken back, with the copy named or not, after the copy was shared
 * with a second store whose directory has the same name, or after files of the store were changed, written anew with the same bytes or added,
 * or, in the hub's cache, its ref or a link of the snapshot was, or after the copy that was shared has lost a file, or has a link to the
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
import { disturb, holds, lose, STORE_TROUBLES, type StoreTrouble } from "./undo_troubles.ts";

const REPOSITORY = "mlx-community/Undone-4bit";

export const shareUndone = scenario({
  name: "share/share_undone",
  covers: ["SHARE-UNDO"],
  goals: [
    "all went",
    "an adoption",
    "the copy lost a file",
    "the copy has a link",
    "the copy was not named",
    "shared twice",
    ...Object.values(STORE_TROUBLES),
  ],
  given: {
    model: anySmallModel({ weightBytesMax: 64, beside: false }),
    layout: fc.constantFrom(...SHARE_LAYOUTS),
    trouble: fc.constantFrom(
      "none",
      "shared twice",
      "lost",
      "linked",
      "linked",
      ...(Object.keys(STORE_TROUBLES) as StoreTrouble[]),
    ),
    which: fc.nat(20),
    isAdopted: fc.boolean(),
    isNamed: fc.boolean(),
  },
  async check({ model, layout: drawn, trouble, which, isNamed, ...given }, world, verdict) {
    const { files: disk, outside, root } = world;
    // Only the hub's cache has refs and links, and a directory of others names no branch.
    const isMoved = trouble === "ref moved" || trouble === "link moved";
    const isTwice = trouble === "shared twice";
    const isAdopted = given.isAdopted && !isMoved && !isTwice;
    const layout = isMoved ? "hf-cache" : drawn;
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
    const into = isAdopted ? root : join(outside, "store");
    const wanted = wantedFiles(model.files);
    await writeBytes(disk, join(into, "other", "model", "config.json"), new Uint8Array(2));
    const before = await visibleView(disk, into);
    const request = { repository: REPOSITORY, from: directory, into, layout };
    const made = await verdict.attempt("SHARE-UNDO", async () =>
      subject.share?.({ ...request, step: "share" }),
    );
    // Without it the copy that the share came from is found by what is there; one outside of all stores is named.
    const { from: _from, ...unnamed } = request;
    const asked = isNamed || isAdopted ? request : unnamed;
    if (!isNamed && !isAdopted) verdict.reached("the copy was not named");
    const undo = async () => subject.share?.({ ...asked, step: "undo" });
    const hasNoRef = isAdopted && layout === "hf-cache";
    const place = hasNoRef ? (made?.to ?? "") : await sharedPlace(world, request);
    const second = { ...request, into: join(outside, "second", basename(into)) };
    if (isTwice) await settled(async () => subject.share?.({ ...second, step: "share" }));
    // Of weights alone the store has the same data.
    const weights = wanted.filter(({ path }) => path.endsWith(".safetensors"));
    const among = trouble === "linked" ? [...wanted, ...weights, ...weights] : wanted;
    const file = among[which % among.length];
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
    const kept = isDisturbing(trouble)
      ? await disturb(disk, trouble, { ...request, place, file, entry })
      : undefined;
    const undone = await verdict.attempt("SHARE-UNDO", undo);
    await judgeTold(verdict, disk, { undone, place, wanted });
    const wrong = await wrongFiles(world, directory, wanted);
    verdict.holds("SHARE-UNDO", wrong.length === 0, () => `of the copy: ${wrong.join(", ")}`);
    const after = await visibleView(disk, into);
    if (isTwice) await judgeSecond(world, verdict, { into: second.into, layout, wanted });
    if (!isDisturbing(trouble)) {
      const words = () => `there was ${before.join(", ")}, is ${after.join(", ")}`;
      verdict.holds("SHARE-UNDO", after.join("\n") === before.join("\n"), words);
      await judgeVouching(verdict, disk, into);
      verdict.reached("all went");
      return;
    }
    verdict.reached(STORE_TROUBLES[trouble]);
    const isKept = kept === undefined || (await holds(disk, kept.path, kept.bytes));
    verdict.holds("SHARE-UNDO", isKept, () => `${kept?.path} was ${trouble}, and is gone`);
    const lost = before.find((line) => !after.includes(line));
    verdict.holds("SHARE-UNDO", lost === undefined, `the store had ${lost}`);
  },
});

function isDisturbing(trouble: string): trouble is StoreTrouble {
  return trouble in STORE_TROUBLES;
}

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
