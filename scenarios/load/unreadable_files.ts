/**
 * The disk does not give a file of a model: another user's, or one in a bad sector.
 *
 * Invariants checked:
 * - The check answers, and refuses the file with its path.
 */
import fc from "fast-check";
import { placeModel, splitSafetensors, wrapFiles } from "../../harness/internal.ts";
import { anyModel, filePlace, scenario } from "../../harness/mod.ts";

const repository = "mlx-community/Unreadable-4bit";
const TEXTS = ["config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja"];

export const unreadableFiles = scenario({
  name: "load/unreadable_files",
  pieceBytes: [8192],
  covers: ["LOAD-UNREADABLE"],
  given: {
    model: anyModel({ layers: 1, chatTemplate: "jinja-file" }),
    isWeights: fc.boolean(),
    choose: fc.nat(1000),
    code: fc.constantFrom("EACCES", "EIO"),
    when: fc.constantFrom("open", "read", "read behind the beginning"),
    isDownloaded: fc.boolean(),
  },
  goals: [
    "a weight file was not given",
    "data of a weight file was not given",
    "another file was not given",
  ],
  async check({ model, isWeights, choose, code, when, isDownloaded }, world, verdict) {
    const directory = await placeModel(world, model.files, { repository, isDownloaded });
    const { weightFiles } = model;
    const isInside = when === "read behind the beginning";
    const isOfWeights = isInside || isWeights;
    const list = isOfWeights ? weightFiles : TEXTS;
    const path = list[choose % list.length] ?? "config.json";
    const bytes = model.files.find((file) => file.path === path)?.bytes ?? Buffer.of();
    // Of the data the first half is given: the header, and whatever is read with it.
    const from = isInside ? (splitSafetensors(bytes).dataStartBytes + bytes.length) >>> 1 : 0;
    const place = filePlace(directory, path);
    // In the hub's cache the name is a link to the data.
    const places = [place, await world.files.realpath(place)];
    let refusals = 0;
    const subject = world.start({
      files: (disk) =>
        wrapFiles(disk, async (call, next) => {
          const end = (call.position ?? 0) + (call.sizeBytes ?? 0);
          const isAsked = call.operation === (when === "open" ? "open" : "read") && end >= from;
          if (isAsked && places.includes(call.path)) {
            refusals += 1;
            throw Object.assign(new Error(`${code}: ${when} of ${path}`), { code });
          }
          return next();
        }),
    });
    const report = await verdict.attempt("LOAD-UNREADABLE", () => subject.check({ repository }));
    // Who reads less of the weights does not learn of it.
    if (isInside && refusals === 0) return;
    const isRefused = report.findings.some((one) => one.level === "error" && one.path === path);
    verdict.holds(
      "LOAD-UNREADABLE",
      isRefused && !report.loadable,
      () => `${path} gives ${code}, and no error has that path`,
    );
    if (isInside) verdict.reached("data of a weight file was not given");
    verdict.reached(`${isOfWeights ? "a weight" : "another"} file was not given`);
  },
});
