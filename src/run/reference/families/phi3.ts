import type { ModelShape } from "../model_shape.ts";
import { plainRotation, type Rotation, stretchedRotation } from "../read_rotation.ts";
import type { ConfigFields } from "./config_fields.ts";
import { plainShape, tieOf } from "./plain_shape.ts";

/** Reads what mlx-lm's `phi3.py` reads: fused matrices, and heads of which a part is rotated. */
export function phi3Shape(fields: ConfigFields): ModelShape {
  const all = fields.withDefaults({
    rope_theta: 10_000,
    rope_traditional: false,
    partial_rotary_factor: 1,
    max_position_embeddings: 131_072,
    original_max_position_embeddings: 4096,
    tie_word_embeddings: false,
  });
  return plainShape(all, { isFused: true, rotation: rotationOf(all), tie: tieOf(all) });
}

function rotationOf(fields: ConfigFields): Rotation {
  const headSize = Math.floor(fields.size("hidden_size") / fields.size("num_attention_heads"));
  const size = Math.trunc(headSize * fields.number("partial_rotary_factor"));
  if (size < 2 || size > headSize || size % 2 !== 0) {
    throw fields.corrupt(`its partial_rotary_factor rotates ${size} of ${headSize} numbers`);
  }
  const plain = plainRotation(fields, size);
  const scaling = fields.block("rope_scaling");
  if (scaling === undefined || Object.keys(scaling).length === 0) return plain;
  const kind = scaling["type"];
  if (kind === undefined || scaling["long_factor"] === undefined) {
    throw fields.corrupt("its rope_scaling lacks type or long_factor, without which mlx-lm fails");
  }
  if (kind === "longrope" || kind === "su") {
    return stretchedRotation(fields, {
      size,
      base: fields.number("rope_theta"),
      scaling,
      context: fields.size("original_max_position_embeddings"),
    });
  }
  if (kind === "linear") {
    return { ...plain, positionScale: Math.fround(1 / fields.of(scaling).number("factor")) };
  }
  throw fields.unsupported(
    `its rope_scaling is of the type ${JSON.stringify(kind)}; longrope, su and linear are computed for phi3`,
  );
}
