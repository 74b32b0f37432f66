import type { PlacedTensors } from "./placed_tensor.ts";
import type { ModelConfig } from "../config/read_model_config.ts";

/**
 * Counts a model's parameters as mlx-lm does: packed weights count as often as they unpack, their scales and
 * biases do not count.
 */
export function countParameters(tensors: PlacedTensors, config: ModelConfig | undefined): number {
  let count = 0;
  for (const [name, { shape, dtype }] of tensors) {
    const layer = name.slice(0, name.lastIndexOf("."));
    const isPacked = tensors.has(`${layer}.scales`);
    if (isPacked && /\.(?:scales|biases|global_scale)$/.test(name)) continue;
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    const own = config?.quantization?.perLayer.get(layer);
    const settings = own === undefined || own === false ? config?.quantization : own;
    const isWords = isPacked && dtype === "U32" && settings !== undefined;
    count += isWords ? Math.floor((size * 32) / settings.bits) : size;
  }
  return count;
}
