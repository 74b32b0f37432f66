import type { LayerPlan, PlacedVector } from "./engine_plan.ts";
import type { ThreadWork } from "./thread_work.ts";
import { type Angles, rmsNorm, rotate, softmax } from "./vector_math.ts";
import type { CacheLayout } from "./work_layout.ts";

/** The tokens of one pass. */
export interface PassTokens {
  readonly count: number;
  /** Position of the first one in the text. */
  readonly position: number;
  /** By which each is rotated. */
  readonly angles: readonly Angles[];
  readonly cache: CacheLayout;
}

/** Norms and rotates queries and keys, and puts keys and values into the cache: this thread's heads. */
export function rotateHeads(
  work: ThreadWork,
  tokens: PassTokens,
  { layer, index }: { readonly layer: LayerPlan; readonly index: number },
): void {
  const { plan, layout } = work.setup;
  const { cache } = tokens;
  const { headCount, keyValueHeadCount, headSize, rotation } = plan.shape;
  const heads = headCount + keyValueHeadCount;
  // As MLX, which scales queries and not scores.
  const queryFactor = Math.fround(1 / Math.sqrt(headSize));
  const { start, end } = work.team.part(tokens.count * heads);
  for (let item = start; item < end; item++) {
    const token = Math.floor(item / heads);
    const head = item % heads;
    const angles = tokens.angles[token];
    if (angles === undefined) continue;
    if (head < headCount) {
      const at = layout.query + token * layout.queryBytes + head * headSize * 4;
      const input = normedHead(work, at, layer.queryNorm);
      const place = layout.rotated + token * layout.rotatedBytes + head * layout.headColumns * 4;
      const output = work.view(place, headSize);
      rotate(input, angles, { rotation, factor: queryFactor, output });
      continue;
    }
    const which = head - headCount;
    const at = token * layout.keyBytes + which * headSize * 4;
    const row = (tokens.position + token) * cache.rowBytes;
    const key = work.view(cache.rows(index, which, "keys") + row, layout.headColumns);
    const value = work.view(cache.rows(index, which, "values") + row, layout.headColumns);
    const input = normedHead(work, layout.key + at, layer.keyNorm);
    rotate(input, angles, { rotation, factor: 1, output: key });
    value.set(work.view(layout.value + at, headSize));
    // An earlier text may have left something where a short head is filled up.
    key.fill(0, headSize);
    value.fill(0, headSize);
  }
}

/** Attention of this thread's heads: shares of the values by the products of query and keys. */
export function mixHeads(work: ThreadWork, tokens: PassTokens, index: number): void {
  const { plan, layout } = work.setup;
  const { headCount, keyValueHeadCount, headSize, windows } = plan.shape;
  const { cache } = tokens;
  const { rowBytes } = cache;
  const kernels = work.kernelsOf(0);
  const window = windows[index] ?? Infinity;
  const scores = cache.scores(work.team.index);
  const output = work.own.head;
  const { start, end } = work.team.part(tokens.count * headCount);
  for (let item = start; item < end; item++) {
    const token = Math.floor(item / headCount);
    const head = item % headCount;
    // Neighbouring queries share keys and values.
    const source = Math.floor((head * keyValueHeadCount) / headCount);
    const seen = tokens.position + token + 1;
    const count = Math.min(seen, window);
    const skipped = (seen - count) * rowBytes;
    const query = layout.rotated + token * layout.rotatedBytes + head * layout.headColumns * 4;
    const keys = cache.rows(index, source, "keys") + skipped;
    const values = cache.rows(index, source, "values") + skipped;
    kernels.scoreKeys(query, keys, rowBytes, count, scores);
    softmax(work.view(scores, count));
    kernels.mixValues(scores, values, rowBytes, count, output);
    const place = layout.mixed + token * layout.queryBytes + head * headSize * 4;
    work.view(place, headSize).set(work.view(output, headSize));
  }
}

function normedHead(work: ThreadWork, start: number, norm: PlacedVector | undefined): Float32Array {
  const { headSize, rmsNormEpsilon } = work.setup.plan.shape;
  const head = work.view(start, headSize);
  if (norm !== undefined) {
    rmsNorm(head, work.vector(norm), { epsilon: rmsNormEpsilon, output: head });
  }
  return head;
}
