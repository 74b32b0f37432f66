import type { ExpertsShape, LayerShape, ModelShape } from "../model_shape.ts";
import type { ConfigFields } from "./config_fields.ts";
import { plainShape, tieOf } from "./plain_shape.ts";

/** Reads what mlx-lm's `mixtral.py` reads; all its layers see all positions, whatever sliding_window says. */
export function mixtralShape(fields: ConfigFields): ModelShape {
  const all = fields.withDefaults({
    vocab_size: 32_000,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_experts_per_tok: 2,
    num_key_value_heads: 8,
    num_local_experts: 8,
    rms_norm_eps: 1e-5,
    rope_theta: 1_000_000,
    rope_traditional: false,
    tie_word_embeddings: false,
  });
  refuseScaling(all);
  const experts = readExperts(all, {
    count: all.size("num_local_experts"),
    innerSize: all.size("intermediate_size"),
    shares: "of chosen",
  });
  return plainShape(all, {
    expertsName: "block_sparse_moe",
    layer: () => ({ experts }),
    tie: tieOf(all),
  });
}

/** Reads what `qwen2_moe.py` reads; it has an output of its own whatever the configuration says. */
export function qwen2MoeShape(fields: ConfigFields): ModelShape {
  const all = fields.withDefaults({ rope_theta: 1_000_000, rope_traditional: false });
  refuseScaling(all);
  const experts = readExperts(all, {
    count: all.size("num_experts"),
    innerSize: all.size("moe_intermediate_size"),
    shares: "of all",
    sharedInnerSize: all.size("shared_expert_intermediate_size"),
  });
  return plainShape(all, {
    biases: { queryKeyValue: true, output: false, inner: false },
    layer: () => ({ experts }),
  });
}

/** Reads what `qwen3_moe.py` reads; some of its layers may have no experts. */
export function qwen3MoeShape(fields: ConfigFields): ModelShape {
  refuseScaling(fields);
  return plainShape(fields, {
    headSize: fields.size("head_dim"),
    headNorms: "each",
    layer: expertLayers(fields),
    tie: tieOf(fields),
  });
}

function expertLayers(fields: ConfigFields): (index: number) => Partial<LayerShape> {
  const plain: unknown = fields.json["mlp_only_layers"];
  if (!Array.isArray(plain)) throw fields.corrupt("its mlp_only_layers is not a list");
  const step = fields.size("decoder_sparse_step");
  // No experts at all is a model too.
  if (fields.number("num_experts") <= 0) return () => ({});
  const experts = readExperts(fields, {
    count: fields.size("num_experts"),
    innerSize: fields.size("moe_intermediate_size"),
    shares: "of all",
    isNormalized: fields.flag("norm_topk_prob"),
  });
  return (index) => (plain.includes(index) || (index + 1) % step !== 0 ? {} : { experts });
}

/** These modules of mlx-lm read the block and compute as if it were not there. */
function refuseScaling(fields: ConfigFields): void {
  if (Object.keys(fields.block("rope_scaling") ?? {}).length === 0) return;
  throw fields.unsupported(
    `its rope_scaling is not heeded by mlx-lm's ${fields.modelType}, so that the tokens would be others than were meant`,
  );
}

function readExperts(
  fields: ConfigFields,
  own: Pick<ExpertsShape, "count" | "innerSize" | "shares"> & Partial<ExpertsShape>,
): ExpertsShape {
  const perToken = fields.size("num_experts_per_tok");
  if (perToken > own.count) {
    throw fields.corrupt(`each token goes through ${perToken} of ${own.count} experts`);
  }
  return { perToken, isNormalized: false, sharedInnerSize: undefined, ...own };
}
