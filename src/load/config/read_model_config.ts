import { type CheckCause, type ModelKind, modelKind, untypedAudio } from "../../../spec/mod.ts";
import { isRecord, parseJson, whyNotJson } from "./parse_json.ts";
import { readQuantization, type QuantizationConfig } from "./read_quantization.ts";

/** The part of `config.json` that decides which tensors a model has. */
export interface ModelConfig {
  readonly modelType: string;
  /** By the configuration alone; the names of the files may say more. */
  readonly kind: ModelKind;
  readonly hiddenSize: number | undefined;
  readonly layerCount: number | undefined;
  readonly headCount: number | undefined;
  readonly keyValueHeadCount: number | undefined;
  readonly headSize: number | undefined;
  readonly intermediateSize: number | undefined;
  readonly vocabularySize: number | undefined;
  /** Absent means true: that is the default of mlx-lm's llama and qwen2. */
  readonly tieWordEmbeddings: boolean;
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  readonly quantization: QuantizationConfig | undefined;
  /** Whether the architecture is code in the directory or the weights are of another tool's format. */
  readonly foreign: string | undefined;
  /** Fields of which a whole number is written with a point, or the other way about: JSON does not tell, Python does. */
  readonly oddNumbers: readonly string[];
  /** The whole configuration. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** A configuration as far as it could be read, and what is wrong with it. */
export interface ReadConfig {
  readonly config: ModelConfig | undefined;
  readonly faults: readonly { readonly cause: CheckCause; readonly detail: string }[];
}

const MODEL_CODE =
  "Its model_file names code in the directory, which mlx-lm up to 0.31 runs without asking; it is run only with --trust-model-code";

/** Hostile sizes must not make a list of tensors that does not fit in memory. */
const LAYER_COUNT_MAX = 10_000;
/** The largest configurations name the quantization of some 50,000 layers, with four values each. */
const CONFIG_LIMITS = { valuesMax: 1_000_000 };

const LLAMA_FIELDS = [
  "hidden_size",
  "num_hidden_layers",
  "intermediate_size",
  "num_attention_heads",
  "rms_norm_eps",
  "vocab_size",
];

/** Fields without a default in mlx-lm's argument classes. */
const REQUIRED_FIELDS: Readonly<Record<string, readonly string[]>> = {
  llama: LLAMA_FIELDS,
  mistral: LLAMA_FIELDS,
  qwen2: [...LLAMA_FIELDS, "num_key_value_heads"],
  qwen3: [
    ...LLAMA_FIELDS,
    "num_key_value_heads",
    "max_position_embeddings",
    "head_dim",
    "tie_word_embeddings",
  ],
};

const SIZE_FIELDS = new Set([
  ...LLAMA_FIELDS.filter((field) => field !== "rms_norm_eps"),
  "num_key_value_heads",
  "head_dim",
]);

/** Whether the exact tensor list of this `model_type` is known. */
export function isKnownArchitecture(modelType: string): boolean {
  return Object.hasOwn(REQUIRED_FIELDS, modelType);
}

/**
 * Reads a `config.json`: `LOAD-CONFIG`.
 *
 * @param bytes the file's bytes
 * @returns no configuration when its `model_type` cannot be known
 */
export function readModelConfig(bytes: Uint8Array): ReadConfig {
  const refuse = (detail: string): ReadConfig => ({
    config: undefined,
    faults: [{ cause: "bad-config", detail }],
  });
  let json: unknown;
  try {
    json = parseJson(bytes, CONFIG_LIMITS);
  } catch (error) {
    return refuse(whyNotJson(error));
  }
  if (!isRecord(json)) return refuse("It is JSON, but not an object");
  const modelType = json["model_type"] ?? untypedAudio(json);
  if (typeof modelType !== "string" || modelType === "") {
    return refuse("It has no model_type, by which a runtime chooses the architecture");
  }
  const faults: { cause: CheckCause; detail: string }[] = fieldFaults(modelType, json).map(
    (detail) => ({ cause: "bad-config", detail }),
  );
  if (isSet(json["model_file"])) faults.push({ cause: "model-code", detail: MODEL_CODE });
  const { quantization, foreign, fault } = readQuantization(json);
  if (fault !== undefined) faults.push({ cause: "quantization", detail: fault });
  return {
    config: {
      ...readSizes(json),
      modelType,
      oddNumbers: oddNumbers(bytes),
      kind: modelKind({ paths: [], config: json }),
      json,
      quantization,
      foreign: isSet(json["model_file"]) ? "its architecture is code in the directory" : foreign,
    },
    faults,
  };
}

function readSizes(json: Readonly<Record<string, unknown>>) {
  const size = (name: string) => {
    const value = json[name];
    return isSize(value) ? value : undefined;
  };
  // Models of text and images keep the text part's sizes one level down.
  const text = json["text_config"];
  const textVocabulary = isRecord(text) ? text["vocab_size"] : undefined;
  return {
    hiddenSize: size("hidden_size"),
    layerCount: readLayerCount(json["num_hidden_layers"]),
    headCount: size("num_attention_heads"),
    keyValueHeadCount: size("num_key_value_heads"),
    headSize: size("head_dim"),
    intermediateSize: size("intermediate_size"),
    vocabularySize: size("vocab_size") ?? (isSize(textVocabulary) ? textVocabulary : undefined),
    tieWordEmbeddings: isTrue(json, "tie_word_embeddings", true),
    attentionBias: isTrue(json, "attention_bias", false),
    mlpBias: isTrue(json, "mlp_bias", false),
  };
}

/** A count that no model has was reported, and nothing counts up to it. */
function readLayerCount(value: unknown): number | undefined {
  // A model without layers is not a model, but its surplus tensors can be named.
  if (value === 0) return 0;
  return isSize(value) && value <= LAYER_COUNT_MAX ? value : undefined;
}

/** What mlx-lm's own argument classes would stumble over, or build a broken model from. */
function fieldFaults(modelType: string, json: Readonly<Record<string, unknown>>): string[] {
  if (!isKnownArchitecture(modelType)) return [];
  const faults = (REQUIRED_FIELDS[modelType] ?? [])
    .filter((name) => json[name] === undefined)
    .map((name) => `It lacks ${name}, which a model of type ${modelType} must have`);
  for (const name of SIZE_FIELDS) {
    const value = json[name];
    const isOptional = value === undefined || value === null;
    if (!isOptional && !isSize(value)) {
      faults.push(
        `Its ${name} must be a whole number from 1: it is ${JSON.stringify(value).slice(0, 100)}`,
      );
    } else if (value === null && REQUIRED_FIELDS[modelType]?.includes(name) === true) {
      faults.push(`Its ${name} is null`);
    }
  }
  const layers = json["num_hidden_layers"];
  if (isSize(layers) && layers > LAYER_COUNT_MAX) {
    faults.push(`Its num_hidden_layers is ${layers}: no model has more than ${LAYER_COUNT_MAX}`);
  }
  const kinds = json["layer_types"];
  if (Array.isArray(kinds) && isSize(layers) && kinds.length !== layers) {
    faults.push(`Its layer_types has ${kinds.length} entries for ${layers} layers`);
  }
  const heads = json["num_attention_heads"];
  const keyValueHeads = json["num_key_value_heads"];
  if (isSize(heads) && isSize(keyValueHeads) && heads % keyValueHeads !== 0) {
    faults.push(`Its ${heads} attention heads cannot share ${keyValueHeads} key-value heads`);
  }
  return faults;
}

function oddNumbers(bytes: Uint8Array): string[] {
  const text = new TextDecoder().decode(bytes);
  const written = (name: string) =>
    new RegExp(`"${name}"\\s{0,20}:\\s{0,20}(-?[0-9.eE+-]{1,40})`).exec(text)?.[1];
  const isWhole = (number: string) => /^-?\d{1,40}$/.test(number);
  const sizes = [...SIZE_FIELDS].filter((name) => {
    const number = written(name);
    return number !== undefined && !isWhole(number);
  });
  const epsilon = written("rms_norm_eps");
  return epsilon !== undefined && isWhole(epsilon) ? [...sizes, "rms_norm_eps"] : sizes;
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

/** As Python sees it: an absent key has the default, and `null` is false. */
function isTrue(
  json: Readonly<Record<string, unknown>>,
  name: string,
  whenAbsent: boolean,
): boolean {
  return json[name] === undefined ? whenAbsent : Boolean(json[name]);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
