import {
  isSupportedSettings,
  type QuantizationConfig,
  type QuantizationSettings,
} from "../config/read_quantization.ts";
import type { TableModel, TableTensor } from "../tables/table_tensors.ts";
import { inferSettings, isSamePacking, packingFault } from "./judge_packed.ts";
import type { PlacedTensors, TensorFault } from "./placed_tensor.ts";

/** What {@linkcode judgeByTable} goes by. */
export interface JudgeByTableOptions {
  /** Undefined where the configuration declares no packing. */
  readonly quantization: QuantizationConfig | undefined;
  /** Whether files are absent, so that absent tensors are not reported again. */
  readonly isIncomplete: boolean;
}

/**
 * Compares the tensors with those that mlx-lm's class makes: `LOAD-TENSORS`, `LOAD-SHAPES`.
 *
 * A layer is packed if its scales are there, as mlx-lm decides it.
 */
export function judgeByTable(
  tensors: PlacedTensors,
  model: TableModel,
  options: JudgeByTableOptions,
): TensorFault[] {
  const faults: TensorFault[] = [];
  const known = new Set<string>();
  for (const [name, wanted] of model.tensors) {
    known.add(name);
    const layer = wanted.packs ? name.slice(0, -".weight".length) : undefined;
    const packed =
      layer === undefined ? undefined : judgeLayer({ layer, wanted, tensors }, options);
    if (layer !== undefined && packed !== undefined) {
      for (const part of ["scales", "biases", "global_scale"]) known.add(`${layer}.${part}`);
      faults.push(...packed);
      continue;
    }
    const fault = judgePlain(name, wanted, tensors);
    if (fault !== undefined) faults.push(fault);
  }
  for (const [tensor, { shape }] of tensors) {
    if (known.has(tensor) || model.isDropped(tensor)) continue;
    const detail = `Tensor "${tensor}" of shape [${shape.join(", ")}] is not in a model of this configuration (${model.source})`;
    faults.push({ cause: "extra-tensor", tensor, detail });
  }
  return options.isIncomplete ? faults.filter(({ cause }) => cause !== "missing-tensor") : faults;
}

function judgePlain(
  tensor: string,
  { shape, isOptional }: TableTensor,
  tensors: PlacedTensors,
): TensorFault | undefined {
  const actual = tensors.get(tensor);
  if (actual === undefined && isOptional) return undefined;
  if (actual === undefined) {
    return { cause: "missing-tensor", tensor, detail: `Tensor "${tensor}" is missing` };
  }
  return isShape(actual.shape, shape) ? undefined : wrongShape(tensor, actual.shape, shape);
}

interface PackedLayer {
  readonly layer: string;
  readonly wanted: TableTensor;
  readonly tensors: PlacedTensors;
}

/** @returns undefined for a layer that is not packed */
function judgeLayer(
  { layer, wanted, tensors }: PackedLayer,
  { quantization }: JudgeByTableOptions,
): TensorFault[] | undefined {
  const tensor = `${layer}.weight`;
  const weight = tensors.get(tensor);
  const scales = tensors.get(`${layer}.scales`);
  const biases = tensors.get(`${layer}.biases`);
  const missing = (name: string): TensorFault => {
    const detail = `Tensor "${name}" is missing, although its layer is packed`;
    return { cause: "missing-tensor", tensor: name, detail };
  };
  if (scales === undefined) {
    const isPacked = biases !== undefined || weight?.dtype === "U32";
    return isPacked ? [missing(`${layer}.scales`)] : undefined;
  }
  if (weight === undefined) return [missing(tensor)];
  if (weight.dtype !== "U32") {
    const detail = `Tensor "${tensor}" has the dtype ${weight.dtype}, but packed weights must be U32`;
    return [{ cause: "dtype", tensor, detail }];
  }
  const lead = wanted.shape.slice(0, -1);
  const columns = wanted.shape.at(-1);
  for (const [name, one] of [
    [tensor, weight],
    [`${layer}.scales`, scales],
  ] as const) {
    const expected = [...lead, undefined];
    if (!isShape(one.shape, expected)) return [wrongShape(name, one.shape, expected)];
  }
  const faults: TensorFault[] = [];
  if (scales.dtype !== "U8" && biases === undefined) faults.push(missing(`${layer}.biases`));
  if (biases !== undefined && !isShape(biases.shape, scales.shape)) {
    faults.push(wrongShape(`${layer}.biases`, biases.shape, scales.shape));
  }
  const own = quantization?.perLayer.get(layer);
  // That it is packed is seen without its columns.
  if (own === false) return [...faults, packedThoughKept(tensor)];
  if (columns === undefined) return faults;
  const actual = inferSettings({ weight, scales, columns });
  const fault = judgeSettings(tensor, actual, { own, general: quantization });
  return fault === undefined ? faults : [...faults, fault];
}

function packedThoughKept(tensor: string): TensorFault {
  const detail = `Layer of "${tensor}" is packed, but the configuration says that it is not`;
  return { cause: "quantization", tensor, detail };
}

/** An entry of the configuration for one layer is believed; otherwise mlx-lm infers how it is packed. */
function judgeSettings(
  tensor: string,
  actual: QuantizationSettings,
  {
    own,
    general,
  }: {
    readonly own: QuantizationSettings | undefined;
    readonly general: QuantizationSettings | undefined;
  },
): TensorFault | undefined {
  if (!isSupportedSettings(actual)) {
    const detail = `Tensor "${tensor}" and its scales fit no packing that MLX has for the size that the configuration gives`;
    return { cause: "shape", tensor, detail };
  }
  const declared = own ?? general;
  if (declared === undefined || isSamePacking(actual, declared)) return undefined;
  const path = tensor.slice(0, -".weight".length);
  return packingFault(path, { actual, declared }, { isNamed: own !== undefined });
}

function isShape(actual: readonly number[], wanted: readonly (number | undefined)[]): boolean {
  return (
    actual.length === wanted.length &&
    wanted.every((size, at) => size === undefined || size === actual[at])
  );
}

function wrongShape(
  tensor: string,
  actual: readonly number[],
  wanted: readonly (number | undefined)[],
): TensorFault {
  const text = wanted.map((size) => size ?? "any").join(", ");
  const detail = `Tensor "${tensor}" has the shape [${actual.join(", ")}], but the configuration makes it [${text}]`;
  return { cause: "shape", tensor, detail };
}
