import type { ExpertsPlan, GatedBlock } from "./engine_plan.ts";
import { highestLogits } from "./highest_logits.ts";
import type { ExpertsShape } from "./model_shape.ts";
import type { ThreadWork, Vectors } from "./thread_work.ts";
import { addTo, softmax } from "./vector_math.ts";

/** One of a token's experts, and how much it counts. */
export interface ChosenExpert {
  readonly expert: number;
  readonly share: number;
}

/**
 * Chooses a token's experts by the router's logits: those with the highest, the lowest number among equals.
 *
 * @param logits one for each expert; they are changed
 */
export function chooseExperts(logits: Float32Array, shape: ExpertsShape): ChosenExpert[] {
  const chosen = highestLogits(logits, shape.perToken).map(({ id }) => id);
  const shares =
    shape.shares === "of all" ? logits : Float32Array.from(chosen, (id) => logits[id] ?? 0);
  softmax(shares);
  const taken = shape.shares === "of all" ? chosen.map((id) => shares[id] ?? 0) : [...shares];
  const sum = shape.isNormalized
    ? Math.fround(taken.reduce((total, share) => total + share, 0))
    : 1;
  return chosen.map((expert, at) => ({ expert, share: Math.fround((taken[at] ?? 0) / sum) }));
}

/** The second half of a layer with experts, as one of the threads that compute it together. */
export class ExpertBlock {
  readonly #work: ThreadWork;
  readonly #plan: ExpertsPlan;
  readonly #shape: ExpertsShape;

  constructor(work: ThreadWork, plan: ExpertsPlan, shape: ExpertsShape) {
    this.#work = work;
    this.#plan = plan;
    this.#shape = shape;
  }

  /**
   * Leaves this thread's part of what the experts give in the delta.
   *
   * @returns false when the pass was cancelled
   */
  run(inputs: Vectors, tokenCount: number): boolean {
    const work = this.#work;
    this.#routeTokens(inputs, tokenCount);
    if (!work.team.meet()) return false;
    const chosen = Array.from({ length: tokenCount }, (_, token) => this.#expertsOf(token));
    this.#eachExpert(chosen, ({ block, token, slot }) => {
      const start = inputs.start + token * inputs.strideBytes;
      work.gate(block, { start, strideBytes: inputs.strideBytes }, { slot, tokenCount: 1 });
    });
    if (!work.team.meet()) return false;
    const { delta, gate, residualBytes } = work.setup.layout;
    const { start, end } = work.team.part(work.setup.plan.shape.hiddenSize);
    const scratch = { start: work.own.normed, strideBytes: residualBytes };
    for (let token = 0; token < tokenCount; token++) {
      work.view(delta + token * residualBytes + start * 4, end - start).fill(0);
    }
    this.#eachExpert(chosen, ({ block, token, slot, share }) => {
      const gated = { start: gate + slot, strideBytes: 0 };
      work.multiply(block.down, { inputs: gated, outputs: scratch }, 1);
      const sum = work.view(delta + token * residualBytes + start * 4, end - start);
      addTo(sum, work.view(scratch.start + start * 4, end - start), share);
    });
    return true;
  }

  #routeTokens(inputs: Vectors, tokenCount: number): void {
    const { router, routerBytes } = this.#work.setup.layout;
    const outputs = (start: number) => ({ inputs, outputs: { start, strideBytes: routerBytes } });
    this.#work.multiply(this.#plan.router, outputs(router), tokenCount);
    const { shared } = this.#plan;
    if (shared === undefined) return;
    this.#work.multiply(shared.gate, outputs(router + this.#shape.count * 4), tokenCount);
  }

  /** The blocks that one token goes through; every thread finds the same. */
  #expertsOf(token: number): { readonly block: GatedBlock; readonly share: number }[] {
    const { router, routerBytes } = this.#work.setup.layout;
    const logits = this.#work.view(router + token * routerBytes, this.#shape.count + 1).slice();
    const chosen = chooseExperts(logits.subarray(0, this.#shape.count), this.#shape);
    const blocks = chosen.flatMap(({ expert, share }) => {
      const block = this.#plan.experts[expert];
      return block === undefined ? [] : [{ block, share }];
    });
    const { shared } = this.#plan;
    if (shared === undefined) return blocks;
    const share = Math.fround(1 / (1 + Math.exp(-(logits.at(-1) ?? 0))));
    return [...blocks, { block: shared.block, share }];
  }

  /** Visits every token's experts. */
  #eachExpert(
    chosen: readonly (readonly { readonly block: GatedBlock; readonly share: number }[])[],
    visit: (one: {
      readonly block: GatedBlock;
      readonly share: number;
      readonly token: number;
      /** Bytes from the first gate to this one's. */
      readonly slot: number;
    }) => void,
  ): void {
    const { gateBytes, expertBytes } = this.#work.setup.layout;
    for (const [token, blocks] of chosen.entries()) {
      for (const [at, one] of blocks.entries()) {
        visit({ ...one, token, slot: token * gateBytes + at * expertBytes });
      }
    }
  }
}
