import type { ExpectedLayer } from "../config/expected_tensors.ts";
import type { PlacedTensor, PlacedTensors, TensorFault } from "./placed_tensor.ts";
import type { ModelConfig } from "../config/read_model_config.ts";
import {
  describeSettings,
  isSupportedSettings,
  type QuantizationSettings,
} from "../config/read_quantization.ts";

/**
 * Finds how a layer is packed that is packed soundly, but not as the configuration declares.
 *
 * mlx-lm since 0.32.0 infers the packing of a layer that the configuration does not name and loads it; older
 * mlx-lm and the other runtimes believe the configuration. `LOAD-SHAPES`
 *
 * @returns undefined where it is as declared, or fits nothing
 */
export function packedOtherwise(
  layer: ExpectedLayer,
  settings: QuantizationSettings,
  tensors: PlacedTensors,
): QuantizationSettings | undefined {
  const weight = tensors.get(`${layer.path}.weight`);
  const scales = tensors.get(`${layer.path}.scales`);
  const [rows, columns = 0] = layer.shape;
  if (weight === undefined || scales === undefined || weight.dtype !== "U32") return undefined;
  if (weight.shape.length !== 2 || scales.shape.length !== 2) return undefined;
  if (weight.shape[0] !== rows || scales.shape[0] !== rows) return undefined;
  const actual = inferSettings({ weight, scales, columns });
  if (!isSupportedSettings(actual)) return undefined;
  return isSamePacking(actual, settings) ? undefined : actual;
}

/** Whether two settings pack alike. */
export function isSamePacking(one: QuantizationSettings, two: QuantizationSettings): boolean {
  return one.bits === two.bits && one.groupSize === two.groupSize && one.mode === two.mode;
}

/**
 * The fault of a layer that is packed otherwise than the configuration says.
 *
 * @param isNamed whether the configuration has an entry for this layer, which every runtime believes
 */
export function packingFault(
  path: string,
  packing: { readonly actual: QuantizationSettings; readonly declared: QuantizationSettings },
  { isNamed }: { readonly isNamed: boolean },
): TensorFault {
  const { actual, declared } = packing;
  const detail = `Layer "${path}" is packed as ${describeSettings(actual)}, but the configuration says ${describeSettings(declared)}`;
  const fault = { cause: "quantization", tensor: `${path}.weight`, detail } as const;
  return isNamed ? fault : { ...fault, level: "warning" };
}

/**
 * How shapes and dtypes say that a layer is packed; MLX can unpack it only if the result is supported.
 *
 * @param options the packed weight, its scales, and the columns that the layer has in full precision
 */
export function inferSettings(options: {
  readonly weight: PlacedTensor;
  readonly scales: PlacedTensor;
  readonly columns: number;
}): QuantizationSettings {
  const { weight, scales, columns } = options;
  const bits = ((weight.shape.at(-1) ?? 0) * 32) / columns;
  const groupSize = columns / (scales.shape.at(-1) ?? 0);
  if (scales.dtype !== "U8") return { bits, groupSize, mode: "affine" };
  if (bits === 8) return { bits, groupSize, mode: "mxfp8" };
  return { bits, groupSize, mode: groupSize === 16 ? "nvfp4" : "mxfp4" };
}

/**
 * Judges packed tensors of an architecture whose list of tensors is not known.
 *
 * Each `X.scales` needs an `X.weight` of packed words, whose shape fits the declared packing or, where the
 * configuration may name the layer otherwise, some packing that MLX has.
 */
export function judgeUnknownLayers(tensors: PlacedTensors, config: ModelConfig): TensorFault[] {
  const faults: TensorFault[] = [];
  for (const [name, scales] of tensors) {
    if (!name.endsWith(".scales")) continue;
    const path = name.slice(0, -".scales".length);
    const tensor = `${path}.weight`;
    const weight = tensors.get(tensor);
    if (weight === undefined) {
      const detail = `Tensor "${tensor}" is missing, although there are scales for it`;
      faults.push({ cause: "missing-tensor", tensor, detail });
    } else if (weight.dtype !== "U32") {
      const detail = `Tensor "${tensor}" has the dtype ${weight.dtype}, but packed weights must be U32`;
      faults.push({ cause: "dtype", tensor, detail });
    } else if (!fitsSomePacking(weight, scales, config.quantization?.perLayer.get(path))) {
      const detail = `Tensor "${tensor}" of shape [${weight.shape.join(", ")}] and its scales of shape [${scales.shape.join(", ")}] fit no packing that MLX has`;
      faults.push({ cause: "shape", tensor, detail });
    } else if (scales.dtype !== "U8" && !tensors.has(`${path}.biases`)) {
      const missing = `${path}.biases`;
      const detail = `Tensor "${missing}" is missing, although affine packing needs it`;
      faults.push({ cause: "missing-tensor", tensor: missing, detail });
    }
  }
  return faults;
}

const BITS = [1, 2, 3, 4, 5, 6, 8];

function fitsSomePacking(
  weight: PlacedTensor,
  scales: PlacedTensor,
  own: QuantizationSettings | false | undefined,
): boolean {
  const rank = weight.shape.length;
  if (rank < 2 || scales.shape.length !== rank) return false;
  if (weight.shape.slice(0, -1).some((size, at) => size !== scales.shape[at])) return false;
  const bitsPerRow = (weight.shape.at(-1) ?? 0) * 32;
  const candidates = own === undefined || own === false ? BITS : [own.bits];
  return candidates.some((bits) => {
    const actual = inferSettings({ weight, scales, columns: bitsPerRow / bits });
    if (!isSupportedSettings(actual)) return false;
    return own === undefined || own === false || own.groupSize === actual.groupSize;
  });
}
