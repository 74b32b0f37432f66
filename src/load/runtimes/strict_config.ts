import type { ModelFacts, Obstacle } from "./runtime.ts";
import { isObject } from "./runtime.ts";

/** Types whose configuration is read by classes that were compared with these rules. */
const KNOWN_TYPES: ReadonlySet<string> = new Set(["llama", "mistral", "qwen2", "qwen3"]);

/** What each way of stretching the positions must state. */
const ROPE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  default: [],
  linear: ["factor"],
  dynamic: ["factor"],
  llama3: ["factor"],
  yarn: ["factor"],
  deepseek_yarn: ["factor"],
  "telechat3-yarn": ["factor"],
  longrope: ["original_max_position_embeddings", "short_factor", "long_factor"],
  proportional: [],
  mrope: ["mrope_section"],
};

/** Kinds of layers that transformers 5.24 knows, by their older names too. */
const LAYER_KINDS: ReadonlySet<unknown> = new Set(
  (
    "full_attention sliding_attention chunked_attention window_attention indexed_attention compressed_sparse_attention " +
    "heavily_compressed_attention minimax_m3_sparse conv moe hybrid hybrid_sliding reference_sliding_attention " +
    "linear_attention sparse dense mamba attention deepseek_sparse_attention qwen_sparse_attention"
  ).split(" "),
);

/** Fields that a type's class of transformers has, and that must not be null. */
const NEVER_NULL: Readonly<Record<string, readonly string[]>> = {
  llama: ["tie_word_embeddings", "max_position_embeddings", "attention_bias", "mlp_bias"],
  mistral: ["tie_word_embeddings", "max_position_embeddings"],
  qwen2: ["tie_word_embeddings", "max_position_embeddings"],
  qwen3: ["tie_word_embeddings", "max_position_embeddings", "attention_bias"],
};

/**
 * Finds what mlx-lm, or transformers with which it opens the tokenizer, stumbles over in a configuration.
 *
 * @returns undefined where nothing is known to be wrong
 */
export function strictConfig(facts: ModelFacts): Obstacle | undefined {
  const { config, modelType = "" } = facts;
  const remedy = "correct config.json, or use another repository";
  if (config["text_config"] === null && config["quantization_config"] === undefined)
    return { why: "it looks for packing in text_config, which is null", remedy };
  if (!KNOWN_TYPES.has(modelType)) return undefined;
  const why = ropeFault(facts) ?? layerFault(facts) ?? fieldFault(facts);
  return why === undefined ? undefined : { why, remedy };
}

function ropeFault({ config, modelType }: ModelFacts): string | undefined {
  const parameters = config["rope_parameters"];
  const nested = isObject(parameters) ? parameters : {};
  if (modelType === "qwen3" && (config["rope_theta"] ?? nested["rope_theta"] ?? null) === null)
    return "rope_theta is missing";
  const scaling = config["rope_scaling"] ?? undefined;
  if (scaling === undefined) return undefined;
  if (!isObject(scaling)) return "rope_scaling is not an object";
  // Python's default is for a key that is absent, and not for null.
  const { rope_type: own = "default" } = scaling;
  const named = scaling["type"] || own;
  const type = typeof named === "string" ? named : "";
  const fields = Object.hasOwn(ROPE_FIELDS, type) ? ROPE_FIELDS[type] : undefined;
  if (fields === undefined)
    return `it has no rope_scaling of the type ${JSON.stringify(named).slice(0, 60)}`;
  const absent = fields.find((field) => (scaling[field] ?? null) === null);
  if (absent !== undefined) return `rope_scaling of the type "${type}" lacks ${absent}`;
  const sections = scaling["mrope_section"];
  const isOdd = type === "mrope" && !(Array.isArray(sections) && sections.length === 3);
  return isOdd ? "mrope_section does not have three sections" : undefined;
}

function layerFault({ config, modelType }: ModelFacts): string | undefined {
  const kinds = config["layer_types"] ?? undefined;
  if (kinds === undefined) return undefined;
  if (!Array.isArray(kinds)) return "layer_types is not a list";
  const odd: unknown = kinds.find((kind) => !LAYER_KINDS.has(kind));
  if (odd !== undefined) return `layer_types has ${JSON.stringify(odd).slice(0, 60)}`;
  const isLlama = modelType === "llama" || modelType === "mistral";
  return isLlama && !kinds.includes("full_attention")
    ? "layer_types has no full_attention"
    : undefined;
}

function fieldFault({ config, modelType = "", oddNumbers = [] }: ModelFacts): string | undefined {
  for (const field of NEVER_NULL[modelType] ?? [])
    if (config[field] === null) return `${field} is null`;
  const length = config["max_position_embeddings"];
  if (length !== undefined && !Number.isInteger(length))
    return "max_position_embeddings is not a whole number";
  if (typeof config["eos_token_id"] === "string") return "eos_token_id is a text";
  const epsilon = config["rms_norm_eps"];
  if (epsilon !== undefined && typeof epsilon !== "number") return "rms_norm_eps is not a number";
  const [odd] = oddNumbers;
  return odd === undefined ? undefined : `${odd} is written as the other sort of number`;
}
