import type { ModelShape } from "../model_shape.ts";
import { readRotation } from "../read_rotation.ts";
import type { ConfigFields } from "./config_fields.ts";
import { plainShape, tieOf } from "./plain_shape.ts";

/** Reads what mlx-lm's `granite.py` reads: a llama with four factors, and heads that divide the hidden size. */
export function graniteShape(fields: ConfigFields): ModelShape {
  const all = fields.withDefaults({ tie_word_embeddings: true });
  const headSize = Math.floor(all.size("hidden_size") / all.size("num_attention_heads"));
  const attention = all.flag("attention_bias");
  return plainShape(all, {
    biases: { queryKeyValue: attention, output: attention, inner: all.flag("mlp_bias") },
    factors: {
      embedding: all.number("embedding_multiplier"),
      query: all.number("attention_multiplier"),
      residual: all.number("residual_multiplier"),
      logitDivisor: all.number("logits_scaling"),
    },
    rotation: readRotation(all, {
      size: headSize,
      base: all.number("rope_theta"),
      scaling: all.block("rope_scaling"),
    }),
    tie: tieOf(all),
  });
}
