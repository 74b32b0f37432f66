import { ModelError } from "../../../errors.ts";
import {
  isSupportedSettings,
  type QuantizationConfig,
  type QuantizationSettings,
} from "../../../load/config/read_quantization.ts";
import type { PlacedMatrix, PlacedVector } from "../engine_plan.ts";
import {
  FORMAT_BITS,
  type MatrixFormat,
  packedFormat,
  paddedColumns,
} from "../kernels/matrix_format.ts";
import type { NumberCode, PlacedWeights, TensorCopy, TensorSource } from "./placed_weights.ts";
import { SegmentAllocator } from "./segment_allocator.ts";

/** What decides where weights go. */
export interface PlaceWeightsOptions {
  /** The model's directory, for errors. */
  readonly directory: string;
  /** The most bytes of one piece. */
  readonly segmentBytesMax: number;
  /** Undefined where the configuration declares no packing. */
  readonly quantization: QuantizationConfig | undefined;
}

/** Rows and columns of a matrix; before them the number of matrices, where several lie in one tensor. */
export type MatrixSize = readonly [number, number] | readonly [number, number, number];

type PlacedRows = Omit<PlacedMatrix, "bias">;

/** Finds places in memory for the tensors that a model needs; packed weights stay packed. */
export class WeightPlacer {
  readonly #sources: ReadonlyMap<string, TensorSource>;
  readonly #options: PlaceWeightsOptions;
  readonly #allocator: SegmentAllocator;
  readonly #copies: TensorCopy[] = [];

  /** @throws ModelError with the code `unsupported` for packing with scales of scales */
  constructor(sources: ReadonlyMap<string, TensorSource>, options: PlaceWeightsOptions) {
    this.#sources = sources;
    this.#options = options;
    this.#allocator = new SegmentAllocator(options.segmentBytesMax);
    const global = [...sources.keys()].find((name) => name.endsWith(".global_scale"));
    if (global !== undefined) {
      throw new ModelError(
        "unsupported",
        `Cannot run "${options.directory}" with the reference runner: "${global}" is a scale of scales. Use a runner of MLX itself`,
      );
    }
  }

  /** Whether there is a tensor of this name. */
  has(name: string): boolean {
    return this.#sources.has(name);
  }

  /** Everything that was placed so far. */
  placed(): PlacedWeights {
    return { segmentBytes: this.#allocator.sizes(), copies: this.#copies };
  }

  /**
   * Places the weights of a norm.
   *
   * @throws ModelError with the code `corrupt-model` for a tensor that is missing or has another shape or dtype
   */
  vector(path: string, size: number): PlacedVector {
    return this.#placeVector(`${path}.weight`, [size]);
  }

  /**
   * Places a matrix, or several that lie in one tensor, rows after rows.
   *
   * @throws ModelError with the code `corrupt-model` naming a tensor that is missing or has another shape or
   * dtype than the configuration says, and `limit-exceeded` naming a layer that does not fit in one piece
   */
  matrix(
    path: string,
    size: MatrixSize,
    options: { readonly hasBias?: boolean } = {},
  ): PlacedMatrix {
    const settings = this.#settingsOf(path, size);
    const rows =
      settings === undefined
        ? this.#placeFloats(path, size)
        : this.#placePacked(path, size, settings);
    const bias = options.hasBias === true && this.#placeVector(`${path}.bias`, size.slice(0, -1));
    return { ...rows, bias: bias === false ? undefined : bias };
  }

  /** mlx-lm's rule: a layer's own entry decides, and else what the shapes and dtypes of its tensors show. */
  #settingsOf(path: string, size: MatrixSize): QuantizationSettings | undefined {
    const { quantization } = this.#options;
    if (quantization === undefined) return undefined;
    const own = quantization.perLayer.get(path);
    if (own !== undefined) return own === false ? undefined : own;
    const weight = this.#sources.get(`${path}.weight`)?.entry.shape;
    const scales = this.#sources.get(`${path}.scales`)?.entry;
    if (scales === undefined) return undefined;
    const columns = size.at(-1) ?? 0;
    const bits = Math.floor(((weight?.at(-1) ?? 0) * 32) / columns);
    const groupSize = Math.floor(columns / (scales.shape.at(-1) ?? 1));
    const narrow = bits === 8 ? "mxfp8" : groupSize === 16 ? "nvfp4" : "mxfp4";
    const settings = { bits, groupSize, mode: scales.dtype === "U8" ? narrow : "affine" } as const;
    if (isSupportedSettings(settings)) return settings;
    throw this.#corrupt(
      `"${path}" seems to be packed with ${bits} bits in groups of ${groupSize}, which MLX does not have`,
    );
  }

  #source(name: string, shape: readonly number[], content: "float" | "U32" | "U8"): TensorSource {
    const source = this.#sources.get(name);
    if (source === undefined) throw this.#corrupt(`tensor "${name}" is missing`);
    const { dtype, shape: actual } = source.entry;
    const isFloat = dtype === "F32" || dtype === "F16" || dtype === "BF16";
    if (content === "float" ? !isFloat : dtype !== content) {
      throw this.#corrupt(`tensor "${name}" has the dtype ${dtype}`);
    }
    if (actual.length !== shape.length || actual.some((n, at) => n !== shape[at])) {
      throw this.#corrupt(
        `tensor "${name}" has the shape [${actual.join(", ")}] instead of [${shape.join(", ")}]`,
      );
    }
    return source;
  }

  #placeVector(name: string, shape: readonly number[]): PlacedVector {
    const source = this.#source(name, shape, "float");
    const length = shape.reduce((product, size) => product * size, 1);
    const { segment, offset } = this.#allocate(name, [length * 4]);
    this.#copies.push({ name, source, segment, offset, ...widening(source) });
    return { segment, offset, length };
  }

  #placeFloats(path: string, size: MatrixSize): PlacedRows {
    const name = `${path}.weight`;
    const source = this.#source(name, size, "float");
    const columns = size.at(-1) ?? 0;
    const rows = rowCount(size);
    const format = source.entry.dtype as MatrixFormat;
    const elementBytes = FORMAT_BITS[format] / 8;
    const padded = paddedColumns(columns);
    const strideBytes = padded * elementBytes;
    const { segment, offset } = this.#allocate(path, [rows * strideBytes]);
    const spread = padded !== columns && {
      rows: { sizeBytes: columns * elementBytes, strideBytes },
    };
    this.#copies.push({ name, source, segment, offset, ...spread });
    const none = { scales: 0, biases: 0, groupBytes: 0, scaleRowBytes: 0 };
    const place = { weights: offset, rowBytes: strideBytes };
    return { ...none, ...place, segment, format, rows, columns: padded };
  }

  #placePacked(path: string, size: MatrixSize, settings: QuantizationSettings): PlacedRows {
    const { bits, groupSize, mode } = settings;
    const columns = size.at(-1) ?? 0;
    const rows = rowCount(size);
    const lead = size.slice(0, -1);
    const format = packedFormat(settings);
    if (format === undefined) throw this.#corrupt(`${bits} bits are not among MLX's`);
    const groups = columns / groupSize;
    const isAffine = mode === "affine";
    const weight = this.#source(`${path}.weight`, [...lead, (columns * bits) / 32], "U32");
    const scales = this.#source(`${path}.scales`, [...lead, groups], isAffine ? "float" : "U8");
    const biases = isAffine && this.#source(`${path}.biases`, [...lead, groups], "float");
    const rowBytes = (columns * bits) / 8;
    const scaleRowBytes = groups * 4;
    const scaleBytes = rows * scaleRowBytes;
    const sizes = [rows * rowBytes, scaleBytes, ...(isAffine ? [scaleBytes] : [])];
    const { segment, offset, offsets } = this.#allocate(path, sizes);
    const [, scaleStart = 0, biasStart = 0] = offsets;
    const code = mode === "nvfp4" ? "e4m3" : "e8m0";
    const wide = isAffine ? widening(scales) : ({ toFloat32: code } as const);
    const copy = (part: string, source: TensorSource, at: number) => {
      const isWeight = part === "weight";
      const widened = isWeight ? {} : part === "scales" ? wide : widening(source);
      this.#copies.push({ name: `${path}.${part}`, source, segment, offset: at, ...widened });
    };
    copy("weight", weight, offset);
    copy("scales", scales, scaleStart);
    if (biases !== false) copy("biases", biases, biasStart);
    return {
      segment,
      format,
      rows,
      columns,
      weights: offset,
      scales: scaleStart,
      biases: biasStart,
      rowBytes,
      groupBytes: (groupSize * bits) / 8,
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

/** Floats of 16 bits become float32 on the way. */
function widening({ entry }: TensorSource): { readonly toFloat32?: NumberCode } {
  return entry.dtype === "F32" ? {} : { toFloat32: "float" };
}

function rowCount(size: MatrixSize): number {
  return size.slice(0, -1).reduce((product, one) => product * one, 1);
}
