/**
 * The disk does not give a file of a model: another user's, or one in a bad sector.
 *
 * Invariants checked:
 * - The check answers, and refuses the file with its path.
 */
import fc from "fast-check";
import { placeModel, wrapFiles } from "../../harness/internal.ts";
import { anyModel, filePlace, scenario } from "../../harness/mod.ts";

const repository = "mlx-community/Unreadable-4bit";

export const unreadableFiles = scenario({
  name: "load/unreadable_files",
  pieceBytes: [8192],
  covers: ["LOAD-UNREADABLE"],
  given: {
    model: anyModel({ layers: 1 }),
    choose: fc.nat(1000),
    code: fc.constantFrom("EACCES", "EIO"),
    when: fc.constantFrom("open", "read"),
    isDownloaded: fc.boolean(),
  },
  goals: ["a weight file was not given", "another file was not given"],
  async check({ model, choose, code, when, isDownloaded }, world, verdict) {
    const directory = await placeModel(world, model.files, { repository, isDownloaded });
    const paths = ["config.json", "tokenizer.json", ...model.weightFiles];
    const path = paths[choose % paths.length] ?? "config.json";
    const place = filePlace(directory, path);
    // In the hub's cache the name is a link to the data.
    const places = [place, await world.files.realpath(place)];
    const subject = world.start({
      files: (disk) =>
        wrapFiles(disk, async (call, next) => {
          if (call.operation === when && places.includes(call.path))
            throw Object.assign(new Error(`${code}: ${when} of ${path}`), { code });
          return next();
        }),
    });
    const report = await verdict.attempt("LOAD-UNREADABLE", () => subject.check({ repository }));
    const isRefused = report.findings.some((one) => one.level === "error" && one.path === path);
    verdict.holds(
      "LOAD-UNREADABLE",
      isRefused && !report.loadable,
      () => `${path} gives ${code}, and no error has that path`,
    );
    const isWeights = path.endsWith(".safetensors");
    verdict.reached(`${isWeights ? "a weight" : "another"} file was not given`);
  },
});
