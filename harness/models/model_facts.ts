import type { ModelFile, TinyModel } from "./model_file.ts";
import { splitSafetensors } from "./split_safetensors.ts";

/** What the headers and the configuration of a sound model say of it. */
export interface ModelFacts {
  /** The configuration's `model_type`. */
  readonly architecture: string;
  readonly tensorCount: number;
  /** As mlx-lm counts: packed weights as often as they unpack, without scales and biases. */
  readonly parameterCount: number;
  /** Numbers that a description of the packing must have; undefined where nothing is packed. */
  readonly packing: readonly number[] | undefined;
}

/** States the facts of a sound model. */
export function modelFacts(
  { weightFiles, config }: Pick<TinyModel, "weightFiles" | "config">,
  files: readonly ModelFile[],
): ModelFacts {
  const tensors = new Map(
    files
      .filter(({ path }) => weightFiles.includes(path))
      .flatMap(({ bytes }) => [...splitSafetensors(bytes).entries]),
  );
  const general = config["quantization"] as Readonly<Record<string, unknown>> | undefined;
  let parameterCount = 0;
  for (const [name, { shape }] of tensors) {
    const layer = name.slice(0, name.lastIndexOf("."));
    const isPacked = tensors.has(`${layer}.scales`);
    if (isPacked && /\.(?:scales|biases)$/.test(name)) continue;
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    const isWords = isPacked && name.endsWith(".weight");
    parameterCount += isWords ? (size * 32) / bitsOf(general, layer) : size;
  }
  return {
    architecture: String(config["model_type"]),
    tensorCount: tensors.size,
    parameterCount,
    packing: general && [Number(general["bits"]), Number(general["group_size"])],
  };
}

function bitsOf(general: Readonly<Record<string, unknown>> | undefined, layer: string): number {
  const own = general?.[layer] as { readonly bits?: number } | boolean | undefined;
  return (typeof own === "object" ? own.bits : undefined) ?? Number(general?.["bits"]);
}
