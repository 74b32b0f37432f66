import type { EnginePlan } from "./engine_plan.ts";
import type { ExpertsShape, LayerShape, ModelShape } from "./model_shape.ts";
import { paddedColumns } from "./kernels/matrix_format.ts";

/** Tokens of a prompt that go through the layers together: a row is unpacked once for all of them. */
export const BATCH_TOKENS = 32;

/** Where everything that changes lies in the work memory: first bytes, and bytes of one token's vector. */
export interface WorkLayout {
  readonly residual: number;
  readonly residualBytes: number;
  readonly query: number;
  readonly rotated: number;
  readonly mixed: number;
  readonly queryBytes: number;
  readonly rotatedBytes: number;
  readonly key: number;
  readonly value: number;
  readonly keyBytes: number;
  readonly gate: number;
  readonly up: number;
  readonly gateBytes: number;
  /** Of one expert: those of a token follow each other, the shared one last. */
  readonly expertBytes: number;
  /** Each expert's logit, then the shared one's. */
  readonly router: number;
  readonly routerBytes: number;
  readonly delta: number;
  readonly logits: number;
  /** Each thread's own: normed vectors of all tokens, one unpacked row, one head's output. */
  readonly threads: readonly {
    readonly normed: number;
    readonly row: number;
    readonly head: number;
  }[];
  /** Numbers of one head, filled up. */
  readonly headColumns: number;
  /** Where the part begins that depends on how long the text may become. */
  readonly cacheStart: number;
}

/** Lays the work memory out for so many threads. */
export function layOutWork(plan: EnginePlan, threadCount: number): WorkLayout {
  const { shape } = plan;
  let end = 0;
  const take = (sizeBytes: number) => {
    const start = end;
    end = Math.ceil((end + sizeBytes) / 64) * 64;
    return start;
  };
  const residualBytes = bytesOf(shape.hiddenSize);
  const queryBytes = bytesOf(shape.headCount * shape.headSize);
  const headColumns = paddedColumns(shape.headSize);
  const rotatedBytes = shape.headCount * headColumns * 4;
  const keyBytes = bytesOf(shape.keyValueHeadCount * shape.headSize);
  const expertBytes = Math.max(0, ...expertsOf(shape).map(({ innerSize }) => bytesOf(innerSize)));
  const gateBytes = Math.max(...shape.layers.map((layer) => innerBytes(shape, layer)));
  const routerBytes = Math.max(0, ...expertsOf(shape).map(({ count }) => bytesOf(count + 1)));
  const batch = (sizeBytes: number) => take(sizeBytes * BATCH_TOKENS);
  return {
    residual: batch(residualBytes),
    residualBytes,
    query: batch(queryBytes),
    rotated: batch(rotatedBytes),
    mixed: batch(queryBytes),
    queryBytes,
    rotatedBytes,
    key: batch(keyBytes),
    value: batch(keyBytes),
    keyBytes,
    gate: batch(gateBytes),
    up: batch(gateBytes),
    gateBytes,
    expertBytes,
    router: batch(routerBytes),
    routerBytes,
    delta: batch(residualBytes),
    logits: take(bytesOf(shape.vocabularySize)),
    threads: Array.from({ length: threadCount }, () => ({
      normed: batch(residualBytes),
      row: take(Math.max(residualBytes, queryBytes, gateBytes)),
      head: take(headColumns * 4),
    })),
    headColumns,
    cacheStart: end,
  };
}

function bytesOf(columns: number): number {
  return paddedColumns(columns) * 4;
}

function expertsOf({ layers }: ModelShape): ExpertsShape[] {
  return layers.flatMap(({ experts }) => (experts === undefined ? [] : [experts]));
}

/** Bytes of everything between the matrices of a layer's second half, for one token. */
function innerBytes({ innerSize }: ModelShape, { experts }: LayerShape): number {
  if (experts === undefined) return bytesOf(innerSize);
  return experts.perToken * bytesOf(experts.innerSize) + bytesOf(experts.sharedInnerSize ?? 0);
}

/** The part of the work memory that grows with the text: each thread's scores, then keys and values. */
export class CacheLayout {
  readonly #plan: EnginePlan;
  readonly #layout: WorkLayout;
  readonly #capacity: number;

  /** @param capacity the most positions of the text */
  constructor(plan: EnginePlan, layout: WorkLayout, capacity: number) {
    this.#plan = plan;
    this.#layout = layout;
    this.#capacity = paddedColumns(capacity);
  }

  /** First byte of a thread's scores, one for each position. */
  scores(threadIndex: number): number {
    return this.#layout.cacheStart + threadIndex * this.#capacity * 4;
  }

  /** First byte of a head's keys, or of its values, of one layer. */
  rows(layer: number, head: number, which: "keys" | "values"): number {
    const { keyValueHeadCount } = this.#plan.shape;
    const index = (layer * 2 + (which === "keys" ? 0 : 1)) * keyValueHeadCount + head;
    return this.#cacheStart() + index * this.#capacity * this.rowBytes;
  }

  get rowBytes(): number {
    return this.#layout.headColumns * 4;
  }

  /** Bytes of the whole work memory. */
  get sizeBytes(): number {
    return this.rows(this.#plan.layers.length, 0, "keys");
  }

  #cacheStart(): number {
    return this.scores(this.#layout.threads.length);
  }
}
