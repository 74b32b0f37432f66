import { type Damage, namedDamages, withoutPaths } from "./damage.ts";
import { type Config, configBytes, configEdit } from "./edit_config.ts";
import { HTML_PAGE } from "./foreign_bytes.ts";
import type { TinyModel } from "../model_file.ts";
import { jsonBytes } from "../tiny_tokenizer.ts";

/** Fields that every configuration here has, and that no runtime does without. */
const SIZES = [
  "hidden_size",
  "num_hidden_layers",
  "num_attention_heads",
  "vocab_size",
  "intermediate_size",
] as const;

/** Fields without a default in mlx-lm's classes of arguments, besides {@linkcode SIZES}, by type. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  llama: ["rms_norm_eps"],
  mistral: ["rms_norm_eps"],
  qwen2: ["rms_norm_eps", "num_key_value_heads"],
  qwen3: [
    "rms_norm_eps",
    "num_key_value_heads",
    "max_position_embeddings",
    "head_dim",
    "tie_word_embeddings",
  ],
};

/** A `config.json` that is unreadable or describes another model: `LOAD-CONFIG`, `LOAD-SHAPES`, `LOAD-TENSORS`. */
export const CONFIG_DAMAGES: readonly Damage[] = namedDamages({
  "config-missing": {
    cause: "missing-config",
    acceptedByMlx: false,
    apply: (model) => withoutPaths(model, ["config.json"]),
  },
  "config-empty": configBytes("bad-config", () => new Uint8Array(0)),
  "config-cut": configBytes("bad-config", (bytes) => bytes.slice(0, bytes.length >>> 1)),
  "config-with-byte-order-mark": configBytes("bad-config", (bytes) =>
    Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), bytes]),
  ),
  "config-an-array": configBytes("bad-config", () => jsonBytes([])),
  "config-an-html-page": configBytes("html", () => HTML_PAGE),
  "config-without-a-required-field": configEdit("bad-config", (config, choose) => {
    const fields = [...SIZES, ...(REQUIRED[String(config["model_type"])] ?? [])];
    return { ...config, [fields[choose % fields.length] ?? "hidden_size"]: undefined };
  }),
  "config-with-a-size-that-is-no-number": configEdit("bad-config", (config, choose) => {
    const field = SIZES[choose % SIZES.length] ?? "hidden_size";
    const value = config[field];
    const others = [String(value), [value], { value }, Number(value) + 0.5, null, -Number(value)];
    return { ...config, [field]: others[Math.floor(choose / SIZES.length) % others.length] };
  }),
  // Python writes it so, and reads it as a number that is none.
  "config-with-a-size-that-is-nan": configBytes("bad-config", (bytes) => {
    const text = new TextDecoder().decode(bytes);
    return new TextEncoder().encode(text.replace(/("hidden_size": )\d+/, "$1NaN"));
  }),
  "config-with-a-word-that-is-none": configBytes("bad-config", (bytes) => {
    const text = new TextDecoder().decode(bytes);
    return new TextEncoder().encode(text.replace("{", '{ "note": "NaN", "other": nan,'));
  }),
  "config-of-heads-that-cannot-share": {
    ...configEdit("bad-config", (config) => ({ ...config, num_key_value_heads: 3 })),
    alsoRight: ["shape"],
  },
  "config-with-kinds-of-other-layers": {
    // Its class makes a layer for each of them.
    ...configEdit("bad-config", (config, choose) => {
      const count = Number(config["num_hidden_layers"]) + (choose % 2 === 0 ? 1 : -1);
      return { ...config, layer_types: Array.from({ length: count }, () => "full_attention") };
    }),
    alsoRight: ["missing-tensor", "extra-tensor"],
    appliesTo: isPlainLlama,
  },
  "config-without-model-type": {
    // None of these names a class.
    ...configEdit("bad-config", (config, choose) => ({
      ...config,
      model_type: [undefined, undefined, null, "", 5, [], {}][choose % 7],
    })),
    alsoRight: ["unsupported-architecture"],
  },
  "config-of-unknown-type": configEdit("unsupported-architecture", (config) => ({
    ...config,
    model_type: "nosuch",
  })),
  // Of mlx-lm up to 0.31 the file would be run; here there is none, so that it refuses the model.
  "config-with-code": configEdit("model-code", (config) => ({ ...config, model_file: "model.py" })),
  "config-with-code-elsewhere": configEdit("model-code", (config) => ({
    ...config,
    model_type: "own",
    model_file: "../code/model.py",
  })),
  "config-with-one-layer-more": configEdit("missing-tensor", (config) => ({
    ...config,
    num_hidden_layers: Number(config["num_hidden_layers"]) + 1,
  })),
  "config-with-one-layer-less": {
    ...configEdit("extra-tensor", (config) => ({
      ...config,
      num_hidden_layers: Number(config["num_hidden_layers"]) - 1,
    })),
    appliesTo: (model) => Number(model.config["num_hidden_layers"]) > 1,
  },
  "config-of-another-vocabulary": configEdit("shape", (config) => ({
    ...config,
    vocab_size: Number(config["vocab_size"]) + 12,
  })),
  "config-of-another-hidden-size": {
    ...configEdit("shape", (config) => ({
      ...config,
      hidden_size: Number(config["hidden_size"]) * 2,
    })),
    alsoRight: ["quantization"],
  },
  "config-of-another-intermediate-size": {
    ...configEdit("shape", (config) => ({
      ...config,
      intermediate_size: Number(config["intermediate_size"]) + 128,
    })),
    alsoRight: ["quantization"],
  },
  "config-of-another-head-size": {
    ...configEdit("shape", (config) => ({
      ...config,
      head_dim: Number(config["head_dim"] ?? headSizeOf(config)) * 2,
    })),
    // Of a qwen2 mlx-lm does not read it.
    appliesTo: (model) => model.config["model_type"] !== "qwen2",
  },
  "config-with-biases-that-are-not-there": {
    ...configEdit("missing-tensor", (config, choose) => {
      const field = choose % 2 === 0 ? "attention_bias" : "mlp_bias";
      const other = field === "mlp_bias" ? "attention_bias" : "mlp_bias";
      return { ...config, [config[field] === true ? other : field]: true };
    }),
    appliesTo: (model) =>
      isPlainLlama(model) && !(model.config["attention_bias"] && model.config["mlp_bias"]),
  },
  "config-without-the-biases-that-are-there": {
    ...configEdit("extra-tensor", (config) => ({
      ...config,
      attention_bias: false,
      mlp_bias: undefined,
    })),
    appliesTo: (model) =>
      isPlainLlama(model) &&
      (model.config["attention_bias"] === true || model.config["mlp_bias"] === true),
  },
  "config-of-other-key-value-heads": configEdit("shape", (config) => ({
    ...config,
    num_key_value_heads: config["num_key_value_heads"] === 1 ? 2 : 1,
  })),
  "config-untied": {
    ...configEdit("missing-tensor", (config) => ({ ...config, tie_word_embeddings: false })),
    appliesTo: isTied,
  },
  "config-tied-over-packed-output": {
    ...configEdit("extra-tensor", (config) => ({ ...config, tie_word_embeddings: true })),
    appliesTo: (model) => !isTied(model) && isPackedOutput(model),
  },
  "config-tied-over-plain-output": {
    ...configEdit("extra-tensor", (config) => ({ ...config, tie_word_embeddings: true })),
    appliesTo: (model) => !isTied(model) && !isPackedOutput(model),
    acceptedByMlx: true,
  },
});

function isPlainLlama({ config }: TinyModel): boolean {
  return config["model_type"] === "llama" || config["model_type"] === "mistral";
}

function headSizeOf(config: Config): number {
  return Number(config["hidden_size"]) / Number(config["num_attention_heads"]);
}

function isTied(model: TinyModel): boolean {
  return model.config["tie_word_embeddings"] === true;
}

function isPackedOutput(model: TinyModel): boolean {
  const block = model.config["quantization"] as Config | undefined;
  return block !== undefined && block["lm_head"] !== false;
}
