import type { LayerPlan, PlacedMatrix, PlacedVector } from "./engine_plan.ts";
import type { EngineSetup } from "./engine_setup.ts";
import { bindKernels, type Kernels } from "./kernels/kernels.ts";
import { CONTROL, type ThreadTeam } from "./thread_team.ts";
import { addTo, type Angles, anglesAt, rmsNorm, rotate, softmax, swiGlu } from "./vector_math.ts";
import { CacheLayout } from "./work_layout.ts";

/** Vectors of tokens: first byte, and bytes from one token to the next. */
interface Vectors {
  readonly start: number;
  readonly strideBytes: number;
}

/**
 * Computes the layers for some tokens, as one of the threads that do it together.
 *
 * Each number is computed by one thread, in one order of additions, whatever the count of threads: rows of a
 * matrix and heads are divided among them, never a sum. Results are the same to the last bit.
 */
export class ForwardPass {
  readonly #setup: EngineSetup;
  readonly #team: ThreadTeam;
  readonly #control: Int32Array;
  readonly #kernels: readonly Kernels[];
  readonly #own: EngineSetup["layout"]["threads"][number];
  #floats: Float32Array;
  #cache: CacheLayout;
  #tokenCount = 0;
  #position = 0;
  #angles: Angles[] = [];

  constructor(setup: EngineSetup, team: ThreadTeam) {
    const { plan, layout, module, weights, work } = setup;
    const own = layout.threads[team.index];
    if (own === undefined) throw new RangeError(`Cannot be thread ${team.index}: there is no room`);
    this.#setup = setup;
    this.#team = team;
    this.#own = own;
    this.#control = new Int32Array(setup.control);
    this.#kernels = weights.map((memory) => bindKernels(module, { weights: memory, work }));
    this.#floats = new Float32Array(work.buffer);
    this.#cache = new CacheLayout(plan, layout, 0);
  }

  /** Runs the pass that the control words describe; it ends early when it was cancelled. */
  run(): void {
    const { plan, layout, work } = this.#setup;
    const word = (index: number) => Atomics.load(this.#control, index);
    this.#team.begin();
    if (this.#floats.buffer !== work.buffer) this.#floats = new Float32Array(work.buffer);
    this.#cache = new CacheLayout(plan, layout, word(CONTROL.capacity));
    this.#tokenCount = word(CONTROL.tokenCount);
    this.#position = word(CONTROL.position);
    this.#angles = Array.from({ length: this.#tokenCount }, (_, token) =>
      anglesAt(this.#position + token, plan.shape.rotation),
    );
    this.#embed();
    if (!this.#team.meet()) return;
    for (const [index, layer] of plan.layers.entries()) {
      if (!this.#attend(layer, index)) return;
      if (!this.#transform(layer)) return;
    }
    if (word(CONTROL.wantsLogits) !== 0) this.#score();
    this.#team.meet();
  }

  #embed(): void {
    const { plan, layout } = this.#setup;
    const { embedding: matrix } = plan;
    const { start, end } = this.#team.part(this.#tokenCount);
    for (let token = start; token < end; token++) {
      const id = this.#control[CONTROL.tokenIds + token] ?? 0;
      this.#kernelsOf(matrix).unpackRow(matrix.format)(
        matrix.weights + id * matrix.rowBytes,
        matrix.rowBytes,
        matrix.groupBytes,
        matrix.scales + id * matrix.scaleRowBytes,
        matrix.biases + id * matrix.scaleRowBytes,
        matrix.scaleRowBytes,
        layout.residual + token * layout.residualBytes,
      );
    }
  }

  /** The first half of a layer; false when it was cancelled. */
  #attend(layer: LayerPlan, index: number): boolean {
    const { layout } = this.#setup;
    const normed = this.#norm(layer.inputNorm);
    const keys = { start: layout.key, strideBytes: layout.keyBytes };
    const values = { start: layout.value, strideBytes: layout.keyBytes };
    const queries = { start: layout.query, strideBytes: layout.queryBytes };
    this.#multiply(layer.query, normed, queries);
    this.#multiply(layer.key, normed, keys);
    this.#multiply(layer.value, normed, values);
    if (!this.#team.meet()) return false;
    this.#rotateHeads(layer, index);
    if (!this.#team.meet()) return false;
    this.#mixHeads(index);
    if (!this.#team.meet()) return false;
    this.#addProduct(layer.output, { start: layout.mixed, strideBytes: layout.queryBytes });
    return this.#team.meet();
  }

  /** The second half of a layer; false when it was cancelled. */
  #transform(layer: LayerPlan): boolean {
    const { layout } = this.#setup;
    const normed = this.#norm(layer.attentionNorm);
    const gates = { start: layout.gate, strideBytes: layout.gateBytes };
    const ups = { start: layout.up, strideBytes: layout.gateBytes };
    this.#multiply(layer.gate, normed, gates);
    this.#multiply(layer.up, normed, ups);
    const { start, end } = this.#team.part(layer.gate.rows);
    for (let token = 0; token < this.#tokenCount; token++) {
      const part = (vectors: Vectors) =>
        this.#view(vectors.start + token * vectors.strideBytes + start * 4, end - start);
      swiGlu(part(gates), part(ups));
    }
    if (!this.#team.meet()) return false;
    this.#addProduct(layer.down, gates);
    return this.#team.meet();
  }

  /** The logits of the last token. */
  #score(): void {
    const { plan, layout } = this.#setup;
    const last = this.#tokenCount - 1;
    rmsNorm(
      this.#view(layout.residual + last * layout.residualBytes, plan.norm.length),
      this.#vector(plan.norm),
      {
        epsilon: plan.shape.rmsNormEpsilon,
        output: this.#view(this.#own.normed, plan.norm.length),
      },
    );
    this.#multiply(
      plan.head,
      { start: this.#own.normed, strideBytes: 0 },
      { start: layout.logits, strideBytes: 0 },
      1,
    );
  }

  /** Norms all tokens into this thread's own vectors: cheaper than to wait for another thread's. */
  #norm(weights: PlacedVector): Vectors {
    const { plan, layout } = this.#setup;
    const { residualBytes } = layout;
    for (let token = 0; token < this.#tokenCount; token++) {
      const at = token * residualBytes;
      rmsNorm(this.#view(layout.residual + at, weights.length), this.#vector(weights), {
        epsilon: plan.shape.rmsNormEpsilon,
        output: this.#view(this.#own.normed + at, weights.length),
      });
    }
    return { start: this.#own.normed, strideBytes: residualBytes };
  }

  /** Computes this thread's rows of a product, for all tokens. */
  #multiply(
    matrix: PlacedMatrix,
    inputs: Vectors,
    outputs: Vectors,
    tokenCount = this.#tokenCount,
  ): void {
    const { start, end } = this.#team.part(matrix.rows);
    this.#kernelsOf(matrix).multiplyRows(matrix.format)(
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
      this.#own.row,
    );
    if (matrix.bias === undefined) return;
    const bias = this.#vector(matrix.bias).subarray(start, end);
    for (let token = 0; token < tokenCount; token++) {
      addTo(this.#view(outputs.start + token * outputs.strideBytes + start * 4, end - start), bias);
    }
  }

  /** Adds this thread's rows of a product to the residual, for all tokens. */
  #addProduct(matrix: PlacedMatrix, inputs: Vectors): void {
    const { layout } = this.#setup;
    const { residualBytes, delta, residual } = layout;
    this.#multiply(matrix, inputs, { start: delta, strideBytes: residualBytes });
    const { start, end } = this.#team.part(matrix.rows);
    for (let token = 0; token < this.#tokenCount; token++) {
      const at = token * residualBytes + start * 4;
      addTo(this.#view(residual + at, end - start), this.#view(delta + at, end - start));
    }
  }

  /** Norms and rotates queries and keys, and puts keys and values into the cache. */
  #rotateHeads(layer: LayerPlan, index: number): void {
    const { plan, layout } = this.#setup;
    const { headCount, keyValueHeadCount, headSize, rotation } = plan.shape;
    const heads = headCount + keyValueHeadCount;
    const { start, end } = this.#team.part(this.#tokenCount * heads);
    for (let item = start; item < end; item++) {
      const token = Math.floor(item / heads);
      const head = item % heads;
      const angles = this.#angles[token];
      if (angles === undefined) continue;
      if (head < headCount) {
        const at = layout.query + token * layout.queryBytes + head * headSize * 4;
        const input = this.#normedHead(at, layer.queryNorm);
        const place = layout.rotated + token * layout.rotatedBytes + head * layout.headColumns * 4;
        const factor = Math.fround(1 / Math.sqrt(headSize));
        rotate(input, angles, { rotation, factor, output: this.#view(place, headSize) });
        continue;
      }
      const which = head - headCount;
      const at = token * layout.keyBytes + which * headSize * 4;
      const row = (this.#position + token) * this.#cache.rowBytes;
      const key = this.#view(this.#cache.rows(index, which, "keys") + row, layout.headColumns);
      const value = this.#view(this.#cache.rows(index, which, "values") + row, layout.headColumns);
      const input = this.#normedHead(layout.key + at, layer.keyNorm);
      rotate(input, angles, { rotation, factor: 1, output: key });
      value.set(this.#view(layout.value + at, headSize));
      // An earlier text may have left something where a short head is filled up.
      key.fill(0, headSize);
      value.fill(0, headSize);
    }
  }

  #normedHead(start: number, norm: PlacedVector | undefined): Float32Array {
    const { headSize, rmsNormEpsilon } = this.#setup.plan.shape;
    const head = this.#view(start, headSize);
    if (norm !== undefined) {
      rmsNorm(head, this.#vector(norm), { epsilon: rmsNormEpsilon, output: head });
    }
    return head;
  }

  /** Attention of this thread's heads, for all tokens. */
  #mixHeads(index: number): void {
    const { plan, layout } = this.#setup;
    const { headCount, keyValueHeadCount, headSize, windows } = plan.shape;
    const cache = this.#cache;
    const { rowBytes } = cache;
    const [kernels] = this.#kernels;
    const window = windows[index] ?? Infinity;
    const scores = cache.scores(this.#team.index);
    const { start, end } = this.#team.part(this.#tokenCount * headCount);
    for (let item = start; item < end; item++) {
      const token = Math.floor(item / headCount);
      const head = item % headCount;
      const source = Math.floor((head * keyValueHeadCount) / headCount);
      const seen = this.#position + token + 1;
      const count = Math.min(seen, window);
      const skipped = (seen - count) * rowBytes;
      const query = layout.rotated + token * layout.rotatedBytes + head * layout.headColumns * 4;
      kernels?.scoreKeys(
        query,
        cache.rows(index, source, "keys") + skipped,
        rowBytes,
        count,
        scores,
      );
      softmax(this.#view(scores, count));
      kernels?.mixValues(
        scores,
        cache.rows(index, source, "values") + skipped,
        rowBytes,
        count,
        this.#own.head,
      );
      const place = layout.mixed + token * layout.queryBytes + head * headSize * 4;
      this.#view(place, headSize).set(this.#view(this.#own.head, headSize));
    }
  }

  #kernelsOf({ segment }: PlacedMatrix): Kernels {
    const kernels = this.#kernels[segment];
    if (kernels === undefined) throw new RangeError(`There is no piece ${segment} of the weights`);
    return kernels;
  }

  #view(start: number, length: number): Float32Array {
    return this.#floats.subarray(start / 4, start / 4 + length);
  }

  #vector({ segment, offset, length }: PlacedVector): Float32Array {
    const memory = this.#setup.weights[segment];
    if (memory === undefined) throw new RangeError(`There is no piece ${segment} of the weights`);
    return new Float32Array(memory.buffer, offset, length);
  }
}
