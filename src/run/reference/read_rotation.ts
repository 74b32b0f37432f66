import { ModelError } from "../../errors.ts";
import { isRecord } from "../../load/config/parse_json.ts";

/** How queries and keys are rotated by their position. */
export interface Rotation {
  /** For each pair of a head's numbers the angle of one position, in float32. */
  readonly inverseFrequencies: Float32Array;
  /** Positions are multiplied by this, in float32, before anything else. */
  readonly positionScale: number;
  /** Queries and keys are multiplied by this before they are rotated. */
  readonly magnitude: number;
  /** Whether pairs are neighbours; otherwise number i goes with number i + half. */
  readonly isTraditional: boolean;
}

/** What else decides the rotation. */
export interface ReadRotationOptions {
  readonly headSize: number;
  readonly modelType: string;
  /** The configuration's path, for errors. */
  readonly path: string;
}

type Fields = Readonly<Record<string, unknown>>;

const DEFAULT_BASES: Readonly<Record<string, number>> = {
  llama: 10_000,
  mistral: 10_000,
  qwen2: 1_000_000,
};

/**
 * Reads the rotation as mlx-lm's `rope_utils.initialize_rope` does: default, linear, llama3 and yarn.
 *
 * @throws ModelError with the code `unsupported` for another kind, and `corrupt-model` for one that lacks a
 * number which it needs
 */
export function readRotation(json: Fields, options: ReadRotationOptions): Rotation {
  const { headSize, modelType, path } = options;
  // Only qwen3 knows the block into which newer configurations moved both settings.
  const nested = modelType === "qwen3" ? recordOf(json["rope_parameters"]) : undefined;
  const base =
    json["rope_theta"] ??
    nested?.["rope_theta"] ??
    (Object.hasOwn(DEFAULT_BASES, modelType) ? DEFAULT_BASES[modelType] : undefined);
  const scaling = recordOf(json["rope_scaling"]) ?? nested;
  const number: NumberReader = (fields, name, otherwise) => {
    const value = fields?.[name] ?? otherwise;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw new ModelError(
      "corrupt-model",
      `Cannot run the model of "${path}": its rotation needs the number ${name}`,
      { file: path },
    );
  };
  const theta = number({ rope_theta: base }, "rope_theta");
  const plain = {
    inverseFrequencies: defaultFrequencies(headSize, theta),
    positionScale: 1,
    magnitude: 1,
    isTraditional: modelType !== "qwen3" && json["rope_traditional"] === true,
  };
  const kind = scaling?.["type"] ?? scaling?.["rope_type"] ?? "default";
  if (scaling === undefined || kind === "default" || kind === "mrope") return plain;
  if (kind === "linear") {
    return { ...plain, positionScale: Math.fround(1 / number(scaling, "factor")) };
  }
  const frequencies = { headSize, theta, scaling, number };
  if (kind === "llama3") return { ...plain, inverseFrequencies: llama3Frequencies(frequencies) };
  if (kind === "yarn") return { ...plain, ...yarnRotation(frequencies) };
  throw new ModelError(
    "unsupported",
    `Cannot run the model of "${path}" with the reference runner: its rope_scaling is of the type ${JSON.stringify(kind)}; default, linear, llama3 and yarn are computed. Use a runner of MLX itself`,
    { file: path },
  );
}

type NumberReader = (fields: Fields | undefined, name: string, otherwise?: number) => number;

interface ScaledFrequencies {
  readonly headSize: number;
  readonly theta: number;
  readonly scaling: Fields;
  readonly number: NumberReader;
}

function recordOf(value: unknown): Fields | undefined {
  return isRecord(value) ? value : undefined;
}

/** As MLX's kernel makes them from the base: `exp(-i * log(base) / half)`. */
function defaultFrequencies(headSize: number, theta: number): Float32Array {
  const half = headSize / 2;
  const step = Math.fround(Math.log(theta) / half);
  return Float32Array.from({ length: half }, (_, index) => Math.exp(Math.fround(-index * step)));
}

/** The reciprocals of these are the angles: `base ** (2 i / size)`. */
function baseFrequencies({ headSize, theta }: ScaledFrequencies): Float32Array {
  return Float32Array.from({ length: headSize / 2 }, (_, index) =>
    Math.pow(theta, Math.fround((2 * index) / headSize)),
  );
}

function reciprocals(frequencies: Float32Array): Float32Array {
  return frequencies.map((frequency) => 1 / frequency);
}

/** `Llama3RoPE`: long waves are stretched, short ones kept, those between blended. */
function llama3Frequencies(options: ScaledFrequencies): Float32Array {
  const { scaling, number } = options;
  const factor = number(scaling, "factor");
  const low = number(scaling, "low_freq_factor", 1);
  const high = number(scaling, "high_freq_factor", 4);
  const context = number(scaling, "original_max_position_embeddings", 8192);
  const frequencies = baseFrequencies(options).map((frequency) => {
    const wave = Math.fround(2 * Math.PI * frequency);
    if (wave > context / low) return frequency * factor;
    if (wave <= context / high) return frequency;
    const smooth = (context / wave - low) / (high - low);
    return frequency / ((1 - smooth) / factor + smooth);
  });
  return reciprocals(frequencies);
}

/** `YarnRoPE`. */
function yarnRotation(
  options: ScaledFrequencies,
): Pick<Rotation, "inverseFrequencies" | "magnitude"> {
  const { headSize, theta, scaling, number } = options;
  const factor = number(scaling, "factor");
  const context = number(scaling, "original_max_position_embeddings", 4096);
  const dimension = (rotations: number) =>
    (headSize * Math.log(context / (rotations * 2 * Math.PI))) / (2 * Math.log(theta));
  const low = Math.max(Math.floor(dimension(number(scaling, "beta_fast", 32))), 0);
  const top = Math.min(Math.ceil(dimension(number(scaling, "beta_slow", 1))), headSize - 1);
  const high = low === top ? top + 0.001 : top;
  const frequencies = baseFrequencies(options).map((extra, index) => {
    const inter = factor * extra;
    const mask = 1 - Math.min(Math.max((index - low) / (high - low), 0), 1);
    return (inter * extra) / (inter * mask + extra * (1 - mask));
  });
  const scale = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);
  const magnitude =
    scale(number(scaling, "mscale", 1)) / scale(number(scaling, "mscale_all_dim", 0));
  return { inverseFrequencies: reciprocals(frequencies), magnitude };
}
