/**
 * A model is sound, whatever it is made like and whatever lies around it.
 *
 * Invariants checked:
 * - The check calls it loadable and finds no error, downloaded or written by hand.
 * - It opened the model's weight files and no others.
 * - What it states of the model is so.
 */
import fc from "fast-check";
import { type CheckReport, DEFAULT_PATTERNS, fnmatch } from "../../spec/mod.ts";
import {
  anyFamilyModel,
  changeFiles,
  decodeFloats,
  encodeFloats,
  HARMLESS,
  type Harmless,
  type ModelFacts,
  modelFacts,
  placeModel,
  type Tensor,
  tensorsOf,
  writeSafetensors,
} from "../../harness/internal.ts";
import {
  anyModel,
  type ModelFile,
  scenario,
  type TinyModel,
  type Verdict,
  type World,
} from "../../harness/mod.ts";

/** What mlx-lm loads, too, and what need not give the same tokens, since numbers are rounded otherwise. */
const CHANGES: readonly Harmless[] = [
  ...HARMLESS,
  { name: "vectors in the other 16-bit format", apply: withOtherVectors },
];
/** Of which the layer has what MLX takes where nothing is said, and the others have not. */
const OF_ITS_OWN = {
  quantization: {
    bits: 8,
    groupSize: 32,
    perLayer: { "model.layers.0.mlp.down_proj": { bits: 4, groupSize: 64 } },
  },
} as const;
const BY_DEFAULTS = CHANGES.findIndex(({ name }) => name === "quantization-of-a-layer-by-defaults");
/** So many changes of one model are tried in a case. */
const CHANGES_MAX = 4;

export const soundModel = scenario({
  name: "load/sound_model",
  pieceBytes: [8192],
  covers: ["LOAD-SOUND", "LOAD-FACTS"],
  given: {
    model: fc.oneof(
      { arbitrary: anyModel(), weight: 3 },
      { arbitrary: anyFamilyModel({}, { hasFloatPackings: true }), weight: 3 },
      { arbitrary: anyModel(OF_ITS_OWN), weight: 1 },
    ),
    harmless: fc.uniqueArray(fc.nat(CHANGES.length - 1), {
      maxLength: CHANGES_MAX,
      size: "max",
    }),
    isDownloaded: fc.boolean(),
  },
  goals: ["something harmless was changed", "nothing was changed"],
  async check({ model, harmless, isDownloaded }, world, verdict) {
    // One after the other, as they cannot all be done at once.
    const changes = harmless.length === 0 ? [undefined] : harmless;
    const isOfItsOwn = JSON.stringify(model.config).includes("mlp.down_proj");
    for (const [at, one] of [...changes, ...(isOfItsOwn ? [BY_DEFAULTS] : [])].entries()) {
      const repository = `mlx-community/Sound-${at + 1}bit`;
      const change = one === undefined ? undefined : CHANGES[one];
      await judgeSound({ repository, model, change, isDownloaded }, world, verdict);
    }
  },
});

interface SoundCase {
  readonly repository: string;
  readonly model: TinyModel;
  /** Undefined when nothing is changed. */
  readonly change: Harmless | undefined;
  readonly isDownloaded: boolean;
}

async function judgeSound(
  { repository, model, change, isDownloaded }: SoundCase,
  world: World,
  verdict: Verdict,
): Promise<void> {
  const name = change?.name ?? "nothing";
  const files = change?.apply(model) ?? model.files;
  const own = (change?.weightFiles?.(model) ?? model.weightFiles).toSorted();
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
  verdict.holds(
    "LOAD-SOUND",
    report.loadable && errors.length === 0,
    () => `with ${name} changed: ${errors.join("; ") || "it is called not loadable"}`,
  );
  const facts = modelFacts({ ...model, weightFiles: own }, files);
  judgeFacts(report, { facts, what: `${model.label}, with ${name} changed` }, verdict);
  const opened = report.weightFiles.toSorted().join(", ");
  const ownNames = own.join(", ");
  // A program need not say what it opened.
  const isUntold = world.kind === "process" && opened === "";
  const isRight = isUntold || opened === ownNames;
  verdict.holds("LOAD-SOUND", isRight, `it opened ${opened} instead of ${ownNames}`);
  verdict.reached(change === undefined ? "nothing was changed" : "something harmless was changed");
}

/** A program that states none of these is not judged by them. */
function judgeFacts(
  report: CheckReport,
  { facts, what }: { readonly facts: ModelFacts; readonly what: string },
  verdict: Verdict,
): void {
  const { architecture, tensorCount, parameterCount, quantization } = report;
  const numbers = new Set((quantization ?? "").match(/\d+/g)?.map(Number));
  const isPackingRight =
    facts.packing === undefined
      ? quantization === undefined
      : quantization === undefined || facts.packing.every((number) => numbers.has(number));
  const wrong = [
    architecture !== undefined && architecture !== facts.architecture && "architecture",
    tensorCount > 0 && tensorCount !== facts.tensorCount && "tensorCount",
    parameterCount > 0 && parameterCount !== facts.parameterCount && "parameterCount",
    !isPackingRight && "quantization",
  ].filter((one) => one !== false);
  verdict.holds(
    "LOAD-FACTS",
    wrong.length === 0,
    () =>
      `${what}: wrong is ${wrong.join(", ")}: ${JSON.stringify({ architecture, tensorCount, parameterCount, quantization })} instead of ${JSON.stringify(facts)}`,
  );
}

/** A whole kind of tensors may be in another format than the rest. */
function withOtherVectors(model: TinyModel): ModelFile[] {
  return model.files.map((file) => {
    if (!model.weightFiles.includes(file.path)) return file;
    const tensors = tensorsOf(file.bytes).map((tensor): Tensor => {
      const { dtype, shape, data } = tensor;
      if (shape.length !== 1 || (dtype !== "F16" && dtype !== "BF16")) return tensor;
      const other = dtype === "F16" ? "BF16" : "F16";
      return { ...tensor, dtype: other, data: encodeFloats(decodeFloats(data, dtype), other) };
    });
    return { ...file, bytes: writeSafetensors(tensors, { metadata: { format: "mlx" } }) };
  });
}
