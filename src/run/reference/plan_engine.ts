import {
  type EnginePlan,
  type ExpertsPlan,
  type GatedBlock,
  type LayerPlan,
  type PlacedMatrix,
  rowsOf,
} from "./engine_plan.ts";
import type { ExpertsShape, LayerShape, ModelShape } from "./model_shape.ts";
import type { WeightPlacer } from "./weights/place_weights.ts";

/** Finds a place for every tensor that the model needs, and gives every step of the computation its weights. */
export function planEngine(shape: ModelShape, placer: WeightPlacer): EnginePlan {
  const { prefix, vocabularySize, hiddenSize, tie } = shape;
  const embedding = placer.matrix(`${prefix}model.embed_tokens`, [vocabularySize, hiddenSize]);
  const layers = shape.layers.map((layer, index) =>
    planLayer(shape, layer, { placer, at: `${prefix}model.layers.${index}` }),
  );
  const norm = placer.vector(`${prefix}model.norm`, hiddenSize);
  const lmHead = `${prefix}lm_head`;
  const isTied = tie === "tied without lm_head" ? !placer.has(`${lmHead}.weight`) : tie === "tied";
  const head = isTied ? embedding : placer.matrix(lmHead, [vocabularySize, hiddenSize]);
  return { shape, embedding, layers, norm, head };
}

interface LayerSource {
  readonly placer: WeightPlacer;
  /** What the names of the layer's tensors begin with. */
  readonly at: string;
}

function planLayer(shape: ModelShape, layer: LayerShape, source: LayerSource): LayerPlan {
  const { placer, at } = source;
  const { hiddenSize, headSize, headNorms } = shape;
  const querySize = shape.headCount * headSize;
  const keySize = shape.keyValueHeadCount * headSize;
  const isOfAll = headNorms === "all";
  const headNorm = (name: string, size: number) =>
    headNorms === "none"
      ? undefined
      : placer.vector(`${at}.self_attn.${name}`, isOfAll ? size : headSize);
  return {
    ...planQueries(shape, source),
    output: placer.matrix(`${at}.self_attn.o_proj`, [hiddenSize, querySize], {
      hasBias: shape.biases.output,
    }),
    queryNorm: headNorm("q_norm", querySize),
    keyNorm: headNorm("k_norm", keySize),
    norms: planNorms(shape, source),
    inner:
      layer.experts === undefined
        ? planBlock(shape, { placer, at: `${at}.mlp`, innerSize: shape.innerSize })
        : planExperts(shape, layer.experts, { placer, at: `${at}.${shape.expertsName}` }),
  };
}

/** Norms have other names where both sides of a half are normed. */
function planNorms({ norms, hiddenSize }: ModelShape, { placer, at }: LayerSource) {
  const norm = (name: string) => placer.vector(`${at}.${name}`, hiddenSize);
  const isBefore = norms !== "after";
  const isAfter = norms !== "before";
  const innerName = isAfter ? "pre_feedforward_layernorm" : "post_attention_layernorm";
  return {
    beforeAttention: isBefore ? norm("input_layernorm") : undefined,
    afterAttention: isAfter ? norm("post_attention_layernorm") : undefined,
    beforeInner: isBefore ? norm(innerName) : undefined,
    afterInner: isAfter ? norm("post_feedforward_layernorm") : undefined,
  };
}

function planQueries(shape: ModelShape, { placer, at }: LayerSource) {
  const { hiddenSize, headSize } = shape;
  const querySize = shape.headCount * headSize;
  const keySize = shape.keyValueHeadCount * headSize;
  const hasBias = shape.biases.queryKeyValue;
  const matrix = (name: string, rows: number) =>
    placer.matrix(`${at}.self_attn.${name}`, [rows, hiddenSize], { hasBias });
  if (!shape.isFused) {
    return {
      query: matrix("q_proj", querySize),
      key: matrix("k_proj", keySize),
      value: matrix("v_proj", keySize),
    };
  }
  const fused = matrix("qkv_proj", querySize + 2 * keySize);
  return {
    query: rowsOf(fused, 0, querySize),
    key: rowsOf(fused, querySize, keySize),
    value: rowsOf(fused, querySize + keySize, keySize),
  };
}

function planBlock(
  shape: ModelShape,
  { placer, at, innerSize }: LayerSource & { readonly innerSize: number },
): GatedBlock {
  const { hiddenSize } = shape;
  const hasBias = shape.biases.inner;
  const matrix = (name: string, rows: number, columns: number) =>
    placer.matrix(`${at}.${name}`, [rows, columns], { hasBias });
  const down = matrix("down_proj", hiddenSize, innerSize);
  if (!shape.isFused) {
    const gate = matrix("gate_proj", innerSize, hiddenSize);
    return { gate, up: matrix("up_proj", innerSize, hiddenSize), down };
  }
  const fused = matrix("gate_up_proj", 2 * innerSize, hiddenSize);
  return { gate: rowsOf(fused, 0, innerSize), up: rowsOf(fused, innerSize, innerSize), down };
}

type InnerName = "gate_proj" | "up_proj" | "down_proj";

/** What an expert's own tensors are called in mixtral. */
const MIXTRAL_NAMES = { gate_proj: "w1", up_proj: "w3", down_proj: "w2" } as const;

function planExperts(
  shape: ModelShape,
  { count, innerSize, sharedInnerSize }: ExpertsShape,
  { placer, at }: LayerSource,
): ExpertsPlan {
  const { hiddenSize } = shape;
  const numbers = Array.from({ length: count }, (_, expert) => expert);
  const matrices = (name: InnerName, rows: number, columns: number): readonly PlacedMatrix[] => {
    // Weights that no tool of MLX has saved keep each expert's apart, which mlx-lm takes too.
    const own = shape.expertsName === "mlp" ? name : MIXTRAL_NAMES[name];
    if (placer.has(`${at}.experts.0.${own}.weight`)) {
      return numbers.map((expert) =>
        placer.matrix(`${at}.experts.${expert}.${own}`, [rows, columns]),
      );
    }
    const all = placer.matrix(`${at}.switch_mlp.${name}`, [count, rows, columns]);
    return numbers.map((expert) => rowsOf(all, expert * rows, rows));
  };
  const router = placer.matrix(`${at}.gate`, [count, hiddenSize]);
  const gates = matrices("gate_proj", innerSize, hiddenSize);
  const ups = matrices("up_proj", innerSize, hiddenSize);
  const downs = matrices("down_proj", hiddenSize, innerSize);
  const experts = downs.flatMap((down, expert) => {
    const [gate, up] = [gates[expert], ups[expert]];
    return gate === undefined || up === undefined ? [] : [{ gate, up, down }];
  });
  if (sharedInnerSize === undefined) return { router, experts, shared: undefined };
  const gate = placer.matrix(`${at}.shared_expert_gate`, [1, hiddenSize]);
  const block = planBlock(shape, {
    placer,
    at: `${at}.shared_expert`,
    innerSize: sharedInnerSize,
  });
  return { router, experts, shared: { gate, block } };
}
