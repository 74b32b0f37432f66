import { seededMatrix, seededVector } from "../seeded_tensors.ts";
import type { Packing } from "../quantize_floats.ts";
import { prefixOf, type TinyFamilyOptions } from "./tiny_family_options.ts";
import type { Tensor } from "../write_safetensors.ts";

/** What decides the tensors. */
export interface FamilyTensorsOptions extends TinyFamilyOptions {
  /** How a layer is packed, if it is. */
  readonly quantizationOf: (layer: string) => Packing | undefined;
}

/** Makes the tensors of a model under the names and in the shapes that MLX gives them. */
export function tinyFamilyTensors(options: FamilyTensorsOptions): Tensor[] {
  const { hiddenSize, vocabSize, family, tied } = options;
  const make = new FamilyTensors(options);
  const prefix = `${prefixOf(family)}model`;
  const isAlwaysTied = family === "gemma2";
  const isNeverTied = family === "qwen2_moe";
  const hasOutput = !isAlwaysTied && (isNeverTied || !tied);
  return [
    ...make.matrix(`${prefix}.embed_tokens`, [vocabSize, hiddenSize]),
    ...Array.from({ length: options.layers }, (_, layer) =>
      make.layer(`${prefix}.layers.${layer}`, layer),
    ).flat(),
    make.norm(`${prefix}.norm`, hiddenSize),
    ...(hasOutput ? make.matrix(`${prefixOf(family)}lm_head`, [vocabSize, hiddenSize]) : []),
    // Of images, which is left out where there is only text.
    ...(family === "gemma3" ? [make.norm("vision_tower.norm", hiddenSize)] : []),
  ];
}

class FamilyTensors {
  readonly #options: FamilyTensorsOptions;

  constructor(options: FamilyTensorsOptions) {
    this.#options = options;
  }

  /** What adds to the residual is made larger where it is normed, so that a model does not repeat its input. */
  norm(path: string, size: number): Tensor {
    const { seed, dtype, family } = this.#options;
    const isOffset = family.startsWith("gemma");
    const isAfter = /post_(?:attention|feedforward)_layernorm$/.test(path);
    const gain = isAfter && (isOffset || family === "olmo2") ? 4 : 1;
    const center = isOffset ? gain - 1 : gain;
    return seededVector(`${path}.weight`, size, { seed, dtype, center });
  }

  matrix(layer: string, shape: readonly number[]): readonly Tensor[] {
    const { seed, dtype, quantizationOf } = this.#options;
    const packing = quantizationOf(layer);
    return seededMatrix(layer, shape, { seed, dtype, packing, hasBias: this.#hasBias(layer) });
  }

  layer(at: string, index: number): Tensor[] {
    const { family, hiddenSize } = this.#options;
    const names =
      family === "olmo2"
        ? ["post_attention_layernorm", "post_feedforward_layernorm"]
        : ["input_layernorm", "post_attention_layernorm"];
    const inner = ["pre_feedforward_layernorm", "post_feedforward_layernorm"];
    const all = family.startsWith("gemma") ? [...names, ...inner] : names;
    return [
      ...all.map((name) => this.norm(`${at}.${name}`, hiddenSize)),
      ...this.#attention(`${at}.self_attn`),
      ...this.#inner(at, index),
    ];
  }

  #attention(at: string): Tensor[] {
    const { family, hiddenSize, heads, kvHeads } = this.#options;
    const headSize = this.#options.headSize ?? hiddenSize / heads;
    const [querySize, keySize] = [heads * headSize, kvHeads * headSize];
    const output = this.matrix(`${at}.o_proj`, [hiddenSize, querySize]);
    if (family === "phi3") {
      return [...output, ...this.matrix(`${at}.qkv_proj`, [querySize + 2 * keySize, hiddenSize])];
    }
    const isEach = family === "qwen3_moe" || family === "gemma3" || family === "gemma3_text";
    const normSizes = isEach ? [headSize, headSize] : [querySize, keySize];
    const [queryNorm = 0, keyNorm = 0] = normSizes;
    const norms = [this.norm(`${at}.q_norm`, queryNorm), this.norm(`${at}.k_norm`, keyNorm)];
    return [
      ...output,
      ...this.matrix(`${at}.q_proj`, [querySize, hiddenSize]),
      ...this.matrix(`${at}.k_proj`, [keySize, hiddenSize]),
      ...this.matrix(`${at}.v_proj`, [keySize, hiddenSize]),
      ...(isEach || family === "olmo2" ? norms : []),
    ];
  }

  #inner(at: string, index: number): Tensor[] {
    const { family, hiddenSize, intermediateSize, experts, expertSize, config } = this.#options;
    if (family === "phi3") {
      return [
        ...this.matrix(`${at}.mlp.down_proj`, [hiddenSize, intermediateSize]),
        ...this.matrix(`${at}.mlp.gate_up_proj`, [2 * intermediateSize, hiddenSize]),
      ];
    }
    const plain = config["mlp_only_layers"];
    const isPlain = Array.isArray(plain) && plain.includes(index);
    const hasExperts = family.endsWith("_moe") || family === "mixtral";
    if (!hasExperts || isPlain) return this.#block(`${at}.mlp`, [intermediateSize, hiddenSize]);
    const name = `${at}.${family === "mixtral" ? "block_sparse_moe" : "mlp"}`;
    const size = family === "mixtral" ? intermediateSize : expertSize;
    const tensors = [
      ...this.matrix(`${name}.gate`, [experts, hiddenSize]),
      ...this.#block(`${name}.switch_mlp`, [size, hiddenSize], [experts]),
    ];
    if (family !== "qwen2_moe") return tensors;
    return [
      ...tensors,
      ...this.#block(`${name}.shared_expert`, [intermediateSize, hiddenSize]),
      ...this.matrix(`${name}.shared_expert_gate`, [1, hiddenSize]),
    ];
  }

  #block(at: string, [inner, outer]: readonly [number, number], lead: number[] = []): Tensor[] {
    return [
      ...this.matrix(`${at}.gate_proj`, [...lead, inner, outer]),
      ...this.matrix(`${at}.up_proj`, [...lead, inner, outer]),
      ...this.matrix(`${at}.down_proj`, [...lead, outer, inner]),
    ];
  }

  #hasBias(layer: string): boolean {
    const { family, attentionBias, mlpBias } = this.#options;
    if (family === "qwen2_moe") return /\.[qkv]_proj$/.test(layer);
    if (family !== "granite" && family !== "olmo2" && family !== "smollm3") return false;
    return (attentionBias && layer.includes(".self_attn.")) || (mlpBias && layer.includes(".mlp."));
  }
}
