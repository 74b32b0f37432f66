import type { CheckCause } from "../../../spec/mod.ts";
import {
  type Damage,
  type DamageEntry,
  fileAt,
  isQuantized,
  namedDamages,
  withFile,
  withoutPaths,
} from "./damage.ts";
import { HTML_PAGE } from "./foreign_bytes.ts";
import type { TinyModel } from "../model_file.ts";
import { jsonBytes } from "../tiny_tokenizer.ts";

type Config = Record<string, unknown>;

/** Fields that every configuration here has, and that no runtime does without. */
const SIZES = ["hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size"] as const;

/** A `config.json` that is unreadable or describes another model: `LOAD-CONFIG`, `LOAD-SHAPES`. */
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
  "config-without-hidden-size": configEdit("bad-config", (config) => ({
    ...config,
    hidden_size: undefined,
  })),
  "config-with-a-size-that-is-no-number": configEdit("bad-config", (config, choose) => {
    const field = SIZES[choose % SIZES.length] ?? "hidden_size";
    const value = config[field];
    const others = [String(value), [value], { value }, Number(value) + 0.5];
    return { ...config, [field]: others[Math.floor(choose / SIZES.length) % others.length] };
  }),
  "config-without-model-type": {
    ...configEdit("bad-config", (config) => ({ ...config, model_type: undefined })),
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
  "config-of-another-head-size": configEdit("shape", (config) => ({
    ...config,
    head_dim: (2 * Number(config["hidden_size"])) / Number(config["num_attention_heads"]),
  })),
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
  "config-of-other-bits": {
    // mlx-lm works out bits and groups from the shapes; mlx-swift believes the configuration.
    ...quantizationEdit((block) => ({
      ...block,
      bits: block["bits"] === 4 ? 8 : 4,
    })),
    acceptedByMlx: true,
    mayLoad: true,
  },
  "config-of-another-group-size": {
    ...quantizationEdit((block) => ({
      ...block,
      group_size: block["group_size"] === 64 ? 32 : 64,
    })),
    acceptedByMlx: true,
    mayLoad: true,
  },
  "config-of-other-bits-for-one-layer": quantizationEdit((block) => ({
    ...block,
    "model.layers.0.mlp.up_proj": {
      group_size: block["group_size"],
      bits: block["bits"] === 4 ? 8 : 4,
    },
  })),
  "config-without-bits": quantizationEdit((block) => ({ ...block, bits: undefined })),
  "config-without-quantization": {
    ...configEdit("quantization", (config) => ({
      ...config,
      quantization: undefined,
      quantization_config: undefined,
    })),
    alsoRight: ["extra-tensor", "shape", "dtype"],
    appliesTo: isQuantized,
  },
  "config-with-quantization-config-only": {
    ...configEdit("quantization", (config) => ({ ...config, quantization: undefined })),
    appliesTo: isQuantized,
  },
});

function isTied(model: TinyModel): boolean {
  return model.config["tie_word_embeddings"] === true;
}

function isPackedOutput(model: TinyModel): boolean {
  const block = model.config["quantization"] as Config | undefined;
  return block !== undefined && block["lm_head"] !== false;
}

function configBytes(cause: CheckCause, change: (bytes: Uint8Array) => Uint8Array): DamageEntry {
  return {
    cause,
    acceptedByMlx: false,
    apply: (model) =>
      withFile(model, {
        path: "config.json",
        bytes: change(fileAt(model, "config.json").bytes),
      }),
  };
}

/** Writes the edited configuration; a key that the edit sets to `undefined` is left out. */
function configEdit(
  cause: CheckCause,
  edit: (config: Config, choose: number) => Config,
): DamageEntry {
  return {
    cause,
    acceptedByMlx: false,
    apply: (model, choose) =>
      withFile(model, { path: "config.json", bytes: jsonBytes(edit({ ...model.config }, choose)) }),
  };
}

/** Changes both blocks alike: published repositories always have them equal. */
function quantizationEdit(edit: (block: Config) => Config): DamageEntry {
  return {
    ...configEdit("quantization", (config) => {
      const block = edit({ ...(config["quantization"] as Config) });
      return { ...config, quantization: block, quantization_config: block };
    }),
    alsoRight: ["shape"],
    appliesTo: isQuantized,
  };
}
