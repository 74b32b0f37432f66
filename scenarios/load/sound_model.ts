/**
 * A model is sound, whatever it is made like and whatever lies around it.
 *
 * Invariants checked:
 * - The check calls it loadable and finds no error, downloaded or written by hand.
 * - It opened the model's weight files and no others.
 */
import fc from "fast-check";
import { DEFAULT_PATTERNS, fnmatch } from "../../spec/mod.ts";
import { changeFiles, HARMLESS, placeModel } from "../../harness/internal.ts";
import { anyModel, scenario } from "../../harness/mod.ts";

const repository = "mlx-community/Sound-4bit";

export const soundModel = scenario({
  name: "load/sound_model",
  pieceBytes: [8192],
  covers: ["LOAD-SOUND"],
  given: {
    model: anyModel(),
    harmless: fc.option(fc.nat(HARMLESS.length - 1), { freq: 3, nil: undefined }),
    isDownloaded: fc.boolean(),
  },
  goals: ["something harmless was changed", "nothing was changed"],
  async check({ model, harmless, isDownloaded }, world, verdict) {
    const files = HARMLESS[harmless ?? HARMLESS.length]?.apply(model) ?? model.files;
    // What no repository has comes from the system or from a broken download.
    const isPublished = ({ path }: { readonly path: string }) =>
      !path.startsWith(".") && DEFAULT_PATTERNS.some((pattern) => fnmatch(pattern, path));
    const published = files.filter(isPublished);
    const directory = await placeModel(world, published, { repository, isDownloaded });
    await changeFiles(world, directory, { before: published, after: files });
    const report = await verdict.attempt("LOAD-SOUND", () => world.start().check({ repository }));
    const errors = report.findings
      .filter(({ level }) => level === "error")
      .map(({ cause, path, detail }) => `${cause} ${path}: ${detail}`);
    const name = HARMLESS[harmless ?? HARMLESS.length]?.name ?? "nothing";
    verdict.holds(
      "LOAD-SOUND",
      report.loadable && errors.length === 0,
      () => `with ${name} changed: ${errors.join("; ") || "it is called not loadable"}`,
    );
    const opened = report.weightFiles.toSorted().join(", ");
    const own = model.weightFiles.toSorted().join(", ");
    // A program need not say what it opened.
    const isUntold = world.kind === "process" && opened === "";
    const isRight = isUntold || opened === own;
    verdict.holds("LOAD-SOUND", isRight, `it opened ${opened} instead of ${own}`);
    verdict.reached(
      harmless === undefined ? "nothing was changed" : "something harmless was changed",
    );
  },
});
