/**
 * A model whose files say what its maker wants, in places that a command may repeat.
 *
 * @module
 */

import { jsonBytes, writeSafetensors } from "../../harness/internal.ts";
import type { ModelFile, TinyModel } from "../../harness/mod.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Fields of the configuration that have a text, by where it is said. */
const FIELDS: Readonly<Record<string, (text: string) => Fields>> = {
  "the type": (text) => ({ model_type: `lla${text}ma` }),
  "the class": (text) => ({ architectures: [`Llama${text}`] }),
  "the packing": (text) => ({ quantization_config: { quant_method: `aw${text}q` } }),
  "the way of packing": (text) => ({
    quantization: { group_size: 64, bits: 4, mode: `aff${text}ine` },
  }),
  "the stretching": (text) => ({
    rope_scaling: { type: `li${text}near`, rope_type: `li${text}near`, factor: 2 },
  }),
  "a dtype": (text) => ({ torch_dtype: `float${text}16`, dtype: `float${text}16` }),
};

/** Other files that have a text. */
const FILES: Readonly<Record<string, (text: string) => ModelFile>> = {
  "a tensor": (text) => {
    const tensor = {
      name: `sur${text}plus`,
      dtype: "F32" as const,
      shape: [1],
      data: new Uint8Array(4),
    };
    return { path: "model-more.safetensors", bytes: writeSafetensors([tensor]), lfs: true };
  },
  "a shard": (text) => {
    const weightMap = { "model.norm.weight": `mo${text}del.safetensors` };
    return said("model.safetensors.index.json", { metadata: {}, weight_map: weightMap });
  },
  "the template": (text) =>
    said("tokenizer_config.json", { chat_template: `{% no${text}such %}{{ messages }}` }),
  "the tokenizer": (text) =>
    said("tokenizer.json", { model: { type: `B${text}PE`, vocab: {}, merges: [] } }),
};

/** Where a text can be said. */
export const SAID_IN = [...Object.keys(FIELDS), ...Object.keys(FILES)];

/** A model that says a text in these places. */
export function sayingModel(
  { config, files }: TinyModel,
  { saidIn, text }: { readonly saidIn: readonly string[]; readonly text: string },
): readonly ModelFile[] {
  const fields = saidIn.map((place) => FIELDS[place]?.(text) ?? {});
  const own = [
    said("config.json", Object.assign({ ...config }, ...fields)),
    ...saidIn.flatMap((place) => FILES[place]?.(text) ?? []),
  ];
  const paths = new Set(own.map(({ path }) => path));
  return [...files.filter(({ path }) => !paths.has(path)), ...own];
}

function said(path: string, value: unknown): ModelFile {
  return { path, bytes: jsonBytes(value), lfs: false };
}
