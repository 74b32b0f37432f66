import type { PlacedTensor, PlacedTensors, TensorFault } from "./placed_tensor.ts";
import {
  type ExpectedLayer,
  type ExpectedModel,
  settingsOf,
  tensorsOf,
} from "../config/expected_tensors.ts";
import { packedOtherwise, packingFault } from "./judge_packed.ts";
import type { ModelConfig } from "../config/read_model_config.ts";

const FLOAT_DTYPES = ["F32", "F16", "BF16"];

/** The dtypes that each kind of content may have. */
const DTYPES_OF = { float: FLOAT_DTYPES, packed: ["U32"], exponents: ["U8"] } as const;

/**
 * Compares the tensors with the list that a strict load wants: `LOAD-TENSORS`, `LOAD-SHAPES`.
 *
 * @param isIncomplete whether files are absent, so that absent tensors are not reported again
 */
export function judgeTensors(
  tensors: PlacedTensors,
  model: { readonly config: ModelConfig; readonly expected: ExpectedModel },
  options: { readonly isIncomplete: boolean },
): TensorFault[] {
  const { config, expected } = model;
  const faults: TensorFault[] = [];
  const known = new Set<string>();
  for (const layer of expected.layers.values()) {
    if (!layer.quantizable && isGivenPacking(layer, config)) {
      const tensor = `${layer.path}.weight`;
      const detail = `"${layer.path}" cannot be packed, but the configuration says how`;
      faults.push({ cause: "quantization", tensor, detail });
    }
    const names = ["weight", "scales", "biases"].map((part) => `${layer.path}.${part}`);
    const isPacked = layer.quantizable && names.slice(1).some((name) => tensors.has(name));
    if (isPacked && config.quantization === undefined) {
      // One finding about the configuration says it for all of them.
      for (const name of [...names, `${layer.path}.bias`]) known.add(name);
      continue;
    }
    const declared = settingsOf(layer, config, tensors);
    const actual = declared && packedOtherwise(layer, declared, tensors);
    const isNamed = config.quantization?.perLayer.has(layer.path) === true;
    if (declared !== undefined && actual !== undefined)
      faults.push(packingFault(layer.path, { actual, declared }, { isNamed }));
    const settings = actual ?? declared;
    if (settings === undefined && isLeftWithoutScales(layer, tensors)) {
      for (const name of names) known.add(name);
      const tensor = `${layer.path}.scales`;
      const detail = `Tensor "${tensor}" is missing, although its layer is packed`;
      if (!options.isIncomplete) faults.push({ cause: "missing-tensor", tensor, detail });
      continue;
    }
    if (settings?.mode === "nvfp4") known.add(`${layer.path}.global_scale`);
    for (const wanted of tensorsOf(layer, settings)) {
      known.add(wanted.name);
      const fault = judgeTensor(wanted, tensors.get(wanted.name));
      if (fault !== undefined && !(fault.cause === "missing-tensor" && options.isIncomplete)) {
        faults.push(fault);
      }
    }
  }
  for (const [tensor, { shape }] of tensors) {
    if (known.has(tensor) || expected.isIgnored(tensor)) continue;
    const detail = `Tensor "${tensor}" of shape [${shape.join(", ")}] is not in a model of this configuration`;
    faults.push({ cause: "extra-tensor", tensor, detail });
  }
  return [...faults, ...judgeHalves(tensors)];
}

function isGivenPacking({ path }: ExpectedLayer, { quantization }: ModelConfig): boolean {
  const own = quantization?.perLayer.get(path);
  return own !== undefined && own !== false;
}

/** Without scales a runtime takes the layer for unpacked; its other tensors show that it is not. */
function isLeftWithoutScales(layer: ExpectedLayer, tensors: PlacedTensors): boolean {
  if (!layer.quantizable || tensors.has(`${layer.path}.scales`)) return false;
  return (
    tensors.has(`${layer.path}.biases`) || tensors.get(`${layer.path}.weight`)?.dtype === "U32"
  );
}

function judgeTensor(
  wanted: ReturnType<typeof tensorsOf>[number],
  actual: PlacedTensor | undefined,
): TensorFault | undefined {
  const { name: tensor, shape, content } = wanted;
  if (actual === undefined) {
    return { cause: "missing-tensor", tensor, detail: `Tensor "${tensor}" is missing` };
  }
  if (shape.length !== actual.shape.length || shape.some((size, at) => size !== actual.shape[at])) {
    const detail = `Tensor "${tensor}" has the shape [${actual.shape.join(", ")}], but the configuration makes it [${shape.join(", ")}]`;
    return { cause: "shape", tensor, detail };
  }
  const dtypes: readonly string[] = DTYPES_OF[content];
  if (dtypes.includes(actual.dtype)) return undefined;
  const detail = `Tensor "${tensor}" has the dtype ${actual.dtype}, but it must be ${dtypes.join(" or ")}`;
  return { cause: "dtype", tensor, detail };
}

/**
 * Finds tensors that are declared in another 16-bit format than their like: the bytes of one format read as
 * the other load without an error and give other tokens.
 *
 * A whole kind, such as the norms, may differ from the rest; one tensor among its kind may not. Of a matrix that is only a
 * warning: runtimes load it as it is declared, and its values tell whether that is right.
 */
function judgeHalves(tensors: PlacedTensors): TensorFault[] {
  const kinds = new Map<string, Map<string, string[]>>();
  for (const [name, { dtype, shape }] of tensors) {
    if (dtype !== "F16" && dtype !== "BF16") continue;
    for (const kind of [kindOf(name, shape), "all"]) {
      const halves = kinds.get(kind) ?? new Map<string, string[]>();
      const names = halves.get(dtype) ?? [];
      names.push(name);
      kinds.set(kind, halves.set(dtype, names));
    }
  }
  const odd = new Set<string>();
  for (const [kind, halves] of kinds) {
    const [fewer, more] = [...halves.values()].sort((a, b) => a.length - b.length);
    if (fewer === undefined || more === undefined) continue;
    const isOdd = kind === "all" ? fewer.length === 1 && more.length > 2 : true;
    if (isOdd) for (const name of fewer) odd.add(name);
  }
  return [...odd].map((tensor) => {
    const dtype = tensors.get(tensor)?.dtype ?? "";
    const other = dtype === "F16" ? "BF16" : "F16";
    const detail = `Tensor "${tensor}" is declared ${dtype}, but the tensors of its kind are ${other}`;
    // What a matrix is in is also seen in its values, which are judged when they are read.
    const isMatrix = kindOf(tensor, tensors.get(tensor)?.shape ?? []) === "matrix";
    return { cause: "dtype", tensor, detail, ...(isMatrix && { level: "warning" }) };
  });
}

function kindOf(name: string, shape: readonly number[]): string {
  if (/\.(?:scales|biases)$/.test(name)) return "scales";
  return shape.length > 1 ? "matrix" : "vector";
}
