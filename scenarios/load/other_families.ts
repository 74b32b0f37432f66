/**
 * Models of any modules of mlx-lm, as its own classes made them, sound or with a tensor that is missing, surplus, renamed or a row short, or
 * with a packed layer that the configuration keeps as it is, or packs with other bits or in other groups.
 *
 * Invariants checked:
 * - The sound ones are accepted, their tensors are counted, and mlx-lm 0.32.2, which loaded them, is said to load them.
 * - A runtime that does not have their type, or a version of it from before it had it, is not said to load them.
 * - What mlx-lm refuses is refused, by the name of the tensor or of its layer.
 * - Who knows nothing of an architecture, and says so, is not judged by it.
 */
import fc from "fast-check";
import { placeModel } from "../../harness/internal.ts";
import { scenario, type Verdict, type World } from "../../harness/mod.ts";
import { type ModuleModel, moduleFiles, moduleModels } from "./modules/module_models.ts";
import { runtimesWithout } from "./modules/missing_types.ts";
import { answerFor } from "./verdicts/verdict_cases.ts";

/** So many models are tried in a case, as there are hundreds. */
const MODELS = 4;

export const otherFamilies = scenario({
  name: "load/other_families",
  pieceBytes: [8192],
  covers: ["LOAD-SOUND", "LOAD-TENSORS", "LOAD-SHAPES", "LOAD-FACTS", "LOAD-VERDICT"],
  goals: [
    "a sound model",
    "a tensor that is wrong",
    "a layer that is kept as it is",
    "a layer that is packed otherwise",
  ],
  given: {
    models: fc.uniqueArray(fc.nat(9_999), { minLength: MODELS, maxLength: MODELS }),
    choose: fc.nat(1000),
  },
  async check({ models, choose }, world, verdict) {
    const all = moduleModels();
    for (const [at, one] of models.entries()) {
      const model = all[one % all.length];
      if (model === undefined) continue;
      const own = { model, place: at + 1, choose };
      if (!(await judgeSound(own, world, verdict))) continue;
      await judgeBroken(own, world, verdict);
      await judgeKept(own, world, verdict);
    }
  },
});

interface Own {
  readonly model: ModuleModel;
  /** A number of its own within the case. */
  readonly place: number;
  readonly choose: number;
}

/** @returns whether the subject knows the architecture */
async function judgeSound({ model, place }: Own, world: World, verdict: Verdict): Promise<boolean> {
  const what = `a model of ${model.module}, ${model.packing}`;
  const repository = `mlx-community/Families-${place}bit`;
  await placeModel(world, moduleFiles(model), { repository, isDownloaded: false });
  const { loadable, findings, runtimes, tensorCount } = await verdict.attempt("LOAD-SOUND", () =>
    world.start().check({ repository }),
  );
  const errors = findings.filter(({ level }) => level === "error");
  if (errors.some(({ cause }) => cause === "unsupported-architecture")) {
    verdict.skip("LOAD-SOUND", `it does not know ${model.module}`);
    return false;
  }
  const said = errors.map(({ cause, path, detail }) => `${cause} ${path}: ${detail}`).join("; ");
  verdict.holds("LOAD-SOUND", loadable, () => `${what}, is called not loadable: ${said}`);
  verdict.reached("a sound model");
  const isCounted = tensorCount === 0 || tensorCount === model.tensors.length;
  verdict.holds("LOAD-FACTS", isCounted, () => `${what}, is said to have ${tensorCount} tensors`);
  const isSaid = answerFor(runtimes ?? [], "mlx-lm", "0.32.2") ?? true;
  verdict.holds("LOAD-VERDICT", isSaid, () => `mlx-lm 0.32.2 is said not to load ${what}`);
  for (const asked of runtimesWithout(String(model.config["model_type"]))) {
    const [runtime = "", version = ""] = asked.split(" ");
    const isLoaded = answerFor(runtimes ?? [], runtime, version) ?? false;
    verdict.holds("LOAD-VERDICT", !isLoaded, () => `${asked} is said to load ${what}`);
  }
  return true;
}

async function judgeBroken(
  { model, place, choose }: Own,
  world: World,
  verdict: Verdict,
): Promise<void> {
  const damage = model.refused[choose % Math.max(model.refused.length, 1)];
  if (damage === undefined) return;
  const id = damage[0] === "shorter" ? "LOAD-SHAPES" : "LOAD-TENSORS";
  const repository = `mlx-community/Broken-${place}bit`;
  await placeModel(world, moduleFiles(model, damage), { repository, isDownloaded: false });
  const report = await verdict.attempt(id, () => world.start().check({ repository }));
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
      `a model of ${model.module}, ${model.packing}, with ${damage[1]} ${damage[0]}, is called ${report.loadable ? "loadable" : "not loadable, and no error names that tensor"}`,
  );
  verdict.reached("a tensor that is wrong");
}

/**
 * The configuration keeps a layer as it is, and the layer is packed, so that mlx-lm finds its scales to be too much; or it packs
 * the layer otherwise, which mlx-lm believes, so that the shapes are others.
 */
async function judgeKept(
  { model, place, choose }: Own,
  world: World,
  verdict: Verdict,
): Promise<void> {
  const { quantization } = model.config as { readonly quantization?: object };
  const packed = model.tensors.filter(([name]) => name.endsWith(".scales"));
  const [name] = packed[choose % Math.max(packed.length, 1)] ?? [];
  if (quantization === undefined || name === undefined) return;
  const entries = [false, ...otherPackings(model)];
  const entry = entries[(choose >>> 2) % entries.length];
  const kept = { ...quantization, [layerOf(name)]: entry };
  const config = { ...model.config, quantization: kept };
  const repository = `mlx-community/Kept-${place}bit`;
  await placeModel(world, moduleFiles({ ...model, config }), { repository, isDownloaded: false });
  const report = await verdict.attempt("LOAD-SHAPES", () => world.start().check({ repository }));
  const isNamed = report.findings.some(
    ({ level, detail }) => level === "error" && detail.includes(layerOf(name)),
  );
  const isUnknown = report.findings.some(({ cause }) => cause === "unsupported-architecture");
  if (isUnknown) return;
  verdict.holds(
    "LOAD-SHAPES",
    isNamed,
    () =>
      `a model of ${model.module}, ${model.packing}, whose ${name} is of a layer that has the entry ${JSON.stringify(entry)}, is not refused by its name`,
  );
  verdict.reached(
    entry === false ? "a layer that is kept as it is" : "a layer that is packed otherwise",
  );
}

/** How the layers of a model are not packed, as far as they are in whole numbers. */
function otherPackings({ packing, config }: ModuleModel): object[] {
  if (!packing.startsWith("affine")) return [];
  const general = config["quantization"] as { readonly bits: number; readonly group_size: number };
  const { bits, group_size } = general;
  return [
    { group_size, bits: bits === 8 ? 4 : 8 },
    { group_size: group_size === 64 ? 32 : 64, bits },
  ];
}

/** A layer may be named in place of one of its tensors. */
function layerOf(tensor: string): string {
  return tensor.slice(0, tensor.lastIndexOf("."));
}
