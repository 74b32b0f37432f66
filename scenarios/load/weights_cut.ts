/**
 * A weight file was cut, at any byte.
 *
 * Invariants checked:
 * - The check refuses it as truncated, with its path.
 * - As far as the header is whole, the number of missing bytes is in the detail.
 */
import fc from "fast-check";
import {
  changeFiles,
  missingFinding,
  placeModel,
  splitSafetensors,
} from "../../harness/internal.ts";
import { anyModel, scenario } from "../../harness/mod.ts";

const repository = "mlx-community/Cut-4bit";

export const weightsCut = scenario({
  name: "load/weights_cut",
  pieceBytes: [8192],
  covers: ["LOAD-TRUNCATED"],
  given: {
    model: anyModel(),
    choose: fc.nat(3),
    cut: fc.oneof(
      fc.constantFrom("one byte", "all data", "half of the header", "after the length"),
      fc.double({ min: 0, max: 1, noNaN: true }),
    ),
    isDownloaded: fc.boolean(),
  },
  goals: ["the number of missing bytes was known"],
  async check({ model, choose, cut, isDownloaded }, world, verdict) {
    const path = model.weightFiles[choose % model.weightFiles.length] ?? "";
    const whole = model.files.find((file) => file.path === path)?.bytes ?? new Uint8Array();
    const { dataStartBytes } = splitSafetensors(whole);
    const kept = {
      "one byte": whole.length - 1,
      "all data": dataStartBytes,
      "half of the header": dataStartBytes >>> 1,
      "after the length": 8,
    };
    const fraction = typeof cut === "number" ? Math.floor(cut * (whole.length - 2)) + 1 : 0;
    const sizeBytes = typeof cut === "number" ? fraction : (kept[cut as keyof typeof kept] ?? 1);
    const directory = await placeModel(world, model.files, { repository, isDownloaded });
    const after = model.files.map((file) =>
      file.path === path ? { ...file, bytes: whole.slice(0, sizeBytes) } : file,
    );
    await changeFiles(world, directory, { before: model.files, after });
    const report = await verdict.attempt("LOAD-TRUNCATED", () =>
      world.start().check({ repository }),
    );
    const isKnown = sizeBytes >= dataStartBytes;
    const lack = missingFinding(report, {
      causes: ["truncated"],
      paths: [path],
      mentions: isKnown ? [String(whole.length - sizeBytes)] : undefined,
    });
    verdict.holds("LOAD-TRUNCATED", lack === undefined, () => `${sizeBytes} bytes left: ${lack}`);
    if (isKnown) verdict.reached("the number of missing bytes was known");
  },
});
