/**
 * macOS left a sidecar in place of a weight file, or beside one.
 *
 * Invariants checked:
 * - In its place it is refused by name, with the path.
 * - Beside it, at the top and in a directory of its own, it is not an error and is not among the weight files.
 */
import fc from "fast-check";
import { appleDouble, judgeReplacedFile, placeModel } from "../../harness/internal.ts";
import { anyModel, scenario } from "../../harness/mod.ts";

const repository = "mlx-community/Beside-4bit";

export const sidecar = scenario({
  name: "load/sidecar",
  pieceBytes: [8192],
  covers: ["LOAD-SIDECAR"],
  given: { model: anyModel(), choose: fc.nat(3), isDownloaded: fc.boolean() },
  async check({ model, choose, isDownloaded }, world, verdict) {
    const id = "LOAD-SIDECAR";
    const path = model.weightFiles[choose % model.weightFiles.length] ?? "";
    const bytes = appleDouble();
    const replaced = { model, path, bytes, isDownloaded, cause: "appledouble" as const };
    await judgeReplacedFile(world, verdict, { id, replaced });
    const weights = model.files.find((file) => file.path === path)?.bytes ?? bytes;
    const beside = [`._${path}`, "onnx/._model.safetensors"];
    const files = [
      ...model.files,
      { path: "onnx/model.safetensors", bytes: weights, lfs: true },
      ...beside.map((at) => ({ path: at, bytes, lfs: false })),
    ];
    await placeModel(world, files, { repository, isDownloaded: false });
    const report = await verdict.attempt(id, () => world.start().check({ repository }));
    for (const at of beside) {
      const isRefused = report.findings.some((one) => one.path === at && one.level === "error");
      const isIgnored = !isRefused && !report.weightFiles.includes(at);
      verdict.holds(id, isIgnored, `${at} was mistaken for weights`);
    }
  },
});
