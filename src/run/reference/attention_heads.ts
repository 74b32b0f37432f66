import type { LayerPlan, PlacedVector } from "./engine_plan.ts";
import type { ThreadWork } from "./thread_work.ts";
import {
  type Angles,
  bend,
  multiplyBy,
  normScale,
  rmsNorm,
  rotate,
  softmax,
} from "./vector_math.ts";
import type { CacheLayout } from "./work_layout.ts";

/** The tokens of one pass. */
export interface PassTokens {
  readonly count: number;
  /** Position of the first one in the text. */
  readonly position: number;
  /** By which each is rotated, for each of the model's rotations. */
  readonly angles: readonly (readonly Angles[])[];
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
  const { headCount, keyValueHeadCount, headSize, factors } = plan.shape;
  const heads = headCount + keyValueHeadCount;
  // As MLX, which scales queries and not scores.
  const queryFactor = Math.fround(factors.query);
  const { start, end } = work.team.part(tokens.count * heads);
  for (let item = start; item < end; item++) {
    const token = Math.floor(item / heads);
    const head = item % heads;
    const turn = turnOf(work, tokens, { index, token });
    if (head < headCount) {
      const vector = layout.query + token * layout.queryBytes;
      const input = normedHead(work, { vector, head, count: headCount, norm: layer.queryNorm });
      const place = layout.rotated + token * layout.rotatedBytes + head * layout.headColumns * 4;
      turn(input, queryFactor, work.view(place, headSize));
      continue;
    }
    const which = head - headCount;
    const at = token * layout.keyBytes;
    const row = (tokens.position + token) * cache.rowBytes;
    const key = work.view(cache.rows(index, which, "keys") + row, layout.headColumns);
    const value = work.view(cache.rows(index, which, "values") + row, layout.headColumns);
    const all = { vector: layout.key + at, head: which, count: keyValueHeadCount };
    const input = normedHead(work, { ...all, norm: layer.keyNorm });
    turn(input, 1, key);
    value.set(work.view(layout.value + at + which * headSize * 4, headSize));
    // An earlier text may have left something where a short head is filled up.
    key.fill(0, headSize);
    value.fill(0, headSize);
  }
}

type Turn = (input: Float32Array, factor: number, output: Float32Array) => void;

/** What a layer does to a token's heads. */
function turnOf(
  work: ThreadWork,
  { angles }: PassTokens,
  { index, token }: { readonly index: number; readonly token: number },
): Turn {
  const { layers, rotations } = work.setup.plan.shape;
  const which = layers[index]?.rotation ?? -1;
  const rotation = rotations[which];
  const own = angles[which]?.[token];
  if (rotation === undefined || own === undefined) return multiplyBy;
  return (input, factor, output) => rotate(input, own, { rotation, factor, output });
}

/** Attention of this thread's heads: shares of the values by the products of query and keys. */
export function mixHeads(work: ThreadWork, tokens: PassTokens, index: number): void {
  const { plan, layout } = work.setup;
  const { headCount, keyValueHeadCount, headSize, layers, caps } = plan.shape;
  const { cache } = tokens;
  const { rowBytes } = cache;
  const kernels = work.kernelsOf(0);
  const window = layers[index]?.window ?? Infinity;
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
    if (caps.scores !== undefined) bend(work.view(scores, count), caps.scores);
    softmax(work.view(scores, count));
    kernels.mixValues(scores, values, rowBytes, count, output);
    const place = layout.mixed + token * layout.queryBytes + head * headSize * 4;
    work.view(place, headSize).set(work.view(output, headSize));
  }
}

/** One head of a token's queries or keys, normed where the layer does. */
function normedHead(
  work: ThreadWork,
  heads: {
    /** First byte of all heads, and how many they are. */
    readonly vector: number;
    readonly count: number;
    readonly head: number;
    readonly norm: PlacedVector | undefined;
  },
): Float32Array {
  const {
    headSize,
    headNorms,
    rmsNormEpsilon: epsilon,
    normOffset: offset,
  } = work.setup.plan.shape;
  const at = heads.head * headSize;
  const input = work.view(heads.vector + at * 4, headSize);
  if (heads.norm === undefined) return input;
  const weights = work.vector(heads.norm);
  // Other threads may still read the whole vector, so that it stays as it is.
  const output = work.view(work.own.head, headSize);
  if (headNorms === "each") {
    rmsNorm(input, weights, { epsilon, offset, output });
    return output;
  }
  const scale = normScale(work.view(heads.vector, heads.count * headSize), epsilon);
  for (let index = 0; index < headSize; index++) {
    output[index] = Math.fround((input[index] ?? 0) * scale) * (weights[at + index] ?? 0);
  }
  return output;
}
