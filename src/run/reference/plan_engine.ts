import type { EnginePlan, LayerPlan, PlacedMatrix, PlacedVector } from "./engine_plan.ts";
import type { PlacedWeights } from "./placed_weights.ts";
import type { ModelShape } from "./read_shape.ts";

/** Gives every step of the computation its weights. */
export function planEngine(shape: ModelShape, placed: PlacedWeights): EnginePlan {
  const matrix = (path: string): PlacedMatrix => required(placed.matrices.get(path), path);
  const vector = (path: string): PlacedVector => required(placed.vectors.get(path), path);
  const layers = Array.from({ length: shape.layerCount }, (_, index): LayerPlan => {
    const at = `model.layers.${index}`;
    return {
      inputNorm: vector(`${at}.input_layernorm`),
      query: matrix(`${at}.self_attn.q_proj`),
      key: matrix(`${at}.self_attn.k_proj`),
      value: matrix(`${at}.self_attn.v_proj`),
      // Only qwen3 has them.
      queryNorm: placed.vectors.get(`${at}.self_attn.q_norm`),
      keyNorm: placed.vectors.get(`${at}.self_attn.k_norm`),
      output: matrix(`${at}.self_attn.o_proj`),
      attentionNorm: vector(`${at}.post_attention_layernorm`),
      gate: matrix(`${at}.mlp.gate_proj`),
      up: matrix(`${at}.mlp.up_proj`),
      down: matrix(`${at}.mlp.down_proj`),
    };
  });
  const embedding = matrix("model.embed_tokens");
  return {
    shape,
    embedding,
    layers,
    norm: vector("model.norm"),
    head: shape.config.tieWordEmbeddings ? embedding : matrix("lm_head"),
  };
}

function required<Place>(place: Place | undefined, path: string): Place {
  if (place === undefined) throw new RangeError(`Cannot plan without the place of "${path}"`);
  return place;
}
