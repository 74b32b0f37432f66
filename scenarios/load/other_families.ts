/**
 * A model of any module of mlx-lm, as its own classes made it, sound or with a tensor that is missing, surplus, renamed or a row short.
 *
 * Invariants checked:
 * - The sound one is accepted, its tensors are counted, and mlx-lm 0.32.2, which loaded it, is said to load it.
 * - What mlx-lm refuses is refused, by the name of the tensor or of its layer.
 * - Who knows nothing of an architecture, and says so, is not judged by it.
 */
import fc from "fast-check";
import { placeModel } from "../../harness/internal.ts";
import { scenario } from "../../harness/mod.ts";
import { moduleFiles, moduleModels } from "./modules/module_models.ts";
import { answerFor } from "./verdict_cases.ts";

export const otherFamilies = scenario({
  name: "load/other_families",
  pieceBytes: [8192],
  covers: ["LOAD-SOUND", "LOAD-TENSORS", "LOAD-SHAPES", "LOAD-FACTS", "LOAD-VERDICT"],
  goals: ["a sound model", "a tensor that is wrong"],
  given: { model: fc.nat(10_000), choose: fc.nat(100) },
  async check({ model: at, choose }, world, verdict) {
    const models = moduleModels();
    const model = models[at % models.length];
    if (model === undefined) return;
    const what = `a model of ${model.module}, ${model.packing}`;
    const subject = world.start();
    const repository = "mlx-community/Families-4bit";
    await placeModel(world, moduleFiles(model), { repository, isDownloaded: false });
    const { loadable, findings, runtimes, tensorCount } = await verdict.attempt("LOAD-SOUND", () =>
      subject.check({ repository }),
    );
    const errors = findings.filter(({ level }) => level === "error");
    if (errors.some(({ cause }) => cause === "unsupported-architecture")) {
      verdict.skip("LOAD-SOUND", `it does not know ${model.module}`);
      return;
    }
    const said = errors.map(({ cause, path, detail }) => `${cause} ${path}: ${detail}`).join("; ");
    verdict.holds("LOAD-SOUND", loadable, () => `${what}, is called not loadable: ${said}`);
    verdict.reached("a sound model");
    const isCounted = tensorCount === 0 || tensorCount === model.tensors.length;
    verdict.holds("LOAD-FACTS", isCounted, () => `${what}, is said to have ${tensorCount} tensors`);
    const isSaid = answerFor(runtimes ?? [], "mlx-lm", "0.32.2") ?? true;
    verdict.holds("LOAD-VERDICT", isSaid, () => `mlx-lm 0.32.2 is said not to load ${what}`);

    const damage = model.refused[choose % Math.max(model.refused.length, 1)];
    if (damage === undefined) return;
    const id = damage[0] === "shorter" ? "LOAD-SHAPES" : "LOAD-TENSORS";
    const broken = "mlx-community/Broken-4bit";
    await placeModel(world, moduleFiles(model, damage), {
      repository: broken,
      isDownloaded: false,
    });
    const report = await verdict.attempt(id, () => subject.check({ repository: broken }));
    if (report.findings.some(({ cause }) => cause === "unsupported-architecture")) {
      verdict.skip(id, `it does not know ${model.module}`);
      return;
    }
    const isNamed = report.findings.some(
      ({ level, detail }) => level === "error" && detail.includes(layerOf(damage[1])),
    );
    verdict.holds(
      id,
      !report.loadable && isNamed,
      () =>
        `${what}, with ${damage[1]} ${damage[0]}, is called ${report.loadable ? "loadable" : "not loadable, and no error names that tensor"}`,
    );
    verdict.reached("a tensor that is wrong");
  },
});

/** A layer may be named in place of one of its tensors. */
function layerOf(tensor: string): string {
  return tensor.slice(0, tensor.lastIndexOf("."));
}
