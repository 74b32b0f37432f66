import { pickWeights, withFile, withoutPaths } from "./damage.ts";
import { appleDouble } from "./foreign_bytes.ts";
import type { ModelFile, TinyModel } from "../model_file.ts";
import { jsonBytes } from "../tiny_tokenizer.ts";

/** A change of a model's directory that makes nothing wrong. */
export interface Harmless {
  readonly name: string;
  apply(model: TinyModel): ModelFile[];
}

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
      const absent = { architectures: undefined, hidden_act: undefined, rope_theta: undefined };
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
    name: "header-padded",
    apply: (model) => {
      const { path, bytes } = pickWeights(model, 0);
      return withFile(model, { path, bytes: padHeader(bytes) });
    },
  },
];

/** Changes keys of the header; the data stays where it is in relation to the header's end. */
function withHeader(file: Uint8Array, keys: Readonly<Record<string, unknown>>): Uint8Array {
  const length = new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true);
  const end = 8 + Number(length);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, end))) as object;
  const text = new TextEncoder().encode(JSON.stringify({ ...header, ...keys }));
  const changed = new Uint8Array(8 + text.length + file.length - end);
  new DataView(changed.buffer).setBigUint64(0, BigInt(text.length), true);
  changed.set(text, 8);
  changed.set(file.subarray(end), 8 + text.length);
  return changed;
}

/** Makes room of 512 blanks between the header and the data. */
function padHeader(file: Uint8Array): Uint8Array {
  const length = new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true);
  const end = 8 + Number(length);
  const longer = new Uint8Array(file.length + 512).fill(0x20);
  longer.set(file.subarray(0, end));
  longer.set(file.subarray(end), end + 512);
  new DataView(longer.buffer).setBigUint64(0, length + 512n, true);
  return longer;
}
