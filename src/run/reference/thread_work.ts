import type { GatedBlock, PlacedMatrix, PlacedVector } from "./engine_plan.ts";
import type { EngineSetup } from "./engine_setup.ts";
import { bindKernels, type Kernels } from "./kernels/kernels.ts";
import type { ThreadTeam } from "./threads/thread_team.ts";
import { addTo, geGlu, rmsNorm, swiGlu } from "./vector_math.ts";

/** Vectors of tokens: first byte, and bytes from one token to the next. */
export interface Vectors {
  readonly start: number;
  readonly strideBytes: number;
}

/** What one thread does with weights and work memory: its rows of products, its own copies of norms. */
export class ThreadWork {
  readonly setup: EngineSetup;
  readonly team: ThreadTeam;
  /** The thread's own room. */
  readonly own: EngineSetup["layout"]["threads"][number];
  readonly #kernels: readonly Kernels[];
  #floats: Float32Array;

  constructor(setup: EngineSetup, team: ThreadTeam) {
    const { layout, module, weights, work } = setup;
    const own = layout.threads[team.index];
    if (own === undefined) throw new RangeError(`Cannot be thread ${team.index}: there is no room`);
    this.setup = setup;
    this.team = team;
    this.own = own;
    this.#kernels = weights.map((memory) => bindKernels(module, { weights: memory, work }));
    this.#floats = new Float32Array(work.buffer);
  }

  /** Sees the whole work memory, which may have grown. */
  refresh(): void {
    const { work } = this.setup;
    if (this.#floats.buffer !== work.buffer) this.#floats = new Float32Array(work.buffer);
  }

  /** Numbers in the work memory. */
  view(start: number, length: number): Float32Array {
    return this.#floats.subarray(start / 4, start / 4 + length);
  }

  /** Numbers in the weights. */
  vector({ segment, offset, length }: PlacedVector): Float32Array {
    const memory = this.setup.weights[segment];
    if (memory === undefined) throw new RangeError(`There is no piece ${segment} of the weights`);
    return new Float32Array(memory.buffer, offset, length);
  }

  /** The kernels over a piece of the weights; those of attention are the same in each. */
  kernelsOf(segment: number): Kernels {
    const kernels = this.#kernels[segment];
    if (kernels === undefined) throw new RangeError(`There is no piece ${segment} of the weights`);
    return kernels;
  }

  /**
   * Norms all tokens into this thread's own vectors: cheaper than to wait for another thread's.
   *
   * @param weights undefined where nothing is normed
   */
  norm(weights: PlacedVector | undefined, tokenCount: number): Vectors {
    const { residual, residualBytes } = this.setup.layout;
    if (weights === undefined) return { start: residual, strideBytes: residualBytes };
    for (let token = 0; token < tokenCount; token++) {
      const at = token * residualBytes;
      this.#normOne(weights, residual + at, this.own.normed + at);
    }
    return { start: this.own.normed, strideBytes: residualBytes };
  }

  /** Norms one token alone. */
  normToken(weights: PlacedVector, token: number): Vectors {
    const { residual, residualBytes } = this.setup.layout;
    this.#normOne(weights, residual + token * residualBytes, this.own.normed);
    return { start: this.own.normed, strideBytes: residualBytes };
  }

  /** Writes one row of a matrix as float32 to the work memory. */
  unpackRow(matrix: PlacedMatrix, row: number, destination: number): void {
    this.kernelsOf(matrix.segment).unpackRow(matrix.format)(
      matrix.weights + row * matrix.rowBytes,
      matrix.rowBytes,
      matrix.groupBytes,
      matrix.scales + row * matrix.scaleRowBytes,
      matrix.biases + row * matrix.scaleRowBytes,
      matrix.scaleRowBytes,
      destination,
    );
  }

  /** Computes this thread's rows of a product, for some tokens. */
  multiply(
    matrix: PlacedMatrix,
    vectors: { readonly inputs: Vectors; readonly outputs: Vectors },
    tokenCount: number,
  ): void {
    const { inputs, outputs } = vectors;
    const { start, end } = this.team.part(matrix.rows);
    this.kernelsOf(matrix.segment).multiplyRows(matrix.format)(
      matrix.weights + start * matrix.rowBytes,
      matrix.rowBytes,
      matrix.groupBytes,
      matrix.scales + start * matrix.scaleRowBytes,
      matrix.biases + start * matrix.scaleRowBytes,
      matrix.scaleRowBytes,
      end - start,
      inputs.start,
      inputs.strideBytes,
      tokenCount,
      outputs.start + start * 4,
      outputs.strideBytes,
      matrix.columns * 4,
      this.own.row,
    );
    if (matrix.bias === undefined) return;
    const bias = this.vector(matrix.bias).subarray(start, end);
    for (let token = 0; token < tokenCount; token++) {
      addTo(this.view(outputs.start + token * outputs.strideBytes + start * 4, end - start), bias);
    }
  }

  /** Computes this thread's rows of a block's gates and multiplies them with what goes through them. */
  gate(
    block: GatedBlock,
    inputs: Vectors,
    { slot, tokenCount }: { readonly slot: number; readonly tokenCount: number },
  ): void {
    const { layout, plan } = this.setup;
    const strideBytes = layout.gateBytes;
    const gates = { start: layout.gate + slot, strideBytes };
    const ups = { start: layout.up + slot, strideBytes };
    this.multiply(block.gate, { inputs, outputs: gates }, tokenCount);
    this.multiply(block.up, { inputs, outputs: ups }, tokenCount);
    const { start, end } = this.team.part(block.gate.rows);
    const glu = plan.shape.activation === "gelu" ? geGlu : swiGlu;
    for (let token = 0; token < tokenCount; token++) {
      const at = token * strideBytes + start * 4;
      glu(this.view(gates.start + at, end - start), this.view(ups.start + at, end - start));
    }
  }

  /**
   * Adds this thread's part of what half a layer gives to the residual, for some tokens.
   *
   * @param norm what norms it before, for which all threads' parts must be there; undefined where nothing does
   */
  addDelta(norm: PlacedVector | undefined, tokenCount: number): void {
    const { layout, plan } = this.setup;
    const { residualBytes, delta, residual } = layout;
    const { start, end } = this.team.part(plan.shape.hiddenSize);
    const factor = Math.fround(plan.shape.factors.residual);
    for (let token = 0; token < tokenCount; token++) {
      const at = token * residualBytes;
      if (norm !== undefined) this.#normOne(norm, delta + at, this.own.normed);
      const from = (norm === undefined ? delta + at : this.own.normed) + start * 4;
      const target = this.view(residual + at + start * 4, end - start);
      addTo(target, this.view(from, end - start), factor);
    }
  }

  #normOne(weights: PlacedVector, from: number, to: number): void {
    const { rmsNormEpsilon: epsilon, normOffset: offset } = this.setup.plan.shape;
    rmsNorm(this.view(from, weights.length), this.vector(weights), {
      epsilon,
      offset,
      output: this.view(to, weights.length),
    });
  }
}
