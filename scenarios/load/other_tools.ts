/**
 * A model of experts as transformers saves it: a tensor of each expert, under names that mlx-lm changes when it loads them.
 *
 * Invariants checked:
 * - The model is accepted; what the check cannot compare is no error.
 * - It is refused when its weight file is a byte short.
 */
import fc from "fast-check";
import {
  changeFiles,
  missingFinding,
  placeModel,
  type Tensor,
  tensorsOf,
  tinyFamily,
  writeSafetensors,
} from "../../harness/internal.ts";
import { type ModelFile, scenario } from "../../harness/mod.ts";

const repository = "mlx-community/Experts-4bit";
const FAMILIES = ["mixtral", "qwen2_moe", "qwen3_moe"] as const;
const STACKED = /^(.*)\.switch_mlp\.(gate|up|down)_proj\.weight$/;
/** What a mixtral calls the three matrices of an expert. */
const LETTERS: Readonly<Record<string, string>> = { gate: "w1", down: "w2", up: "w3" };

export const otherTools = scenario({
  name: "load/other_tools",
  pieceBytes: [8192],
  covers: ["LOAD-SOUND", "LOAD-TRUNCATED"],
  given: {
    family: fc.constantFrom(...FAMILIES),
    experts: fc.integer({ min: 2, max: 4 }),
    layers: fc.constantFrom(1 as const, 2 as const),
    shards: fc.constantFrom(1 as const, 2 as const),
    dtype: fc.constantFrom("F16" as const, "BF16" as const, "F32" as const),
    format: fc.constantFrom("pt", undefined),
    choose: fc.nat(10),
  },
  async check({ family, choose, format, ...options }, world, verdict) {
    const files = savedByTransformers(family, { ...options, format });
    const directory = await placeModel(world, files, { repository, isDownloaded: false });
    const check = () => world.start().check({ repository });
    const { loadable, findings } = await verdict.attempt("LOAD-SOUND", check);
    const blamed = findings.find(({ level }) => level === "error")?.detail;
    verdict.holds("LOAD-SOUND", loadable, () => `${family}, as transformers saves it: ${blamed}`);

    const weights = files.filter(({ path }) => path.endsWith(".safetensors"));
    const cut = weights[choose % weights.length];
    const after = files.map((file) =>
      file === cut ? { ...file, bytes: file.bytes.slice(0, -1) } : file,
    );
    await changeFiles(world, directory, { before: files, after });
    const report = await verdict.attempt("LOAD-TRUNCATED", check);
    const lack = missingFinding(report, { causes: ["truncated"], paths: [cut?.path ?? ""] });
    verdict.holds("LOAD-TRUNCATED", lack === undefined, () => `${family}: ${lack}`);
  },
});

/** The files of a model whose experts each have tensors of their own. */
function savedByTransformers(
  family: (typeof FAMILIES)[number],
  {
    format,
    ...options
  }: NonNullable<Parameters<typeof tinyFamily>[1]> & { readonly format: string | undefined },
): ModelFile[] {
  const model = tinyFamily(family, { ...options, index: false, quantization: undefined });
  const apart = (tensor: Tensor): Tensor[] => {
    const [, at = "", part = ""] = STACKED.exec(tensor.name) ?? [];
    if (part === "") return [tensor];
    const [count = 1, ...shape] = tensor.shape;
    const sizeBytes = tensor.data.length / count;
    const name = family === "mixtral" ? (LETTERS[part] ?? "") : `${part}_proj`;
    return Array.from({ length: count }, (_, expert) => ({
      ...tensor,
      name: `${at}.experts.${expert}.${name}.weight`,
      shape,
      data: tensor.data.slice(expert * sizeBytes, (expert + 1) * sizeBytes),
    }));
  };
  const metadata = format === undefined ? {} : { metadata: { format } };
  return model.files.map((file) =>
    model.weightFiles.includes(file.path)
      ? { ...file, bytes: writeSafetensors(tensorsOf(file.bytes).flatMap(apart), metadata) }
      : file,
  );
}
