import { isQuantized, pickWeights, tensorPlaces, withFile, withoutPaths } from "./damage.ts";
import { appleDouble } from "./foreign_bytes.ts";
import { headerText, padHeader, withHeader, withHeaderText } from "./change_header.ts";
import type { TinyModel } from "../model_file.ts";
import type { Harmless } from "./harmless_change.ts";
import { HARMLESS_FORMS } from "./harmless_forms.ts";
import { tensorsOf } from "../split_safetensors.ts";
import { jsonBytes } from "../tiny_tokenizer.ts";
import { type Tensor, writeSafetensors } from "../write_safetensors.ts";

const INDEX = "model.safetensors.index.json";

/** What a check must let pass: mlx-lm loads each of these and gives the same tokens: `LOAD-SOUND`. */
export const HARMLESS: readonly Harmless[] = [
  { name: "index-absent", apply: (model) => withoutPaths(model, [INDEX]) },
  {
    name: "index-naming-absent-files",
    apply: (model) => {
      const weight_map = { "model.norm.weight": "model-00001-of-00009.safetensors" };
      const bytes = jsonBytes({ metadata: { total_size: 1 }, weight_map });
      return withFile(model, { path: INDEX, bytes });
    },
  },
  {
    name: "finder-leftovers",
    apply: (model) => [
      ...withFile(model, {
        path: ".DS_Store",
        bytes: Uint8Array.of(0, 0, 0, 1, 0x42, 0x75, 0x64, 0x31),
      }),
      { path: "._config.json", bytes: appleDouble(), lfs: false },
    ],
  },
  {
    name: "appledouble-beside-weights",
    apply: (model) =>
      withFile(model, { path: `._${pickWeights(model, 0).path}`, bytes: appleDouble() }),
  },
  {
    name: "partial-files-beside-weights",
    apply: (model) => {
      const { path, bytes } = pickWeights(model, 0);
      const half = bytes.slice(0, bytes.length >>> 1);
      return [
        ...withFile(model, { path: `${path}.incomplete`, bytes: half }),
        { path: `.${path}.part`, bytes: half, lfs: false },
      ];
    },
  },
  {
    name: "config-without-optional-keys",
    apply: (model) => {
      // JSON leaves out the keys that are `undefined`.
      const isQwen3 = model.config["model_type"] === "qwen3";
      const absent = {
        architectures: undefined,
        hidden_act: undefined,
        ...(isQwen3 ? {} : { rope_theta: undefined }),
      };
      const bytes = jsonBytes({ ...model.config, ...absent });
      return withFile(model, { path: "config.json", bytes });
    },
  },
  {
    name: "config-with-unknown-keys",
    apply: (model) =>
      withFile(model, {
        path: "config.json",
        bytes: jsonBytes({ ...model.config, "transformers.js_config": {}, made_by: "a test" }),
      }),
  },
  {
    // So writes `mx.save_safetensors` without metadata.
    name: "metadata-null",
    apply: (model) => {
      const { path, bytes } = pickWeights(model, 0);
      return withFile(model, { path, bytes: withHeader(bytes, { __metadata__: null }) });
    },
  },
  {
    // mlx-lm opens whatever is called model*.safetensors.
    name: "shards-of-other-names",
    apply: (model) =>
      withoutPaths(model, [INDEX]).map((file) => ({
        ...file,
        path: model.weightFiles.includes(file.path) ? otherName(model, file.path) : file.path,
      })),
    weightFiles: (model) => model.weightFiles.map((path) => otherName(model, path)),
  },
  {
    // The order of the header, of the data and of the names has no meaning.
    name: "tensors-in-another-order",
    apply: (model) => {
      const { path, bytes } = pickWeights(model, 1);
      return withFile(model, { path, bytes: writeSafetensors(tensorsOf(bytes).toReversed()) });
    },
  },
  {
    // Older converters saved it; llama, mistral and qwen2 drop it, and so does nothing of qwen3's.
    name: "with-inverse-frequencies",
    apply: (model) => {
      const { path, bytes } = pickWeights(model, 0);
      const data = Uint8Array.from({ length: 16 }, (_, at) => 60 + at);
      const name = "model.layers.0.self_attn.rotary_emb.inv_freq";
      const added: Tensor = { name, dtype: "F32", shape: [4], data };
      return model.config["model_type"] === "qwen3"
        ? [...model.files]
        : withFile(model, { path, bytes: writeSafetensors([...tensorsOf(bytes), added]) });
    },
  },
  {
    name: "tied-output-written-too",
    apply: (model) => {
      const place = tensorPlaces(model).find(({ name }) => name === "model.embed_tokens.weight");
      const isApt = model.config["tie_word_embeddings"] === true && !isQuantized(model);
      if (place === undefined || !isApt) return [...model.files];
      const tensors = tensorsOf(place.bytes);
      const embedding = tensors.filter(({ name }) => name === place.name);
      const output = embedding.map((one) => ({ ...one, name: "lm_head.weight" }));
      const bytes = writeSafetensors([...tensors, ...output]);
      return withFile(model, { path: place.path, bytes });
    },
  },
  {
    name: "quantization-spelled-out",
    apply: (model) => {
      const block = model.config["quantization"] as Readonly<Record<string, unknown>> | undefined;
      const isOwn = Object.keys(block ?? {}).some((key) => key.includes("layers"));
      if (block === undefined || block["mode"] !== "affine" || isOwn) return [...model.files];
      // An entry that is true takes the general settings.
      const layer = "model.layers.0.mlp.up_proj";
      const { bits, group_size } = block;
      const own = { mode: "affine", ...block, [layer]: true, "model.norm": false };
      const named = { ...own, "model.layers.0.mlp.gate_proj": { bits, group_size } };
      const bytes = jsonBytes({ ...model.config, quantization: named, quantization_config: named });
      return withFile(model, { path: "config.json", bytes });
    },
  },
  {
    name: "optional-fields-that-are-null",
    apply: (model) => {
      const { config } = model;
      const isPlain = config["quantization"] === undefined;
      const isLlama = config["model_type"] === "llama" && config["head_dim"] === undefined;
      const none = { ...(isPlain && { quantization: null }), ...(isLlama && { head_dim: null }) };
      const bytes = jsonBytes({ ...config, ...none, rope_scaling: null, model_file: null });
      return withFile(model, { path: "config.json", bytes });
    },
  },
  {
    // What stands first in the header may lie last in the data.
    name: "header-in-another-order",
    apply: (model) => {
      const { path, bytes } = pickWeights(model, 0);
      const text = headerText(bytes);
      const { __metadata__, ...entries } = JSON.parse(text) as Record<string, unknown>;
      const reversed = Object.fromEntries(Object.entries(entries).toReversed());
      const header = JSON.stringify({ ...reversed, __metadata__ });
      return withFile(model, { path, bytes: withHeaderText(bytes, header) });
    },
  },
  {
    name: "header-written-with-escapes",
    apply: (model) => {
      const { path, bytes } = pickWeights(model, 0);
      // Names by the numbers of their characters, and a text that only escapes can write.
      const names = headerText(bytes).replaceAll('"model.', String.raw`"\u006d\u006fdel.`);
      const header = names.replace(
        '"format":"mlx"',
        String.raw`"made by":"a \"test\" in C:\\","format":"mlx"`,
      );
      return withFile(model, { path, bytes: withHeaderText(bytes, header) });
    },
  },
  {
    // A number in a name is only a promise.
    name: "numbered-as-more-shards",
    apply: (model) =>
      withoutPaths(model, [INDEX]).map((file) => ({
        ...file,
        path: model.weightFiles.includes(file.path) ? ofMore(model, file.path) : file.path,
      })),
    weightFiles: (model) => model.weightFiles.map((path) => ofMore(model, path)),
  },
  {
    name: "quantization-of-a-layer-by-defaults",
    apply: (model) => {
      const block = model.config["quantization"] as Readonly<Record<string, unknown>> | undefined;
      const layer = layerByDefaults(block);
      if (block === undefined || block["mode"] !== "affine" || layer === undefined)
        return [...model.files];
      const { bits, group_size } = (block[layer] ?? block) as Readonly<Record<string, unknown>>;
      // MLX takes 4 bits in groups of 64 where an entry says nothing, whatever the others have.
      const own = { ...(bits !== 4 && { bits }), ...(group_size !== 64 && { group_size }) };
      const named = { ...block, [layer]: { ...own, mode: "affine" } };
      const bytes = jsonBytes({ ...model.config, quantization: named, quantization_config: named });
      return withFile(model, { path: "config.json", bytes });
    },
  },
  {
    // What stands where a client keeps its record of a file, and is none.
    name: "long-text-in-place-of-a-record",
    apply: (model) => [
      ...model.files,
      {
        path: `.cache/huggingface/download/${pickWeights(model, 0).path}.metadata`,
        bytes: new Uint8Array(100_000).fill(0x78),
        lfs: false,
      },
    ],
  },
  {
    name: "header-padded",
    apply: (model) => {
      const { path, bytes } = pickWeights(model, 0);
      return withFile(model, { path, bytes: padHeader(bytes) });
    },
  },
  ...HARMLESS_FORMS,
];

function otherName({ weightFiles }: TinyModel, path: string): string {
  const at = weightFiles.indexOf(path);
  return weightFiles.length === 1 ? "model-a.safetensors" : `model_part${at + 1}.safetensors`;
}

/** The name of a shard of one more than there are. */
function ofMore({ weightFiles }: TinyModel, path: string): string {
  const number = (value: number) => String(value).padStart(5, "0");
  const at = weightFiles.indexOf(path) + 1;
  return `model-${number(at)}-of-${number(weightFiles.length + 1)}.safetensors`;
}

/** The layer whose packing is what MLX takes where nothing is said, in part at least: one of its own, or as all are. */
function layerByDefaults(block: Readonly<Record<string, unknown>> = {}): string | undefined {
  const isUsual = (own: unknown) => {
    const { bits, group_size } = (own ?? {}) as Readonly<Record<string, unknown>>;
    return bits === 4 || group_size === 64;
  };
  const own = Object.keys(block).find((key) => key.includes(".") && isUsual(block[key]));
  return own ?? (isUsual(block) ? "model.layers.0.mlp.up_proj" : undefined);
}
