import type { ConfigBlock, ConfigFields } from "./families/config_fields.ts";

/** How queries and keys are rotated by their position. */
export interface Rotation {
  /** For each pair of a head's numbers the angle of one position, in float32; numbers after the pairs stay. */
  readonly inverseFrequencies: Float32Array;
  /** Positions are multiplied by this, in float32, before anything else. */
  readonly positionScale: number;
  /** What is rotated of queries and keys is multiplied by this before. */
  readonly magnitude: number;
  /** Whether pairs are neighbours; otherwise number i goes with number i + half. */
  readonly isTraditional: boolean;
}

/** What decides the rotation. */
export interface RotationOptions {
  /** How many numbers of a head are rotated. */
  readonly size: number;
  readonly base: number;
  /** @default {false} */
  readonly isTraditional?: boolean;
  /** What `rope_scaling` says; undefined where it says nothing. */
  readonly scaling: ConfigBlock | undefined;
}

/** The rotation of `rope_theta` and `rope_traditional` alone. */
export function plainRotation(fields: ConfigFields, size: number): Rotation {
  const isTraditional = Boolean(fields.json["rope_traditional"]);
  const base = fields.number("rope_theta");
  return readRotation(fields, { size, base, isTraditional, scaling: undefined });
}

/**
 * Reads the rotation as mlx-lm's `rope_utils.initialize_rope` does: default, linear, llama3, yarn and longrope.
 *
 * @throws ModelError with the code `unsupported` for another kind, and `corrupt-model` for one that lacks a
 * number which it needs
 */
export function readRotation(fields: ConfigFields, options: RotationOptions): Rotation {
  const { size, base, isTraditional = false, scaling } = options;
  if (!(base > 0)) throw fields.corrupt(`it rotates with the base ${base}`);
  const plain = {
    inverseFrequencies: defaultFrequencies(size, base),
    positionScale: 1,
    magnitude: 1,
    isTraditional,
  };
  // As Python: an empty text is no kind.
  const kind = (scaling?.["type"] || scaling?.["rope_type"]) ?? "default";
  if (scaling === undefined || kind === "default" || kind === "mrope") return plain;
  const block = fields.of(scaling);
  const frequencies = { size, base, block };
  switch (kind) {
    case "linear":
      return { ...plain, positionScale: Math.fround(1 / block.number("factor")) };
    case "llama3":
      return { ...plain, inverseFrequencies: llama3Frequencies(frequencies) };
    case "yarn":
    case "deepseek_yarn":
    case "telechat3-yarn":
      return { ...plain, ...yarnRotation(frequencies) };
    case "longrope": {
      const context = block.size("original_max_position_embeddings");
      return stretchedRotation(fields, { size, base, scaling, context });
    }
    default:
      throw fields.unsupported(
        `its rope_scaling is of the type ${JSON.stringify(kind)}; default, linear, llama3, yarn and longrope are computed`,
      );
  }
}

/** What a stretched rotation is made of. */
export interface StretchOptions {
  readonly size: number;
  readonly base: number;
  readonly scaling: ConfigBlock;
  /** The positions that the model was trained with before it was stretched. */
  readonly context: number;
}

/** `SuScaledRoPE`, which takes the factors for long texts for texts of every length. */
export function stretchedRotation(fields: ConfigFields, options: StretchOptions): Rotation {
  const { size, base, scaling, context } = options;
  const factors = scaling["long_factor"];
  if (scaling["short_factor"] === undefined) {
    throw fields.corrupt("its rope_scaling has no short_factor, without which mlx-lm fails");
  }
  const list: readonly unknown[] = Array.isArray(factors) ? factors : [];
  const frequencies = baseFrequencies({ size, base });
  const isWhole = list.length === frequencies.length || list.length === 1;
  const factorAt = (at: number): number => {
    const factor = typeof factors === "number" ? factors : list[list.length === 1 ? 0 : at];
    if (typeof factor === "number" && (isWhole || list.length === 0)) return factor;
    throw fields.corrupt(`its rope_scaling needs a long_factor for each of ${size / 2} pairs`);
  };
  const stretched = frequencies.map((frequency, at) => Math.fround(factorAt(at)) * frequency);
  const factor = fields.size("max_position_embeddings") / context;
  const magnitude = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(context));
  return {
    inverseFrequencies: reciprocals(stretched),
    positionScale: 1,
    magnitude: Math.fround(magnitude),
    isTraditional: false,
  };
}

interface ScaledFrequencies {
  readonly size: number;
  readonly base: number;
  /** What `rope_scaling` says. */
  readonly block: ConfigFields;
}

/** As MLX's kernel makes them from the base: `exp(-i * log(base) / half)`. */
function defaultFrequencies(size: number, base: number): Float32Array {
  const half = size / 2;
  const step = Math.fround(Math.log(base) / half);
  return Float32Array.from({ length: half }, (_, index) => Math.exp(Math.fround(-index * step)));
}

/** The reciprocals of these are the angles: `base ** (2 i / size)`. */
function baseFrequencies({ size, base }: Omit<ScaledFrequencies, "block">): Float32Array {
  return Float32Array.from({ length: size / 2 }, (_, index) =>
    Math.pow(base, Math.fround((2 * index) / size)),
  );
}

function reciprocals(frequencies: Float32Array): Float32Array {
  return frequencies.map((frequency) => 1 / frequency);
}

/** `Llama3RoPE`: long waves are stretched, short ones kept, those between blended. */
function llama3Frequencies(options: ScaledFrequencies): Float32Array {
  const block = options.block.withDefaults({
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  });
  const factor = block.number("factor");
  const low = block.number("low_freq_factor");
  const high = block.number("high_freq_factor");
  const context = block.number("original_max_position_embeddings");
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
  const { size, base } = options;
  const block = options.block.withDefaults({
    original_max_position_embeddings: 4096,
    beta_fast: 32,
    beta_slow: 1,
    mscale: 1,
    mscale_all_dim: 0,
  });
  const factor = block.number("factor");
  const context = block.number("original_max_position_embeddings");
  const dimension = (rotations: number) =>
    (size * Math.log(context / (rotations * 2 * Math.PI))) / (2 * Math.log(base));
  const low = Math.max(Math.floor(dimension(block.number("beta_fast"))), 0);
  const top = Math.min(Math.ceil(dimension(block.number("beta_slow"))), size - 1);
  const high = low === top ? top + 0.001 : top;
  const frequencies = baseFrequencies(options).map((extra, index) => {
    const inter = factor * extra;
    const mask = 1 - Math.min(Math.max((index - low) / (high - low), 0), 1);
    return (inter * extra) / (inter * mask + extra * (1 - mask));
  });
  const scale = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);
  const magnitude = scale(block.number("mscale")) / scale(block.number("mscale_all_dim"));
  return { inverseFrequencies: reciprocals(frequencies), magnitude };
}
