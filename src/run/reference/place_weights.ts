import { ModelError } from "../../errors.ts";
import {
  type ExpectedLayer,
  expectedModel,
  tensorsOf as expectedTensorsOf,
} from "../../load/config/expected_tensors.ts";
import {
  isSupportedSettings,
  type QuantizationSettings,
} from "../../load/config/read_quantization.ts";
import type { PlacedMatrix, PlacedVector } from "./engine_plan.ts";
import type { PlacedWeights, TensorCopy, TensorSource } from "./placed_weights.ts";
import {
  affineFormat,
  FORMAT_BITS,
  type MatrixFormat,
  paddedColumns,
} from "./kernels/matrix_format.ts";
import type { ModelShape } from "./read_shape.ts";
import { SegmentAllocator } from "./segment_allocator.ts";

/** What decides where weights go. */
export interface PlaceWeightsOptions {
  /** The model's directory, for errors. */
  readonly directory: string;
  /** The most bytes of one piece. */
  readonly segmentBytesMax: number;
}

/**
 * Finds a place in memory for every tensor that the model needs; packed weights stay packed.
 *
 * @throws ModelError with the code `corrupt-model` naming a tensor that is missing or has another shape or dtype
 * than the configuration says, and `limit-exceeded` naming a layer that does not fit in one piece
 */
export function placeWeights(
  shape: ModelShape,
  sources: ReadonlyMap<string, TensorSource>,
  options: PlaceWeightsOptions,
): PlacedWeights {
  const expected = expectedModel(shape.config);
  if (expected === undefined) {
    throw new ModelError(
      "unsupported",
      `Cannot run "${options.directory}" with the reference runner: the tensors of its architecture are not known`,
    );
  }
  const placer = new LayerPlacer(shape, sources, options);
  for (const layer of expected.layers.values()) placer.place(layer);
  return placer.placed();
}

function isNarrow({ entry }: TensorSource): boolean {
  return entry.dtype !== "F32";
}

class LayerPlacer {
  readonly #shape: ModelShape;
  readonly #sources: ReadonlyMap<string, TensorSource>;
  readonly #options: PlaceWeightsOptions;
  readonly #allocator: SegmentAllocator;
  readonly #copies: TensorCopy[] = [];
  readonly #matrices = new Map<string, PlacedMatrix>();
  readonly #vectors = new Map<string, PlacedVector>();

  constructor(
    shape: ModelShape,
    sources: ReadonlyMap<string, TensorSource>,
    options: PlaceWeightsOptions,
  ) {
    this.#shape = shape;
    this.#sources = sources;
    this.#options = options;
    this.#allocator = new SegmentAllocator(options.segmentBytesMax);
  }

  placed(): PlacedWeights {
    return {
      segmentBytes: this.#allocator.sizes(),
      copies: this.#copies,
      matrices: this.#matrices,
      vectors: this.#vectors,
    };
  }

  place(layer: ExpectedLayer): void {
    const settings = this.#settingsOf(layer);
    const sources = expectedTensorsOf(layer, settings).map((wanted) => this.#source(wanted));
    const [weight, ...others] = sources;
    if (weight === undefined) return;
    if (layer.shape.length === 1) {
      this.#vectors.set(layer.path, this.#placeVector(`${layer.path}.weight`, weight));
      return;
    }
    const bias = layer.hasBias ? others.at(-1) : undefined;
    const placedBias = bias && this.#placeVector(`${layer.path}.bias`, bias);
    const matrix =
      settings === undefined
        ? this.#placeFloats(layer, weight)
        : this.#placePacked(layer, settings, sources);
    this.#matrices.set(layer.path, { ...matrix, bias: placedBias });
  }

  /** mlx-lm's rule: a layer's own entry decides, and else what the shapes of its tensors show. */
  #settingsOf(layer: ExpectedLayer): QuantizationSettings | undefined {
    const { quantization } = this.#shape.config;
    if (!layer.quantizable || quantization === undefined) return undefined;
    const own = quantization.perLayer.get(layer.path);
    if (own !== undefined) return own === false ? undefined : own;
    const weight = this.#sources.get(`${layer.path}.weight`)?.entry.shape;
    const scales = this.#sources.get(`${layer.path}.scales`)?.entry.shape;
    if (scales === undefined) return undefined;
    const columns = layer.shape[1] ?? 0;
    const bits = Math.floor(((weight?.[1] ?? 0) * 32) / columns);
    const groupSize = Math.floor(columns / (scales[1] ?? 1));
    const settings = { bits, groupSize, mode: "affine" } as const;
    if (isSupportedSettings(settings)) return settings;
    throw this.#corrupt(
      `"${layer.path}" seems to be packed with ${bits} bits in groups of ${groupSize}, which MLX does not have`,
    );
  }

  #source(wanted: ReturnType<typeof expectedTensorsOf>[number]): TensorSource {
    const source = this.#sources.get(wanted.name);
    if (source === undefined) throw this.#corrupt(`tensor "${wanted.name}" is missing`);
    const { dtype, shape } = source.entry;
    const isFloat = dtype === "F32" || dtype === "F16" || dtype === "BF16";
    if (wanted.content === "packed" ? dtype !== "U32" : !isFloat) {
      throw this.#corrupt(`tensor "${wanted.name}" has the dtype ${dtype}`);
    }
    if (shape.length !== wanted.shape.length || shape.some((n, at) => n !== wanted.shape[at])) {
      throw this.#corrupt(
        `tensor "${wanted.name}" has the shape [${shape.join(", ")}] instead of [${wanted.shape.join(", ")}]`,
      );
    }
    return source;
  }

  #placeVector(name: string, source: TensorSource): PlacedVector {
    const length = source.entry.shape.reduce((product, size) => product * size, 1);
    const { segment, offset } = this.#allocate(name, [length * 4]);
    this.#copies.push({ name, source, segment, offset, toFloat32: isNarrow(source) });
    return { segment, offset, length };
  }

  #placeFloats(layer: ExpectedLayer, source: TensorSource): Omit<PlacedMatrix, "bias"> {
    const [rows = 0, columns = 0] = layer.shape;
    const format = source.entry.dtype as MatrixFormat;
    const elementBytes = FORMAT_BITS[format] / 8;
    const padded = paddedColumns(columns);
    const strideBytes = padded * elementBytes;
    const { segment, offset } = this.#allocate(layer.path, [rows * strideBytes]);
    this.#copies.push({
      name: `${layer.path}.weight`,
      source,
      segment,
      offset,
      toFloat32: false,
      ...(padded !== columns && { rows: { sizeBytes: columns * elementBytes, strideBytes } }),
    });
    const none = { scales: 0, biases: 0, groupBytes: 0, scaleRowBytes: 0 };
    return {
      ...none,
      segment,
      format,
      rows,
      columns: padded,
      weights: offset,
      rowBytes: strideBytes,
    };
  }

  #placePacked(
    layer: ExpectedLayer,
    { bits, groupSize }: QuantizationSettings,
    sources: readonly TensorSource[],
  ): Omit<PlacedMatrix, "bias"> {
    const [rows = 0, columns = 0] = layer.shape;
    const format = affineFormat(bits);
    if (format === undefined) throw this.#corrupt(`${bits} bits are not among MLX's`);
    const rowBytes = (columns * bits) / 8;
    const scaleRowBytes = (columns / groupSize) * 4;
    const sizes = [rows * rowBytes, rows * scaleRowBytes, rows * scaleRowBytes];
    const { segment, offset, offsets } = this.#allocate(layer.path, sizes);
    const [, scales = 0, biases = 0] = offsets;
    ["weight", "scales", "biases"].forEach((part, at) => {
      const source = sources[at];
      if (source === undefined) return;
      this.#copies.push({
        name: `${layer.path}.${part}`,
        source,
        segment,
        offset: offsets[at] ?? 0,
        toFloat32: part !== "weight" && isNarrow(source),
      });
    });
    const groupBytes = (groupSize * bits) / 8;
    return {
      segment,
      format,
      rows,
      columns,
      weights: offset,
      scales,
      biases,
      rowBytes,
      groupBytes,
      scaleRowBytes,
    };
  }

  #allocate(name: string, sizes: readonly number[]) {
    const place = this.#allocator.allocate(sizes);
    if (place !== undefined) return place;
    const total = sizes.reduce((sum, size) => sum + size, 0);
    throw new ModelError(
      "limit-exceeded",
      `Cannot run "${this.#options.directory}" with the reference runner: "${name}" needs ${total} bytes, and at most ${this.#options.segmentBytesMax} can be addressed at once`,
    );
  }

  #corrupt(why: string): ModelError {
    return new ModelError("corrupt-model", `Cannot run "${this.#options.directory}": ${why}`);
  }
}
