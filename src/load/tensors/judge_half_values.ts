import { type ExpectedModel, settingsOf } from "../config/expected_tensors.ts";
import type { PlacedTensors, TensorFault } from "./placed_tensor.ts";
import type { ModelConfig } from "../config/read_model_config.ts";

/*
 * The two 16-bit formats have different exponents: values read in the wrong one keep their order, but distances
 * between magnitudes grow or shrink by the power of eight. A configuration does not tell which format is
 * right: published models with float16 scales say bfloat16. The values themselves do.
 */

type Half = "F16" | "BF16";

/** Fewer values show nothing. */
const SAMPLE_LENGTH_MIN = 8;

/**
 * Finds tensors whose bytes are those of the other 16-bit format: `LOAD-SHAPES`.
 *
 * @param samples first values of the tensors, as their bytes stand in the file
 */
export function judgeHalfValues(
  samples: ReadonlyMap<string, Uint16Array>,
  tensors: PlacedTensors,
  model: { readonly config: ModelConfig; readonly expected: ExpectedModel },
): TensorFault[] {
  const faults: TensorFault[] = [];
  for (const layer of model.expected.layers.values()) {
    if (!layer.quantizable) continue;
    const settings = settingsOf(layer, model.config, tensors);
    const part = settings === undefined ? "weight" : "scales";
    const tensor = `${layer.path}.${part}`;
    const sample = samples.get(tensor);
    const dtype = tensors.get(tensor)?.dtype;
    if (sample === undefined || (dtype !== "F16" && dtype !== "BF16")) continue;
    let isPlausible: ((half: Half) => boolean) | undefined;
    if (settings === undefined) {
      isPlausible = (half) => hasPlausibleSpread(sample, half);
    } else if (settings.mode === "affine" && settings.bits > 1) {
      const biases = samples.get(`${layer.path}.biases`);
      if (biases === undefined || tensors.get(`${layer.path}.biases`)?.dtype !== dtype) continue;
      const top = 2 ** settings.bits - 1;
      isPlausible = (half) => hasPlausibleSteps({ scales: sample, biases, top }, half);
    }
    const other = dtype === "F16" ? "BF16" : "F16";
    if (isPlausible === undefined || isPlausible(dtype) || !isPlausible(other)) continue;
    const detail = `Tensor "${tensor}" is declared ${dtype}, but its values make sense only as ${other}`;
    faults.push({ cause: "dtype", tensor, detail });
  }
  return faults;
}

/** In a matrix of weights around zero, nine tenths are some ten times as large as one tenth. */
function hasPlausibleSpread(sample: Uint16Array, half: Half): boolean {
  const sizes = [...sample].map((bits) => Math.abs(decodeHalf(bits, half))).filter((v) => v > 0);
  if (sizes.length < SAMPLE_LENGTH_MIN) return true;
  sizes.sort((a, b) => a - b);
  const low = sizes[Math.floor(sizes.length * 0.1)] ?? 0;
  const high = sizes[Math.floor(sizes.length * 0.9)] ?? 0;
  const spread = high / low;
  return spread >= 2.5 && spread <= 1e5;
}

/** A group reaches from its bias, in steps of its scale, across zero: half of all steps or more. */
function hasPlausibleSteps(
  group: { readonly scales: Uint16Array; readonly biases: Uint16Array; readonly top: number },
  half: Half,
): boolean {
  const { scales, biases, top } = group;
  const steps = [...scales]
    .map((bits, at) => Math.abs(decodeHalf(biases[at] ?? 0, half) / decodeHalf(bits, half)))
    .filter((ratio) => ratio > 0 && Number.isFinite(ratio));
  if (steps.length < SAMPLE_LENGTH_MIN) return true;
  steps.sort((a, b) => a - b);
  const median = steps[Math.floor(steps.length / 2)] ?? 0;
  return median >= 0.45 * top && median <= 30 * top;
}

const words = new Uint32Array(1);
const floats = new Float32Array(words.buffer);

function decodeHalf(bits: number, half: Half): number {
  if (half === "BF16") {
    words[0] = bits << 16;
    return floats[0] ?? 0;
  }
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
