import type { MatrixFormat } from "./kernels/matrix_format.ts";
import type { ModelShape } from "./model_shape.ts";

/** A vector of float32 numbers in a piece of the weights. */
export interface PlacedVector {
  /** Index among the pieces. */
  readonly segment: number;
  /** First byte. */
  readonly offset: number;
  readonly length: number;
}

/** A matrix in a piece of the weights, one row for each output. */
export interface PlacedMatrix {
  readonly segment: number;
  readonly format: MatrixFormat;
  readonly rows: number;
  /** Columns with those that fill a row of floats up. */
  readonly columns: number;
  /** First bytes of the weights and, for packed ones, of scales and biases in float32. */
  readonly weights: number;
  readonly scales: number;
  readonly biases: number;
  readonly rowBytes: number;
  readonly groupBytes: number;
  readonly scaleRowBytes: number;
  /** What is added to the outputs. */
  readonly bias: PlacedVector | undefined;
}

/** The three matrices between which a layer's second half computes. */
export interface GatedBlock {
  readonly gate: PlacedMatrix;
  readonly up: PlacedMatrix;
  readonly down: PlacedMatrix;
}

/** The second half of a layer with experts. */
export interface ExpertsPlan {
  /** One row for each expert. */
  readonly router: PlacedMatrix;
  readonly experts: readonly GatedBlock[];
  readonly shared: { readonly gate: PlacedMatrix; readonly block: GatedBlock } | undefined;
}

/** The weights of one layer. */
export interface LayerPlan {
  readonly query: PlacedMatrix;
  readonly key: PlacedMatrix;
  readonly value: PlacedMatrix;
  readonly output: PlacedMatrix;
  readonly queryNorm: PlacedVector | undefined;
  readonly keyNorm: PlacedVector | undefined;
  /** What norms each half's inputs and what it adds; undefined where nothing is normed. */
  readonly norms: {
    readonly beforeAttention: PlacedVector | undefined;
    readonly afterAttention: PlacedVector | undefined;
    readonly beforeInner: PlacedVector | undefined;
    readonly afterInner: PlacedVector | undefined;
  };
  readonly inner: GatedBlock | ExpertsPlan;
}

/** Everything that a thread needs to know to compute: plain data that can be sent to it. */
export interface EnginePlan {
  readonly shape: ModelShape;
  readonly embedding: PlacedMatrix;
  readonly layers: readonly LayerPlan[];
  readonly norm: PlacedVector;
  /** The embedding itself where both are tied. */
  readonly head: PlacedMatrix;
}

/** Some rows of a matrix. */
export function rowsOf(matrix: PlacedMatrix, start: number, rows: number): PlacedMatrix {
  const { bias } = matrix;
  return {
    ...matrix,
    rows,
    weights: matrix.weights + start * matrix.rowBytes,
    scales: matrix.scales + start * matrix.scaleRowBytes,
    biases: matrix.biases + start * matrix.scaleRowBytes,
    bias: bias && { ...bias, offset: bias.offset + start * 4, length: rows },
  };
}
