import type { ModelShape } from "../model_shape.ts";
import { readRotation } from "../read_rotation.ts";
import type { ConfigFields } from "./config_fields.ts";
import { plainShape, tieOf } from "./plain_shape.ts";

/** Reads what mlx-lm's `qwen2.py` reads; it has no head_dim of its own, whatever the configuration says. */
export function qwen2Shape(fields: ConfigFields): ModelShape {
  const all = fields.withDefaults({
    rope_theta: 1_000_000,
    rope_traditional: false,
    tie_word_embeddings: true,
  });
  const headSize = Math.floor(all.size("hidden_size") / all.size("num_attention_heads"));
  return plainShape(all, {
    biases: { queryKeyValue: true, output: false, inner: false },
    rotation: readRotation(all, {
      size: headSize,
      base: all.number("rope_theta"),
      isTraditional: all.flag("rope_traditional"),
      scaling: all.block("rope_scaling"),
    }),
    tie: tieOf(all),
  });
}

/** Reads what `qwen3.py` reads; it alone knows the block into which newer configurations moved both settings. */
export function qwen3Shape(fields: ConfigFields): ModelShape {
  const headSize = fields.size("head_dim");
  const nested = fields.block("rope_parameters");
  const base = fields.json["rope_theta"] ?? nested?.["rope_theta"];
  return plainShape(fields, {
    headSize,
    headNorms: "each",
    rotation: readRotation(fields, {
      size: headSize,
      base: fields.of({ rope_theta: base }).number("rope_theta"),
      scaling: fields.block("rope_scaling") ?? nested,
    }),
    tie: tieOf(fields),
  });
}
