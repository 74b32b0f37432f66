import { type ModelConfig, isKnownArchitecture } from "./read_model_config.ts";
import type { QuantizationSettings } from "./read_quantization.ts";

/** One layer that holds tensors, as mlx-lm builds it before it packs anything. */
export interface ExpectedLayer {
  /** Such as `model.layers.0.mlp.up_proj`. */
  readonly path: string;
  /** Shape of its weight in full precision: rows (outputs) first. */
  readonly shape: readonly number[];
  /** Whether a vector of biases, one a row, is added. */
  readonly hasBias: boolean;
  /** Whether the layer can be packed; norms cannot. */
  readonly quantizable: boolean;
}

/** What one tensor must be. */
export interface ExpectedTensor {
  readonly name: string;
  readonly layer: string;
  readonly shape: readonly number[];
  readonly content: "float" | "packed" | "exponents";
}

/** Every tensor that a strict load wants, by layer. */
export interface ExpectedModel {
  readonly layers: ReadonlyMap<string, ExpectedLayer>;
  /** Whether a runtime drops a tensor of this name before it compares. */
  isIgnored(name: string): boolean;
}

/**
 * Lists the layers of a model of the llama family exactly as mlx-lm's classes make them: `LOAD-TENSORS`.
 *
 * @returns undefined for an architecture whose list is not known, or a configuration without the sizes
 */
export function expectedModel(config: ModelConfig): ExpectedModel | undefined {
  const { modelType, hiddenSize, layerCount, headCount, intermediateSize, vocabularySize } = config;
  if (!isKnownArchitecture(modelType) || config.foreign !== undefined) return undefined;
  if (hiddenSize === undefined || layerCount === undefined || headCount === undefined) return;
  if (intermediateSize === undefined || vocabularySize === undefined) return;

  const isQwen2 = modelType === "qwen2";
  const isQwen3 = modelType === "qwen3";
  // Qwen2 has no head_dim of its own in mlx-lm, whatever its configuration says.
  const headSize = (isQwen2 ? undefined : config.headSize) ?? Math.floor(hiddenSize / headCount);
  const querySize = headCount * headSize;
  const keySize = (config.keyValueHeadCount ?? headCount) * headSize;
  const isLlama = !isQwen2 && !isQwen3;
  const inputBias = isQwen2 || (isLlama && config.attentionBias);
  const outputBias = isLlama && config.attentionBias;
  const mlpBias = isLlama && config.mlpBias;

  const layers = new Map<string, ExpectedLayer>();
  const norm = (path: string, size: number) =>
    layers.set(path, { path, shape: [size], hasBias: false, quantizable: false });
  const matrix = (path: string, shape: readonly number[], hasBias: boolean) =>
    layers.set(path, { path, shape, hasBias, quantizable: true });

  matrix("model.embed_tokens", [vocabularySize, hiddenSize], false);
  for (let index = 0; index < layerCount; index += 1) {
    const at = `model.layers.${index}`;
    matrix(`${at}.self_attn.q_proj`, [querySize, hiddenSize], inputBias);
    matrix(`${at}.self_attn.k_proj`, [keySize, hiddenSize], inputBias);
    matrix(`${at}.self_attn.v_proj`, [keySize, hiddenSize], inputBias);
    matrix(`${at}.self_attn.o_proj`, [hiddenSize, querySize], outputBias);
    if (isQwen3) {
      norm(`${at}.self_attn.q_norm`, headSize);
      norm(`${at}.self_attn.k_norm`, headSize);
    }
    matrix(`${at}.mlp.gate_proj`, [intermediateSize, hiddenSize], mlpBias);
    matrix(`${at}.mlp.up_proj`, [intermediateSize, hiddenSize], mlpBias);
    matrix(`${at}.mlp.down_proj`, [hiddenSize, intermediateSize], mlpBias);
    norm(`${at}.input_layernorm`, hiddenSize);
    norm(`${at}.post_attention_layernorm`, hiddenSize);
  }
  norm("model.norm", hiddenSize);
  if (!config.tieWordEmbeddings) matrix("lm_head", [vocabularySize, hiddenSize], false);

  const isIgnored = (name: string) =>
    (config.tieWordEmbeddings && name === "lm_head.weight") ||
    (!isQwen3 && name.includes("self_attn.rotary_emb.inv_freq"));
  return { layers, isIgnored };
}

/**
 * How a layer is packed by mlx-lm's rule: as its own entry says, or else as the general settings say
 * where the weights have its scales.
 */
export function settingsOf(
  layer: ExpectedLayer,
  config: ModelConfig,
  present: { has(name: string): boolean },
): QuantizationSettings | undefined {
  if (!layer.quantizable || config.quantization === undefined) return undefined;
  const own = config.quantization.perLayer.get(layer.path);
  if (own !== undefined) return own === false ? undefined : own;
  return present.has(`${layer.path}.scales`) ? config.quantization : undefined;
}

/** The tensors of one layer, packed or not: `LOAD-SHAPES`. */
export function tensorsOf(
  layer: ExpectedLayer,
  settings: QuantizationSettings | undefined,
): ExpectedTensor[] {
  const { path, shape } = layer;
  const tensor = (
    part: string,
    partShape: readonly number[],
    content: ExpectedTensor["content"],
  ): ExpectedTensor => ({ name: `${path}.${part}`, layer: path, shape: partShape, content });
  const [rows = 0, columns = 0] = shape;
  const bias = layer.hasBias ? [tensor("bias", [rows], "float")] : [];
  if (settings === undefined) return [tensor("weight", shape, "float"), ...bias];
  const { bits, groupSize, mode } = settings;
  const groups = [rows, columns / groupSize];
  const packed = tensor("weight", [rows, (columns * bits) / 32], "packed");
  return mode === "affine"
    ? [packed, tensor("scales", groups, "float"), tensor("biases", groups, "float"), ...bias]
    : [packed, tensor("scales", groups, "exponents"), ...bias];
}

/**
 * The names of all tensors that a model must have, packed as far as the tensors that are there show it.
 *
 * @param present dtypes of the tensors that are there, by name
 */
export function wantedNames(
  expected: ExpectedModel,
  config: ModelConfig,
  present: ReadonlyMap<string, string>,
): Set<string> {
  const names = [...expected.layers.values()].flatMap((layer) => {
    const own = config.quantization?.perLayer.get(layer.path);
    const general = own === undefined ? config.quantization : own || undefined;
    const isPacked = isAnyPacked(layer, present);
    return tensorsOf(layer, isPacked ? general : undefined).map(({ name }) => name);
  });
  return new Set(names);
}

/** Whether any tensor of a layer shows that it is packed, whichever others are absent. */
export function isAnyPacked(layer: ExpectedLayer, present: ReadonlyMap<string, string>): boolean {
  if (!layer.quantizable) return false;
  const { path } = layer;
  return (
    present.has(`${path}.scales`) ||
    present.has(`${path}.biases`) ||
    present.get(`${path}.weight`) === "U32"
  );
}
