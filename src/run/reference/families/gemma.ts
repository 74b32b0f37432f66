import type { LayerShape, ModelShape } from "../model_shape.ts";
import { readRotation } from "../read_rotation.ts";
import type { ConfigBlock, ConfigFields } from "./config_fields.ts";
import { type OwnShape, plainShape } from "./plain_shape.ts";

/** What both versions share: norms whose weights lie around 0 on both sides of each half, and another gate. */
const GEMMA: OwnShape = { norms: "both", normOffset: 1, activation: "gelu" };

/** Reads what mlx-lm's `gemma2.py` reads; all its layers see all positions, whatever sliding_window says. */
export function gemma2Shape(fields: ConfigFields): ModelShape {
  const all = fields.withDefaults({
    rope_theta: 10_000,
    rope_traditional: false,
    attn_logit_softcapping: 50,
    final_logit_softcapping: 30,
    query_pre_attn_scalar: 144,
  });
  return plainShape(all, {
    ...GEMMA,
    headSize: all.size("head_dim"),
    factors: {
      embedding: Math.sqrt(all.size("hidden_size")),
      query: queryFactor(all),
    },
    caps: {
      scores: all.number("attn_logit_softcapping"),
      logits: all.number("final_logit_softcapping"),
    },
    tie: "tied",
  });
}

const GEMMA3_DEFAULTS: ConfigBlock = {
  hidden_size: 1152,
  num_hidden_layers: 26,
  intermediate_size: 6912,
  num_attention_heads: 4,
  head_dim: 256,
  rms_norm_eps: 1e-6,
  vocab_size: 262_144,
  num_key_value_heads: 1,
  rope_theta: 1_000_000,
  rope_local_base_freq: 10_000,
  query_pre_attn_scalar: 256,
  sliding_window: 512,
  sliding_window_pattern: 6,
  max_position_embeddings: 32_768,
};

/** Reads what `gemma3_text.py` reads: most layers see a window, and rotate with a base of their own. */
export function gemma3TextShape(fields: ConfigFields): ModelShape {
  const all = fields.withDefaults(GEMMA3_DEFAULTS);
  const size = all.size("head_dim");
  const pattern = all.size("sliding_window_pattern");
  if (pattern > all.size("num_hidden_layers")) {
    throw all.corrupt(
      `of ${pattern} layers by its sliding_window_pattern the last sees all positions, and it has fewer, with which mlx-lm fails too`,
    );
  }
  const window = all.size("sliding_window");
  const wide = readRotation(all, {
    size,
    base: all.number("rope_theta"),
    scaling: all.block("rope_scaling"),
  });
  const local = all.number("rope_local_base_freq");
  const layer = (index: number): Partial<LayerShape> =>
    (index + 1) % pattern === 0 ? {} : { window, rotation: 1 };
  return plainShape(all, {
    ...GEMMA,
    headSize: size,
    headNorms: "each",
    factors: {
      embedding: roundedToBfloat16(Math.sqrt(all.size("hidden_size"))),
      query: queryFactor(all),
    },
    rotations: [wide, readRotation(all, { size, base: local, scaling: undefined })],
    layer,
    tie: "tied without lm_head",
  });
}

/** Reads what `gemma3.py` reads: the part for text of a model that takes images too. */
export function gemma3Shape(fields: ConfigFields): ModelShape {
  const text = fields.block("text_config");
  if (text === undefined) throw fields.corrupt("it has no text_config");
  const heads = { num_attention_heads: 8, num_key_value_heads: 4 };
  const outer = fields.withDefaults({ vocab_size: 262_208 });
  const inner = { ...heads, ...text, vocab_size: outer.size("vocab_size") };
  return { ...gemma3TextShape(fields.of(inner)), prefix: "language_model." };
}

function queryFactor(fields: ConfigFields): number {
  const scalar = fields.number("query_pre_attn_scalar");
  if (scalar > 0) return 1 / Math.sqrt(scalar);
  throw fields.corrupt(`its query_pre_attn_scalar is ${scalar}`);
}

/** MLX writes this factor in 16 bits, whatever it computes in. */
function roundedToBfloat16(value: number): number {
  const words = new Uint32Array(Float32Array.of(value).buffer);
  const [bits = 0] = words;
  // To the nearest, the even one of two that are as near.
  words[0] = (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
  return new Float32Array(words.buffer)[0] ?? value;
}
