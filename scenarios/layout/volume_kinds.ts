/**
 * The root lies on a volume of each kind: one that distinguishes all names, one that folds case and normalization, and one
 * without links, as a stick has. Contents have several places, a revision follows another, a file rots.
 *
 * Invariants checked:
 * - Download, update, repair and removal do on every one of them what they do on the first.
 */
import fc from "fast-check";
import { exists, overwriteBytes, readTree, VOLUME_KINDS } from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/AnyVolume-4bit";
const REQUEST = { repository: REPOSITORY };

export const volumeKinds = scenario({
  name: "layout/volume_kinds",
  covers: ["LAYOUT-SET", "LAYOUT-SHARED-BLOB", "DL-REPAIR-ALONE", "REMOVE-ALL"],
  goals: ["a volume without links", "a folding volume"],
  given: {
    volume: fc.constantFrom(...VOLUME_KINDS, "no-links" as const),
    old: anySmallModel({ weightBytesMax: 200 }),
    next: anySmallModel({ weightBytesMax: 200 }),
    shared: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    rots: fc.boolean(),
  },
  world: ({ volume }) => ({ volume }),
  async check({ volume, old, next, shared, rots }, world, verdict) {
    const twice = ["one.json", "deep/two.json"].map((path) => ({
      path,
      bytes: shared,
      lfs: false,
    }));
    const directory = modelPlace(world, REPOSITORY);
    for (const { files } of [old, next]) {
      world.hub.publish(REPOSITORY, [...files, ...twice], { tags: ["mlx"] });
      await verdict.attempt("LAYOUT-SET", () => world.start().download(REQUEST));
      const wrong = await wrongFiles(world, directory, wantedFiles(files));
      verdict.holds("LAYOUT-SET", wrong.length === 0, () => wrong.join(", "));
      const lacking = await wrongFiles(world, directory, twice);
      verdict.holds("LAYOUT-SHARED-BLOB", lacking.length === 0, () => lacking.join(", "));
    }
    if (rots) {
      await overwriteBytes(world.files, filePlace(directory, "one.json"), new Uint8Array(3));
      await verdict.attempt("DL-REPAIR-ALONE", () => world.start().download(REQUEST));
      const lacking = await wrongFiles(world, directory, twice);
      verdict.holds("DL-REPAIR-ALONE", lacking.length === 0, () => lacking.join(", "));
    }
    await verdict.attempt("REMOVE-ALL", () => world.start().remove(REQUEST));
    const left = (await exists(world.files, directory))
      ? await readTree(world.files, directory)
      : [];
    verdict.holds("REMOVE-ALL", left.length === 0, () => `${left[0]?.path} is left`);
    if (volume === "no-links") verdict.reached("a volume without links");
    if (volume === "folding") verdict.reached("a folding volume");
  },
});
