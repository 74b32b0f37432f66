import type { MatrixFormat } from "./kernels/matrix_format.ts";
import type { ModelShape } from "./read_shape.ts";

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

/** The weights of one layer. */
export interface LayerPlan {
  readonly inputNorm: PlacedVector;
  readonly query: PlacedMatrix;
  readonly key: PlacedMatrix;
  readonly value: PlacedMatrix;
  readonly queryNorm: PlacedVector | undefined;
  readonly keyNorm: PlacedVector | undefined;
  readonly output: PlacedMatrix;
  readonly attentionNorm: PlacedVector;
  readonly gate: PlacedMatrix;
  readonly up: PlacedMatrix;
  readonly down: PlacedMatrix;
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
