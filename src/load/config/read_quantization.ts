import { isRecord } from "./parse_json.ts";

/** How MLX packs numbers. */
export type QuantizationMode = "affine" | "mxfp4" | "mxfp8" | "nvfp4";

/** How one layer is packed. */
export interface QuantizationSettings {
  readonly bits: number;
  readonly groupSize: number;
  readonly mode: QuantizationMode;
}

/** What `config.json` says about packing. */
export interface QuantizationConfig extends QuantizationSettings {
  /** Layers that are packed in their own way, or not at all. */
  readonly perLayer: ReadonlyMap<string, QuantizationSettings | false>;
}

/** What the configuration declares, and what is wrong with it. */
export interface ReadQuantization {
  readonly quantization: QuantizationConfig | undefined;
  /** Set when the weights are packed by a tool whose tensors this loader does not know. */
  readonly foreign: string | undefined;
  readonly fault: string | undefined;
}

const AFFINE_BITS = [1, 2, 3, 4, 5, 6, 8];
const AFFINE_GROUP_SIZES = [32, 64, 128];

/** Each of the floating-point modes allows exactly one pair. */
const FLOAT_MODES: Readonly<Record<string, { bits: number; groupSize: number }>> = {
  mxfp4: { bits: 4, groupSize: 32 },
  mxfp8: { bits: 8, groupSize: 32 },
  nvfp4: { bits: 4, groupSize: 16 },
};

const NOTHING: ReadQuantization = { quantization: undefined, foreign: undefined, fault: undefined };

/** Whether MLX has a kernel for such packing. */
export function isSupportedSettings({ bits, groupSize, mode }: QuantizationSettings): boolean {
  if (mode === "affine")
    return AFFINE_BITS.includes(bits) && AFFINE_GROUP_SIZES.includes(groupSize);
  return FLOAT_MODES[mode]?.bits === bits && FLOAT_MODES[mode].groupSize === groupSize;
}

/** Formats settings as they appear in a report, such as `affine, 4 bits, group size 64`. */
export function describeSettings({ bits, groupSize, mode }: QuantizationSettings): string {
  return `${mode}, ${bits} bits, group size ${groupSize}`;
}

/**
 * Reads the two blocks in which a configuration declares quantization, as mlx-lm does.
 *
 * The block `quantization` wins; `quantization_config` alone belongs to other tools and needs a `quant_method`.
 */
export function readQuantization(json: Readonly<Record<string, unknown>>): ReadQuantization {
  const own = json["quantization"];
  if (own !== undefined && own !== null) return readBlock(own);
  const text = json["text_config"];
  const other =
    json["quantization_config"] ?? (isRecord(text) ? text["quantization_config"] : undefined);
  // An empty block is false in Python.
  if (!isRecord(other) || Object.keys(other).length === 0) return NOTHING;
  const method = other["quant_method"];
  if (typeof method !== "string") {
    const fault =
      "It has a quantization_config without quant_method and no quantization, so that runtimes cannot tell how the weights are packed";
    return { ...NOTHING, fault };
  }
  const settings = foreignSettings(method, other);
  return settings === undefined
    ? { ...NOTHING, foreign: `its weights are packed by "${method}"` }
    : { ...NOTHING, quantization: { ...settings, perLayer: new Map() } };
}

/** Formats of other tools whose tensors MLX takes as they are. */
function foreignSettings(
  method: string,
  block: Readonly<Record<string, unknown>>,
): QuantizationSettings | undefined {
  if (method === "mxfp4") return { bits: 4, groupSize: 32, mode: "mxfp4" };
  if (method === "mxfp8") return { bits: 8, groupSize: 32, mode: "mxfp8" };
  if (method !== "compressed-tensors") return undefined;
  const format = block["format"];
  if (format === "nvfp4-pack-quantized") return { bits: 4, groupSize: 16, mode: "nvfp4" };
  if (format === "mxfp4-pack-quantized") return { bits: 4, groupSize: 32, mode: "mxfp4" };
  if (format === "pack-quantized") return { bits: 4, groupSize: 32, mode: "affine" };
  return undefined;
}

function readBlock(block: unknown): ReadQuantization {
  if (!isRecord(block)) return { ...NOTHING, fault: "Its quantization is not an object" };
  const general = readSettings(block, undefined);
  if (typeof general === "string") return { ...NOTHING, fault: `Its quantization ${general}` };
  const perLayer = new Map<string, QuantizationSettings | false>();
  for (const [path, value] of Object.entries(block)) {
    if (value === true) {
      perLayer.set(path, general);
      continue;
    }
    // What is false in Python leaves a layer as it is.
    const isEmpty = isRecord(value) && Object.keys(value).length === 0;
    if (isEmpty || !value) {
      perLayer.set(path, false);
      continue;
    }
    if (!isRecord(value)) {
      // Other keys are settings of the whole.
      const isLayer = path.includes(".") || path === "lm_head";
      if (!isLayer) continue;
      return {
        ...NOTHING,
        fault: `Its quantization of "${path}" is ${JSON.stringify(value).slice(0, 60)}`,
      };
    }
    const settings = readSettings(value, general);
    if (typeof settings === "string") {
      return { ...NOTHING, fault: `Its quantization of "${path}" ${settings}` };
    }
    perLayer.set(path, settings);
  }
  return { ...NOTHING, quantization: { ...general, perLayer } };
}

/**
 * Reads one set of settings; a text says what is wrong with them.
 *
 * A layer's entry takes nothing from the general settings: MLX gives it the defaults of its own mode.
 */
function readSettings(
  block: Readonly<Record<string, unknown>>,
  general: QuantizationSettings | undefined,
): QuantizationSettings | string {
  const mode = block["mode"] ?? "affine";
  if (!isMode(mode)) return `has the unknown mode ${JSON.stringify(mode).slice(0, 100)}`;
  const usual = mode === "affine" ? { bits: 4, groupSize: 64 } : FLOAT_MODES[mode];
  const bits = block["bits"] ?? (general === undefined ? undefined : usual?.bits);
  const groupSize = block["group_size"] ?? (general === undefined ? undefined : usual?.groupSize);
  if (typeof bits !== "number" || typeof groupSize !== "number") {
    return "lacks bits or group_size, or they are not numbers";
  }
  const settings = { bits, groupSize, mode };
  return isSupportedSettings(settings)
    ? settings
    : `asks for ${describeSettings(settings)}, which MLX does not have`;
}

function isMode(value: unknown): value is QuantizationMode {
  return value === "affine" || value === "mxfp4" || value === "mxfp8" || value === "nvfp4";
}
