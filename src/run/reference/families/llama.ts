import type { LayerShape, ModelShape } from "../model_shape.ts";
import { readRotation } from "../read_rotation.ts";
import type { ConfigBlock, ConfigFields } from "./config_fields.ts";
import { type OwnShape, plainShape, tieOf } from "./plain_shape.ts";

/** The defaults of `ModelArgs` in mlx-lm's `llama.py`, which `olmo2.py` repeats. */
export const LLAMA_DEFAULTS: ConfigBlock = {
  attention_bias: false,
  mlp_bias: false,
  rope_theta: 10_000,
  rope_traditional: false,
  tie_word_embeddings: true,
};

/** Reads what mlx-lm's `llama.py` reads, for llama and mistral. */
export function llamaShape(fields: ConfigFields): ModelShape {
  const all = fields.withDefaults(LLAMA_DEFAULTS);
  const windows = readWindows(all);
  return withLlamaArguments(all, { layer: (at) => ({ window: windows[at] }) });
}

/** Reads what `smollm3.py` reads: a llama some of whose layers rotate nothing. */
export function smollm3Shape(fields: ConfigFields): ModelShape {
  const all = fields.withDefaults({ ...LLAMA_DEFAULTS, no_rope_layer_interval: 4 });
  const kinds = all.json["layer_types"];
  if (Array.isArray(kinds) && kinds.some((kind) => kind !== "full_attention")) {
    throw all.unsupported("its layer_types has other layers than full_attention");
  }
  return withLlamaArguments(all, { layer: rotationOf(all) });
}

/** Reads what `olmo2.py` reads: a llama that norms what comes out, and all heads as one. */
export function olmo2Shape(fields: ConfigFields): ModelShape {
  const all = fields.withDefaults(LLAMA_DEFAULTS);
  return withLlamaArguments(all, { norms: "after", headNorms: "all" });
}

function withLlamaArguments(fields: ConfigFields, own: OwnShape): ModelShape {
  const headSize =
    fields.optionalSize("head_dim") ??
    Math.floor(fields.size("hidden_size") / fields.size("num_attention_heads"));
  const attention = fields.flag("attention_bias");
  return plainShape(fields, {
    headSize,
    biases: { queryKeyValue: attention, output: attention, inner: fields.flag("mlp_bias") },
    rotation: readRotation(fields, {
      size: headSize,
      base: fields.number("rope_theta"),
      isTraditional: fields.flag("rope_traditional"),
      scaling: fields.block("rope_scaling"),
    }),
    tie: tieOf(fields),
    ...own,
  });
}

/** A `sliding_window` alone means nothing to mlx-lm. */
function readWindows(fields: ConfigFields): readonly (number | undefined)[] {
  const kinds: unknown = fields.json["layer_types"];
  if (!Array.isArray(kinds) || !kinds.includes("sliding_attention")) return [];
  const window = fields.optionalSize("sliding_window");
  if (window === undefined) {
    throw fields.corrupt("it has layers of sliding_attention and no sliding_window");
  }
  if (!kinds.includes("full_attention")) {
    throw fields.corrupt("it has no layer of full_attention, without which mlx-lm fails too");
  }
  return kinds.map((kind) => (kind === "sliding_attention" ? window : undefined));
}

function rotationOf(fields: ConfigFields): (index: number) => Partial<LayerShape> {
  const count = fields.size("num_hidden_layers");
  const list: unknown = fields.json["no_rope_layers"] ?? undefined;
  if (list === undefined) {
    const interval = fields.size("no_rope_layer_interval");
    return (index) => ((index + 1) % interval === 0 ? { rotation: undefined } : {});
  }
  if (!Array.isArray(list) || list.length !== count) {
    throw fields.corrupt(`its no_rope_layers must name each of ${count} layers`);
  }
  return (index) => (list[index] ? {} : { rotation: undefined });
}
